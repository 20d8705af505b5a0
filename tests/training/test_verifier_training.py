"""What the verifier learns from: code decides what is right, real answers are kept, a training goes on after a kill."""

import random
from dataclasses import replace

import pytest
import torch
from typer.testing import CliRunner

from agents.readers.encoder.minilm import minilm_tokenizer
from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.marked import MarkedItem
from agents.reading.names import Names
from policies.artefact import ArtefactError
from policies.slices import Slice
from training.llm.command_llm import app
from training.llm.labelled_text import Hand, LabelledEdit, LabelledText, hands_of
from training.llm.verifier.answered_text import Answer, AnsweredText, read_answers, write_answers
from training.llm.verifier.corrupting import FAULTS, corrupted
from training.llm.verifier.examples import answered_examples, judged, made_examples
from training.llm.verifier.training import VerifierPlan, train_verifier


@pytest.fixture(scope="module")
def hand() -> Hand:
    return next(hand for hand in hands_of() if hand.name == "relay-stadium")


def test_the_reading_of_a_hand_is_right_and_most_faults_are_not(hand: Hand):
    names, draw = Names(hand.card), random.Random(2)
    live = [text for text in hand.texts if text.items() and text.act == "change"][:80]
    verdicts = [judged(other, text, names) for text in live if (other := corrupted(text.spanned(), draw))]
    own = [judged(text.spanned(), text, names) for text in live]
    assert sum(bool(one) and all(one) for one in own) > 0.9 * len(live)
    assert len(verdicts) > 70
    assert sum(not all(one) or not one for one in verdicts) > 0.75 * len(verdicts)  # the others cut a mark without effect
    assert () in verdicts  # of some, code makes nothing


def test_what_is_said_for_each_cell_is_right_where_it_is_meant_for_all_of_them(hand: Hand):
    text, names = "lock S1C1, lock S1C2, lock S2C1", Names(hand.card)

    def locked(cell: str) -> SpannedItem:
        item = MarkedItem(kind="edit", name="administrativeState", state="LOCKED", place=cell)
        return SpannedItem(item, ((text.index(cell), text.index(cell) + 4),))

    edit = LabelledEdit(attribute="administrativeState", value="LOCKED", cells=("S1C1", "S1C2"))
    meant = LabelledText(text=text, act="change", edits=(edit,), phenomenon="sleep_wake", style="chat")
    said = SpannedText(text, "change", (locked("S1C1"), locked("S1C2")))
    assert judged(said, meant, names) == (True,) * 6
    less = judged(replace(said, items=said.items[:1]), meant, names)
    assert less[1] is False and less[2] is False  # one of two cells is not what was meant
    more = judged(replace(said, items=(*said.items, locked("S2C1"))), meant, names)
    assert more[1] is False and not any(more[2:5])  # said alike, it is one entry, and that is not the one that was meant


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_each_fault_is_made_somewhere_and_changes_the_reading(fault, hand: Hand):
    draw = random.Random(3)
    made = [(text.spanned(), other) for text in hand.texts if text.items() and (other := fault(text.spanned(), draw))]
    assert made
    assert all(own != other for own, other in made[:50])


def test_examples_are_the_same_for_the_same_seed(hand: Hand):
    few = Hand(hand.name, hand.card, hand.texts[:20])
    one, same, other = (made_examples([few], 3, seed, minilm_tokenizer(), lambda done, total: None) for seed in (1, 1, 2))
    assert one == same != other
    assert {right for example in one for right in example.right} == {True, False}


def test_answers_are_read_as_they_were_written_and_a_changed_file_is_refused(tmp_path, hand: Hand):
    text = next(text for text in hand.texts if len(text.items()) > 1)
    answered = AnsweredText(hand=hand.name, text=text.text, answers=(Answer.of(text.spanned()),))
    path = tmp_path / "answers.jsonl.gz"
    assert write_answers(path, [answered], "readers", "twinpilot llm answers") == 1
    assert read_answers(path) == [answered]
    assert answered.readings() == [text.spanned()]
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ArtefactError, match="sha256"):
        read_answers(path)


def test_answers_to_texts_of_other_hands_are_left_out(hand: Hand):
    known = {text.text for text in hand.texts}
    some = [one for one in read_answers() if one.hand == hand.name and one.text in known]
    assert len(some) > 300
    examples = answered_examples(read_answers(), [hand], minilm_tokenizer())
    assert 0 < len(examples) <= sum(len(one.answers) for one in some)
    assert 0.5 < sum(all(one.right) for one in examples) / len(examples) < 1


def test_the_part_that_has_a_fault_is_the_one_that_is_not_right(hand: Hand):
    text = next(
        text for text in hand.texts if text.act == "change" and len(text.targets) > 1 and text.window and not text.condition_on
    )
    own, names = text.spanned(), Names(hand.card)
    number = len(own.items)
    assert judged(own, text, names) == (True,) * (number + 4)
    less = judged(replace(own, items=own.items[:-1]), text, names)
    assert less == (True, False, *[True] * (number - 1), True, True)  # all that is said is right, and not all is said
    item = own.items[0]
    other = replace(item, item=item.item.model_copy(update={"slice": Slice.MMTC if item.item.slice is None else None}))
    assert judged(replace(own, items=(other, *own.items[1:])), text, names)[2] is False
    assert judged(replace(own, when=()), text, names)[-2] is False
    assert judged(replace(own, act="question", items=(), when=()), text, names) == (False,)
    assert judged(replace(own, act="ask", items=(), when=()), text, names) == ()


def test_a_training_that_was_killed_ends_with_the_same_weights(tmp_path, hand: Hand):
    torch.set_num_threads(1)
    examples = made_examples([Hand(hand.name, hand.card, hand.texts[:12])], 2, 1, minilm_tokenizer(), lambda done, total: None)
    plan = VerifierPlan(steps=4, batch=4, warmup=1)
    whole = train_verifier(examples, [], plan, tmp_path / "whole", lambda step, means: None)
    train_verifier(examples, [], plan, tmp_path / "killed", lambda step, means: None, until=2)
    again = train_verifier(examples, [], plan, tmp_path / "killed", lambda step, means: None)
    learned = whole.network.learned()
    assert any(value.abs().sum() > 0 for name, value in learned.items() if "lora_B" in name)
    assert all(torch.equal(value, again.network.learned()[name]) for name, value in learned.items())


def test_an_unknown_hand_that_is_held_out_is_refused(tmp_path):
    done = CliRunner().invoke(app, ["train-verifier", "--work", str(tmp_path), "--held-out", "nobody"])
    assert done.exit_code and "nobody is no hand" in done.output
