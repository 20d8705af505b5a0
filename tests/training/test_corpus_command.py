"""`twinpilot llm corpus` and what `llm train` learns of it: the same files each time, a share of the tokens, no held-out hand."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_base import tiny_examples, write_tiny_base
from typer.testing import CliRunner

from agents.readers.language_model.base_model import Base, read_base
from policies.artefact import ArtefactError, read_artefact
from training.llm.command_llm import app
from training.llm.corpus.corpus_files import read_documents, read_pairs
from training.llm.labelled_text import hands_of
from training.llm.lessons import Lessons
from training.llm.reader.batches import Example, tensors
from training.llm.reader.mixing import CorpusMix, text_examples
from training.llm.reader.model import trainable_model
from training.llm.reader.plan import Plan
from training.llm.reader.training import train
from training.llm.reading_card import reading_card

_LORA = Plan(rank=8, rate=1e-2, tokens=2048, epochs=1, warmup=2)
_FULL = replace(_LORA, full=True, rate=5e-3)
_FILES = ("documents.jsonl.gz", "pairs.jsonl.gz", "general.jsonl.gz")


def _call(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("specs")
    text = "## 4.1 Quiet hours\nNo cell of the hospital sleeps between six and eight.\n"
    (folder / "own.md").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, specs: Path) -> Path:
    out = tmp_path_factory.mktemp("corpus") / "corpus"
    status, output = _call("corpus", "--out", out, "--specs", specs, "--pairs", 120, "--general", 0.1)
    assert status == 0, output
    return out


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    return read_base(write_tiny_base(tmp_path_factory.mktemp("base")))


def test_the_same_command_makes_the_same_bytes(corpus: Path, specs: Path, tmp_path: Path):
    status, output = _call("corpus", "--out", tmp_path, "--specs", specs, "--pairs", 120, "--general", 0.1, "--json")
    assert status == 0
    for name in (*_FILES, *(f"{name}.json" for name in _FILES)):
        assert (tmp_path / name).read_bytes() == (corpus / name).read_bytes()
    told = json.loads(output[output.index("{") :])
    assert told["pairs"] == sum(told["pairs_by_kind"].values()) == 120
    assert told["share_of_characters"]["general"] == pytest.approx(0.1, abs=0.02)
    assert math.isclose(sum(told["share_of_tokens"].values()), 1, abs_tol=1e-3)
    assert told["documents_by_kind"]["specification"] == 1


def test_the_records_hold_and_say_what_the_texts_are(corpus: Path):
    domain, pairs, general = (read_artefact(corpus / name).card for name in _FILES)
    assert "the user's own specifications" in domain.provenance.source
    assert "no model wrote any of them" in pairs.environment.setting
    for one in read_documents(corpus):
        if one.kind == "general":
            assert f"{one.source.partition(',')[0]} under {one.licence}: " in general.provenance.source
    assert "it is not conversation" in general.environment.setting


def test_a_corpus_that_was_changed_is_refused(corpus: Path, tmp_path: Path):
    for path in corpus.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "pairs.jsonl.gz").write_bytes(b"something else")
    with pytest.raises(ArtefactError, match="sha256"):
        read_pairs(tmp_path)


def test_what_cannot_be_made_is_refused_in_one_line(tmp_path: Path):
    (tmp_path / "diary.txt").write_text("mine", encoding="utf-8")
    status, output = _call("corpus", "--out", tmp_path, "--pairs", 5, "--general", 0)
    assert (status, "holds diary.txt, which is not of a corpus" in output) == (2, True)
    status, output = _call("corpus", "--out", tmp_path / "new", "--pairs", 5, "--general", 0, "--specs", tmp_path / "nowhere")
    assert (status, "no such file or folder" in output) == (2, True)


@pytest.mark.parametrize("share", [0.2, 0.7])
def test_the_corpus_has_its_share_of_the_tokens(corpus: Path, base: Base, share: float):
    lessons = tiny_examples(base.tokenizer) * 20
    beside = CorpusMix(corpus, share).beside(lessons, base.tokenizer)
    of_corpus, of_lessons = (sum(map(len, examples)) for examples in (beside, lessons))
    assert of_corpus / (of_corpus + of_lessons) == pytest.approx(share, abs=0.05)
    assert beside == CorpusMix(corpus, share).beside(lessons, base.tokenizer)
    assert beside != CorpusMix(corpus, share, seed=2).beside(lessons, base.tokenizer)


def test_a_small_corpus_is_learned_more_than_once(corpus: Path, base: Base):
    lessons = [Example((1,), tuple(range(9, 400)))] * 500
    beside = CorpusMix(corpus, 0.9).beside(lessons, base.tokenizer)
    assert len(beside) > len(set(beside))
    assert sum(map(len, beside)) >= 9 * sum(map(len, lessons))


def test_the_words_of_held_out_hands_are_not_learned(corpus: Path, base: Base):
    pairs = read_pairs(corpus)
    hand = next(pair.hand for pair in pairs if pair.hand)
    lessons = tiny_examples(base.tokenizer) * 400

    def questions(held_out: tuple[str, ...]) -> set[str]:
        mix = CorpusMix(corpus, 0.9, held_out)
        return {base.tokenizer.decode(one.prompt) for one in mix.beside(lessons, base.tokenizer) if len(one.prompt) > 1}

    everything, rest = questions(()), questions((hand,))
    assert len(everything) == len(pairs)
    assert everything - rest == {pair.prompt for pair in pairs if pair.hand == hand}


def test_a_text_is_learned_whole_and_in_pieces_that_fit(base: Base):
    text = "The minimum share of a slice is guaranteed. " * 100
    pieces = list(text_examples(text, base.tokenizer))
    assert len(pieces) > 1
    assert all(len(piece.prompt) == 1 and len(piece.answer) <= 512 for piece in pieces)
    learned = [token for piece in pieces for token in piece.answer]
    assert learned[-1] == base.tokenizer.eos_token_id
    assert base.tokenizer.decode(learned[:-1]) == text
    assert [piece.prompt[0] for piece in pieces[1:]] == [piece.answer[-1] for piece in pieces[:-1]]


@pytest.mark.parametrize(("plan", "least"), [(_LORA, 0.05), (_FULL, 0.5)], ids=["lora", "full"])
def test_the_corpus_is_learned_beside_the_lessons(corpus: Path, base: Base, tmp_path: Path, plan: Plan, least: float):
    import torch

    lessons = tiny_examples(base.tokenizer) * 20
    mixed = [*lessons, *CorpusMix(corpus, 0.8).beside(lessons, base.tokenizer)]
    kept = [piece for one in read_documents(corpus)[:20] for piece in text_examples(one.text, base.tokenizer)]

    def loss_after(examples: list[Example], work: Path) -> float:
        folder = train(base, examples, work, plan, lambda line: None)
        model = trainable_model(base, folder, plan, sharded=False).eval()
        with torch.no_grad():
            losses = [float(model(**tensors([piece], base.tokenizer.pad_token_id)).loss) for piece in kept]
        return sum(losses) / len(losses)

    with_corpus, alone = loss_after(mixed, tmp_path / "mixed"), loss_after(lessons, tmp_path / "alone")
    assert with_corpus < alone - least


def test_the_command_trains_on_both_and_its_record_says_so(corpus: Path, base: Base, tmp_path: Path):
    others = [hand.name for hand in hands_of()[1:]]
    arguments = ("train", "--base", base.folder, "--work", tmp_path / "work", "--out", tmp_path / "adapter", "--variants", 0)
    arguments += ("--composed", 0, "--passes", 1, "--held-out", ",".join(others), "--rank", 2, "--tokens", 4096)
    status, output = _call(*arguments, "--corpus", corpus, "--corpus-share", 0.3)
    assert status == 0, output
    record = read_artefact(tmp_path / "adapter" / "adapter_model.safetensors")
    assert "--corpus CORPUS --corpus-share 0.3" in record.remake
    assert str(corpus) not in record.model_dump_json()
    for name in _FILES:
        assert f"{name} {read_artefact(corpus / name).sha256[:16]}" in record.card.provenance.source
    assert "0.3 of the tokens, a corpus" in record.card.provenance.source


@pytest.mark.parametrize("given", [("--corpus-share", 0.3), ("--corpus", "runs/corpus")])
def test_a_folder_and_a_share_belong_together(base: Base, tmp_path: Path, given: tuple[object, ...]):
    status, output = _call("train", "--base", base.folder, "--work", tmp_path, *given)
    assert (status, "give a folder and a share above 0, or neither of them" in " ".join(output.split())) == (2, True)


def test_without_a_corpus_nothing_is_said_of_one():
    lessons = Lessons(passes=1, variants=3)
    assert "corpus" not in lessons.options()
    assert "corpus" not in reading_card("reader", lessons).model_dump_json()
