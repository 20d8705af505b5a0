"""The condition of a reading as a context of its intent; one that the network does not measure is one precise question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agents.readers.context_words import ContextError, ReadContext, context_in
from agents.reading.names import Names
from agents.reading.read_back import listed
from agents.reading.reading import Reading
from agents.reading.site_card import SiteCard
from agents.understanding.context_answers import ON_CONDITION, ONCE, REGARDLESS
from policies.intent import ExpectationObject, KpiContext
from twins.network import NetworkCard

OFF_AIR: Final = ("toBeEnergySaving", "LOCKED")


class UnreadContextError(Exception):
    """A condition is not certain; `question` asks for it."""

    def __init__(self, question: str, choices: tuple[str, ...]) -> None:
        super().__init__(question)
        self.question, self.choices = question, choices


def contexts_of(reading: Reading, card: NetworkCard, answers: Sequence[str] = ()) -> tuple[KpiContext, ...]:
    """Return the conditions of a change; raises UnreadContextError. answers: as of `contexts_under`."""
    everywhere = frozenset(cell.id for cell in card.cells)
    named = [*(target.cells for target in reading.targets), *(edit.cells for edit in reading.edits)]
    places = [everywhere if own == "*" else frozenset(own) for own in named]
    off_air = frozenset(cell for edit in reading.edits if edit.value in OFF_AIR for cell in edit.cells)
    return contexts_under(reading.condition_on or "", card, places, off_air, answers)


def contexts_under(
    condition: str, card: NetworkCard, places: Sequence[frozenset[str]], off_air: frozenset[str], answers: Sequence[str] = ()
) -> tuple[KpiContext, ...]:
    """Return the contexts that the words of a condition are, none if they are empty; raises UnreadContextError.

    places: the cells of each goal or edit of the request. off_air: those that it puts to sleep or locks. answers: the operator's,
    to questions about the condition: one that is no choice takes the place of its words.
    """
    words = next((answer for answer in reversed(answers) if answer != ONCE), condition)
    if not words or words == REGARDLESS:
        return ()
    try:
        read = context_in(words, Names(SiteCard.of(card)))
    except ContextError as error:
        example = f"only if the load in {card.cells[0].id} is below 50 %"
        raise UnreadContextError(
            f"{ON_CONDITION}{words}” is not one that can be measured: {error}. Which KPI is to be above or below which value,"
            f" and where (for example “{example}”)? Or does it hold?",
            (REGARDLESS,),
        ) from error
    cells = _cells(read, words, places, off_air, card)
    return (
        KpiContext(
            object=ExpectationObject(cells=_dns(cells, card), slice=read.slice, area=_area(cells, card)),
            target=read.target,
            words=words,
            # Of a cell that is put to sleep nothing is measured any more.
            lasting=ONCE not in answers and not cells <= off_air and _is_lasting(read, words),
        ),
    )


def _cells(
    read: ReadContext, words: str, places: Sequence[frozenset[str]], off_air: frozenset[str], card: NetworkCard
) -> frozenset[str]:
    """Return the cells of the condition: those that it names, else the one place of the request."""
    if read.cells is not None:
        return read.cells
    place = next(iter(places), frozenset(cell.id for cell in card.cells))
    if len(set(places)) < 2 and (read.refers or not place <= off_air):
        return place
    near = place.union(*places) | {other for cell in place for other in card.cell(cell).neighbours}
    choices = (f"{_plain(words)} in {listed(sorted(near))}", f"{_plain(words)} in the whole network")
    raise UnreadContextError(f"{ON_CONDITION}{words}”: in which cells is that to hold?", choices)


def _plain(words: str) -> str:
    return words.strip().rstrip(".!?, ")


def _is_lasting(read: ReadContext, words: str) -> bool:
    """Return whether it must hold with the change, too; raises UnreadContextError where that would undo its purpose."""
    if read.keeps or not read.duration:
        return bool(read.keeps)
    if read.keeps is None and read.target.condition.is_upper_bound:
        return True
    question = f"{ON_CONDITION}{words}” may be what the change is to end, and it is not made and unmade with it. Do it once?"
    raise UnreadContextError(question, (ONCE,))


def _dns(cells: frozenset[str], card: NetworkCard) -> tuple[str, ...]:
    chosen = tuple(cell.dn for cell in card.cells if cell.id in cells)
    return () if len(chosen) == len(card.cells) else chosen


def _area(cells: frozenset[str], card: NetworkCard) -> str:
    return next((area for area, own in card.areas().items() if set(own) == cells), "")
