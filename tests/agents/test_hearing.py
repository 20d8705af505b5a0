"""Reading in a run: who read is said, and what was heard as a question never becomes a change."""

from pathlib import Path

import pytest
from test_confidence import TEXT, candidate

from agents.readers import hearing
from agents.readers.confidence import Confidence
from agents.readers.heard import Heard
from agents.readers.listener import Listener
from agents.reading.names import Names
from agents.reading.reading import Reading
from agents.understanding.result import NetworkQuestion, Question, Understood
from twins.network import NetworkCard


class Hears:
    """Hears every text as one act."""

    def __init__(self, act: str) -> None:
        self._act = act

    def hear(self, *_: object) -> Heard:
        return Heard(reading=Reading(act=self._act), read_back="", confidence=1, readers="both")


@pytest.mark.parametrize("act", ["question", "select"])
@pytest.mark.parametrize("text", ["put S1C1 to sleep", "keep URLLC delay below 10 ms in S1C1", "energy 10 % less in S1C1"])
def test_what_is_heard_as_a_question_never_becomes_a_change(
    card: NetworkCard, monkeypatch: pytest.MonkeyPatch, act: str, text: str
):
    monkeypatch.setattr(hearing, "_listener", lambda: Hears(act))
    result = hearing.reading_of(text, card)
    assert isinstance(result, Question) and act in result.question


def test_the_details_of_questions_and_selections_are_the_rules_and_that_is_said(
    card: NetworkCard, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(hearing, "_listener", lambda: Hears("question"))
    question = hearing.reading_of("what is the load of S2C1?", card)
    assert isinstance(question, NetworkQuestion) and hearing.RULES in question.assumptions[-1]
    monkeypatch.setattr(hearing, "_listener", lambda: Hears("select"))
    selection = hearing.reading_of("select the best channel estimator for S1C1 at 20 m/s", card)
    assert isinstance(selection, Understood) and hearing.RULES in selection.intent.assumptions[-1]


@pytest.mark.parametrize(
    "text",
    ["keep URLLC delay below 10 ms in S1C1", "energy 10 % less in S1C1", "what is the load of S2C1?", "pizza"],
)
def test_without_the_readers_every_reading_says_who_read_and_why(card: NetworkCard, monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.setattr(hearing, "_listener", lambda: "the base model is not there")
    assert "read by the rules, because the base model is not there" in hearing.reading_of(text, card).model_dump_json()


def test_what_is_missing_is_told_without_loading_anything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert hearing.absence().startswith(f"the base model is not in {tmp_path}") and "twinpilot llm base" in hearing.absence()
    monkeypatch.setattr(hearing, "_EXTRA", ("transformers", "no_such_package"))
    assert hearing.absence() == "no_such_package is not installed: pip install 'twinpilot[llm]'"


class _Counts:
    def pieces_in(self, text: str) -> int:
        return len(text.split())


class _Fixed(Listener):
    """Reads every text as the same one, with a confidence of one half."""

    def candidates(self, texts, names: Names):
        return [[candidate(names, "<", 0.5)] for _ in texts]


@pytest.mark.parametrize(("ask_below", "is_asked"), [(None, True), (0.4, False), (0.6, True)])
def test_below_which_confidence_is_asked_is_a_setting(
    card: NetworkCard, monkeypatch: pytest.MonkeyPatch, ask_below: float | None, is_asked: bool
):
    listener = _Fixed(language_model=None, encoder=_Counts(), verifier=None, confidence=Confidence(bias=0.0, threshold=0.9))
    monkeypatch.setattr(hearing, "_listener", lambda: listener)
    assert isinstance(hearing.reading_of(TEXT, card, ask_below=ask_below), Question if is_asked else Understood)
