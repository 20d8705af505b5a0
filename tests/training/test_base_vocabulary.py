"""The vocabulary of the base model, cut: every text is still read and written back, with the ids of the kept rows."""

import json

import pytest
from tiny_tokenizer import hand_texts, tiny_tokenizer

from training.llm.base.vocabulary import choose_tokens, smaller_tokenizer

WHOLE = tiny_tokenizer(1200, ())
TEXTS = [text.text for text in hand_texts()[:400]]
ADDED = ("<change>", "<target>")


@pytest.fixture(scope="module")
def tokens() -> list[str]:
    return choose_tokens(WHOLE, TEXTS, 700)


def test_what_is_kept_can_be_built_from_what_is_kept(tokens: list[str]):
    model = json.loads(WHOLE.backend_tokenizer.to_str())["model"]
    kept = set(tokens)
    parents = {first + second: {first, second} for first, second in model["merges"]}
    assert len(tokens) == len(kept) == 700
    assert all(parents[token] <= kept for token in kept if token in parents)
    assert {token for token in model["vocab"] if len(token) == 1} <= kept


def test_any_text_is_written_back_exactly_with_few_more_tokens(tokens: list[str]):
    small, rows = smaller_tokenizer(WHOLE, tokens, ADDED)
    before = after = 0
    for text in [*TEXTS, "日本語 ŽŠ 🙂\t\n\n x", "", "ÿ\x00"]:
        ids = small(text).input_ids
        assert small.decode(ids) == text
        before, after = before + len(WHOLE(text).input_ids), after + len(ids)
    assert before <= after < 1.3 * before
    assert [WHOLE.convert_ids_to_tokens(row) for row in rows] == tokens == small.convert_ids_to_tokens(list(range(len(tokens))))


def test_added_tokens_stand_behind_the_kept_ones_and_padding_is_not_the_end(tokens: list[str]):
    small, _ = smaller_tokenizer(WHOLE, tokens, ADDED)
    assert small("<target>").input_ids == [len(tokens) + 1]
    assert len(small) == len(tokens) + len(ADDED)
    assert small.pad_token_id != small.eos_token_id
