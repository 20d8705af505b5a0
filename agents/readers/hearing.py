"""Reading in a run: both readers if they are installed, else the rules, and the run says which.

The readers are loaded at the first text and kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from typing import Final

from agents.answer import Answer
from agents.readers.by_rules import read_by_rules
from agents.readers.heard import Heard
from agents.readers.intents import result_of
from agents.readers.listener import Listener
from agents.reading.names import Names
from agents.reading.site_card import SiteCard
from agents.understanding.context_answers import ON_CONDITION
from agents.understanding.result import (
    CHANGES_NOTHING,
    Forbids,
    Impossible,
    NotAboutNetwork,
    Question,
    Reading,
    Understood,
    WhyQuestion,
)
from agents.understanding.understand import understand
from twins.network import NetworkCard

RULES = "read by the rules"
_EXTRA: Final = ("transformers", "peft")


def absence() -> str:
    """Return why the 6G-LLM cannot read here, without loading anything of it; empty if it is installed."""
    missing = [name for name in _EXTRA if find_spec(name) is None]
    if missing:
        return f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed: pip install 'twinpilot[llm]'"
    from agents.readers.language_model.loading import base_absence

    return base_absence()


@cache
def _listener() -> Listener | str:
    """Return the readers, or why there are none."""
    if why := absence():
        return why
    from agents.readers.language_model.loading import ReaderError
    from policies.artefact import ArtefactError

    try:
        return Listener.load()
    except (ReaderError, ArtefactError, OSError, ImportError) as error:
        return str(error)


def reading_of(text: str, card: NetworkCard, answers: Sequence[Answer] = (), ask_below: float | None = None) -> Reading:
    """Return the reading of a text with the answers given to earlier questions; never raises because of what it says.

    ask_below: the confidence (0..1) below which a reading is asked about, None for the shipped threshold.
    """
    listener = _listener()
    if isinstance(listener, str):
        return _with_note(read_by_rules(text, card, answers), f"{RULES}, because {listener}")
    if ask_below is not None:
        confidence = listener.confidence.model_copy(update={"threshold": ask_below})
        listener = replace(listener, confidence=confidence)
    names = Names(SiteCard.of(card))
    to_condition = [answer.answer for answer in answers if answer.question.startswith(ON_CONDITION)]
    heard = listener.hear(text, names, [one.answer for one in answers if not one.question.startswith(ON_CONDITION)])
    result = result_of(heard, text, card, to_condition)
    return result if result is not None else _answered_by_rules(heard, text, card, answers)


def _answered_by_rules(heard: Heard, text: str, card: NetworkCard, answers: Sequence[Answer]) -> Reading:
    """Return the rules' reading of a question or selection, whose details both readers leave out.

    If the rules read anything else, such as a change, that is asked about: what was heard as a question changes nothing.
    """
    reading = understand(text, card, answers)
    is_selection = isinstance(reading, Understood) and reading.workflow in ("channel-estimator", "beam-management")
    if is_selection or isinstance(reading, (*CHANGES_NOTHING, Question, NotAboutNetwork, Impossible)):
        return _with_note(reading, f"heard by {heard.readers} as a {heard.reading.act}, its details {RULES}")
    question = f"This was heard as a {heard.reading.act}, and the rules read it as something to be done. What should be answered?"
    return Question(question=question, kind="ambiguous", text=text)


def _with_note(reading: Reading, note: str) -> Reading:
    """Return the reading with a note of who read it, wherever it is shown."""
    match reading:
        case Understood():
            assumptions = (*reading.intent.assumptions, note)
            return reading.model_copy(update={"intent": reading.intent.model_copy(update={"assumptions": assumptions})})
        case Question():
            return reading.model_copy(update={"question": f"{reading.question} ({note})"})
        case NotAboutNetwork() | Impossible():
            return reading.model_copy(update={"reason": f"{reading.reason} ({note})"})
        case Forbids():
            return reading.model_copy(update={"read_back": f"{reading.read_back} ({note})"})
        case WhyQuestion():
            return reading
        case _:
            return reading.model_copy(update={"assumptions": (*reading.assumptions, note)})
