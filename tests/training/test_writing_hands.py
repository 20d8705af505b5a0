"""Texts with marks written in them become labelled texts, and `llm check-hand` finds what is wrong with them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from training.llm.command_llm import app
from training.llm.labelled_text import HANDS, LabelledText, texts_of
from training.llm.writing.hand_check import findings
from training.llm.writing.markup import edit, forbid, labelled, target, without_marks, write_texts

LOAD = labelled(
    "change",
    "plain_bound",
    "chat",
    "keep {k:the load} {p:in S1C1 and S2C2} {a:under 80 %}",
    target("RRU.PrbTotDl", ["S2C2", "S1C1"], "<", 80, "k", "p", "a"),
)
POWER = labelled(
    "change",
    "mixed",
    "ticket",
    "{k:tx power} {p:S1C1} {a:-2 dB}, but {r:leave} {p2:S4} {r:alone}",
    edit("configuredMaxTxPower", ["S1C1"], None, "k", "p", "a", delta=-2),
    forbid("change", ["S4C1", "S4C2", "S4C3"], "r", "p2"),
)
BARE = labelled(
    "ask",
    "unit_ambiguity",
    "chat",
    "{k:power} {p:of S1C1} {a:to 40}",
    edit("configuredMaxTxPower", ["S1C1"], 40, "k", "p", "a"),
    because="W or dBm?",
)


@pytest.fixture
def hand(tmp_path: Path) -> Path:
    (tmp_path / "card.json").write_bytes((HANDS / "plain-stadium" / "card.json").read_bytes())
    return tmp_path


def test_marks_point_at_their_words():
    assert LOAD.text == "keep the load in S1C1 and S2C2 under 80 %"
    assert (LOAD.words("k"), LOAD.words("p"), LOAD.words("a")) == (["the load"], ["in S1C1 and S2C2"], ["under 80 %"])
    assert POWER.words("r") == ["leave", "alone"]


@pytest.mark.parametrize("line", ["{k:load } below", "{q:load}", "{k:}", "a } brace", "{k:one {p:two}}"])
def test_braces_that_mark_nothing_are_refused(line: str):
    with pytest.raises(ValueError, match=r"mark|brace"):
        without_marks(line)


def test_what_code_sees_to_refuse_keeps_its_marks_apart(hand: Path):
    write_texts(hand, [LOAD, POWER, BARE])
    asked, literal = texts_of(hand)[2], texts_of(hand, "literal.jsonl")
    assert asked.act == "ask" and not asked.items()
    assert [text.act for text in literal] == ["change"] and literal[0].edits[0].attribute == "configuredMaxTxPower"
    assert findings(hand) == []


def _one(hand: Path, **changed: object) -> str:
    write_texts(hand, [LabelledText.model_validate(LOAD.model_dump() | changed)])
    return "; ".join(one.what for one in findings(hand))


def test_each_fault_of_a_label_is_named(hand: Path):
    assert "cuts a word" in _one(hand, marks=(("k", 5, 12), ("p", 14, 30), ("a", 31, 41)))
    assert "outside the text" in _one(hand, marks=(("k", 5, 13), ("p", 14, 30), ("a", 31, 99)))
    assert "tag a marks no words" in _one(hand, marks=(("k", 5, 13), ("p", 14, 30)))
    assert "without an item" in _one(hand, targets=())
    assert "carries no items" not in _one(hand, act="ask", targets=()) and "no reason" in _one(hand, act="ask", targets=())
    assert "belong together" in _one(hand, condition_on="unless it rains")
    other = LOAD.targets[0].model_copy(update={"cells": ("S9C9",)})
    assert "no cell S9C9" in _one(hand, targets=(other,))


def test_what_code_computes_otherwise_is_told_apart_from_faults_of_labels(hand: Path):
    write_texts(hand, [LOAD.model_copy(update={"targets": (LOAD.targets[0].model_copy(update={"value": 70.0}),)})])
    [found] = findings(hand)
    assert not found.is_label and "computes something else" in found.what


def test_the_same_text_twice_is_found(hand: Path):
    write_texts(hand, [LOAD, LOAD])
    assert [one.line for one in findings(hand)] == [1, 2]


def test_the_command_counts_and_its_exit_code_tells_faults_of_labels(hand: Path):
    write_texts(hand, [LOAD, POWER])
    result = CliRunner().invoke(app, ["check-hand", str(hand), "--json"])
    assert result.exit_code == 0 and json.loads(result.stdout) == {"texts": 2, "labels": [], "code": []}
    write_texts(hand, [LOAD, LOAD])
    assert CliRunner().invoke(app, ["check-hand", str(hand)]).exit_code == 1


def test_a_folder_without_a_card_is_an_error_of_one_line(tmp_path: Path):
    result = CliRunner().invoke(app, ["check-hand", str(tmp_path)])
    assert result.exit_code == 2 and "card.json" in result.output and "Traceback" not in result.output


@pytest.mark.parametrize("folder", sorted(path.parent for path in HANDS.glob("*/texts.jsonl")), ids=lambda path: path.name)
def test_no_label_of_a_hand_is_at_fault(folder: Path):
    assert [str(one) for one in findings(folder) if one.is_label] == []
