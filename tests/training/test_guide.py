"""The encoder's say: where it is certain, even a language model that knows nothing answers what the encoder holds true."""

import re

import pytest
from tiny_base import tiny_model
from tiny_tokenizer import hand_texts, tiny_tokenizer

from agents.readers.encoder.encoder_reader import Judged, TaggedPiece
from agents.readers.encoder.facts import all_facts, facts_of
from agents.readers.encoder.network import TAGS
from agents.readers.guide import guided
from agents.readers.language_model.generating import LanguageModelReader
from agents.reading.marked import ACTS, LIVE_ACTS
from training.llm.labelled_text import LabelledText

TEXTS = [text for text in hand_texts() if text.act in LIVE_ACTS and len(text.items()) == 1 and len(text.text) < 70][:40]


@pytest.fixture(scope="module")
def reader() -> LanguageModelReader:
    tokenizer = tiny_tokenizer()
    return LanguageModelReader(tiny_model(tokenizer), tokenizer)


def _certain(text: LabelledText) -> Judged:
    """Return the judgement of an encoder that makes no mistake."""
    facts = facts_of(text.spanned().marked())
    pieces = []
    for match in re.finditer(r"\w+|[^\w\s]", text.text):
        own = next((tag[0] for tag, start, end in text.marks if max(start, match.start()) < min(end, match.end())), "")
        shares = {tag: 0.999 if tag == own else 0.0001 for tag in TAGS}
        pieces.append(TaggedPiece(match.start(), match.end(), shares))
    return Judged(
        {act: 0.999 if act == text.act else 0.0001 for act in ACTS},
        {fact: 0.999 if fact in facts else 0.001 for fact in all_facts()},
        tuple(pieces),
    )


def test_a_certain_encoder_decides_act_name_slice_and_words(reader: LanguageModelReader):
    answers = reader.read([text.text for text in TEXTS], [guided(_certain(text), 8.0) for text in TEXTS])
    alike = same_words = 0
    for text, answered in zip(TEXTS, answers, strict=True):
        if answered.spanned is None or len(answered.spanned.items) != 1:
            continue
        said, meant = answered.spanned.items[0].item, text.spanned().items[0].item
        same = ("kind", "name", "slice", "comparison", "reference", "is_delta", "state")
        alike += answered.spanned.act == text.act and all(getattr(said, name) == getattr(meant, name) for name in same)
        same_words += (said.place, said.amount) == (meant.place, meant.amount)
    assert alike >= 0.8 * len(TEXTS)
    assert same_words >= 0.6 * len(TEXTS)


def test_without_a_guide_it_answers_something_else(reader: LanguageModelReader):
    answers = reader.read([text.text for text in TEXTS])
    right = sum(one.spanned is not None and one.spanned.act == text.act for one, text in zip(answers, TEXTS, strict=True))
    assert right < 0.5 * len(TEXTS)


def test_other_answers_begin_otherwise(reader: LanguageModelReader):
    text = TEXTS[0]
    first = reader.read([text.text], [guided(_certain(text))])[0]
    assert first.others
    for begin in first.others:
        other = reader.read([text.text], [guided(_certain(text))], [begin])[0]
        assert other.spanned is None or other.spanned != first.spanned
