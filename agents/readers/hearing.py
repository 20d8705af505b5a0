"""Reading in a run: both readers if they are installed, else the rules, and the run says which.

The readers are loaded at the first text and kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from agents.answer import Answer
from agents.readers.intents import REGARDLESS, result_of
from agents.readers.listener import Listener
from agents.reading.names import Names
from agents.reading.site_card import SiteCard
from agents.understanding.result import Reading, Understood
from agents.understanding.understand import understand
from twins.network import NetworkCard

RULES = "read by the rules"


@cache
def _listener() -> Listener | str:
    """Return the readers, or why there are none."""
    try:
        from agents.readers.language_model.loading import ReaderError
    except ImportError as error:
        return f"{error.name} is not installed: pip install 'twinpilot[llm]'"
    from policies.artefact import ArtefactError

    try:
        return Listener.load()
    except (ReaderError, ArtefactError, OSError, ImportError) as error:
        return str(error)


def reading_of(text: str, card: NetworkCard, answers: Sequence[Answer] = ()) -> Reading:
    """Return the reading of a text with the answers given to earlier questions; never raises because of what it says."""
    listener = _listener()
    if isinstance(listener, str):
        return _with_note(understand(text, card, answers), f"{RULES}, because {listener}")
    names = Names(SiteCard.of(card))
    said = tuple(answer.answer for answer in answers)
    heard = listener.hear(text, names, [one for one in said if one != REGARDLESS])
    result = result_of(heard, text, card, said)
    if result is not None:
        return result
    return _with_note(understand(text, card, answers), f"{heard.reading.act}: {RULES}")


def _with_note(reading: Reading, note: str) -> Reading:
    if isinstance(reading, Understood):
        intent = reading.intent.model_copy(update={"assumptions": (*reading.intent.assumptions, note)})
        return reading.model_copy(update={"intent": intent})
    return reading
