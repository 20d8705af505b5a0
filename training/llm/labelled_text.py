"""Operators' texts written by hand, with their reading and the words that carry each of its slots.

A folder holds `card.json`, the names and times of a network, and `texts.jsonl`. A mark is (tag, start, end) in the text: p place,
a amount, w time, k KPI or attribute, s slice, v verb, r restriction, c condition, n nothing; a digit behind it tells items apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from agents.reading.marked import SAME, Marked, MarkedItem
from agents.reading.reading import Reading, StatedEdit, StatedRestriction, StatedTarget
from agents.reading.site_card import SiteCard

HANDS: Final = Path(__file__).parent / "hands"
LIVE_ACTS: Final = ("change", "forbid", "what_if")  # acts with something to compute
_STATES: Final = ("toBeEnergySaving", "toBeNotEnergySaving", "LOCKED", "UNLOCKED")


class LabelledTarget(StatedTarget):
    """A target and the tags of its words."""

    marks: tuple[str, ...] = ()


class LabelledEdit(StatedEdit):
    """An edit and the tags of its words."""

    marks: tuple[str, ...] = ()


class LabelledRestriction(StatedRestriction):
    """A restriction and the tags of its words."""

    marks: tuple[str, ...] = ()


class LabelledText(Reading):
    """A text, its reading, and its marks; because: why it is asked about or refused."""

    targets: tuple[LabelledTarget, ...] = ()
    edits: tuple[LabelledEdit, ...] = ()
    forbidden: tuple[LabelledRestriction, ...] = ()
    text: str
    phenomenon: str
    style: str
    because: str | None = None
    marks: tuple[tuple[str, int, int], ...] = ()

    def marked(self) -> Marked:
        """Return the text as a reader that makes no mistake marks it."""
        if self.act not in LIVE_ACTS:
            return Marked(act=self.act)
        when = self._words(tag for tag, _, _ in self.marks if tag.startswith("w")) if self.window else ""
        return Marked(act=self.act, items=tuple(self._items()), when=when, condition=self.condition_on or "")

    def _words(self, tags: Iterator[str] | tuple[str, ...]) -> str:
        among = set(tags)
        return " … ".join(self.text[start:end] for tag, start, end in self.marks if tag in among)

    def _items(self) -> Iterator[MarkedItem]:
        before: tuple[str, str] | None = None
        items: tuple[LabelledTarget | LabelledEdit | LabelledRestriction, ...] = (*self.targets, *self.edits, *self.forbidden)
        for one in items:
            place = self._words(tuple(tag for tag in one.marks if tag.startswith("p")))
            here = place, str(one.cells)
            is_same = before == here if place else one.cells != "*" and before is not None and before[1] == here[1]
            yield self._item(one, SAME if is_same else place)
            before = here

    def _item(self, one: LabelledTarget | LabelledEdit | LabelledRestriction, place: str) -> MarkedItem:
        amount = self._words(tuple(tag for tag in one.marks if tag.startswith("a")))
        if isinstance(one, LabelledRestriction):
            return MarkedItem(kind="forbid", name=one.what, slice=one.slice, place=place)
        if isinstance(one, LabelledTarget):
            return MarkedItem(
                kind="target",
                name=one.kpi,
                slice=one.slice,
                comparison=one.condition,
                reference=one.relative.to if one.relative else None,
                sign=_sign(one.relative.percent if one.relative else 0),
                place=place,
                amount=amount,
            )
        state = str(one.value) if one.value in _STATES else ""
        return MarkedItem(
            kind="edit",
            name=one.attribute,
            slice=one.slice,
            sign=_sign(one.delta or 0),
            is_delta=one.delta is not None,
            state=state,
            place=place,
            amount="" if state else amount,
        )


def _sign(number: float) -> Literal[-1, 0, 1]:
    return 0 if not number else 1 if number > 0 else -1


def card_of(folder: Path) -> SiteCard:
    """Return the card of the network about which the texts of a folder are."""
    return SiteCard.model_validate_json((folder / "card.json").read_text(encoding="utf-8"))


def texts_of(folder: Path) -> list[LabelledText]:
    """Return the texts of a folder."""
    lines = (folder / "texts.jsonl").read_text(encoding="utf-8").splitlines()
    return [LabelledText.model_validate_json(line) for line in lines if line.strip()]
