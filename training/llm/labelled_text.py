"""Operators' texts written by hand, with their reading and the words that carry each of its slots.

A folder holds `card.json`, the names and times of a network, and `texts.jsonl`. A mark is (tag, start, end) in the text: p place,
a amount, w time, k KPI or attribute, s slice, v verb, r restriction, c condition, n nothing; a digit behind it tells items apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from agents.readers.spanned_text import SpannedItem, SpannedText, Spans, words_of
from agents.reading.marked import LIVE_ACTS, SAME, MarkedItem
from agents.reading.reading import Cells, Reading, StatedEdit, StatedRestriction, StatedTarget
from agents.reading.site_card import SiteCard

HANDS: Final = Path(__file__).parent / "hands"
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

    def items(self) -> tuple[LabelledItem, ...]:
        """Return targets, edits and restrictions in this order."""
        return (*self.targets, *self.edits, *self.forbidden)

    def words(self, tag: str) -> list[str]:
        """Return the pieces that a tag marks."""
        return [self.text[start:end] for own, start, end in self.marks if own == tag]

    def spanned(self) -> SpannedText:
        """Return the text as a reader that makes no mistake marks it."""
        if self.act not in LIVE_ACTS:
            return SpannedText(self.text, self.act)
        tags = {tag for tag, _, _ in self.marks}
        when = self._spans(tags, "w") if self.window else ()
        return SpannedText(self.text, self.act, tuple(self._spanned_items()), when, self._spans(tags, "c"))

    def _spans(self, tags: Collection[str], letter: str) -> Spans:
        return tuple((start, end) for tag, start, end in self.marks if tag in tags and tag[0] == letter)

    def _spanned_items(self) -> Iterator[SpannedItem]:
        before: Spans | None = None
        cells: Cells = "*"
        for one in self.items():
            place = self._spans(one.marks, "p")
            is_same = before is not None and one.cells == cells and (place == before if place else cells != "*")
            before, cells = before if is_same else place, one.cells
            amount = self._spans(one.marks, "a")
            item = marked_item(one, SAME if is_same else words_of(self.text, place), words_of(self.text, amount))
            yield SpannedItem(item, () if is_same else place, amount if item.amount else ())


LabelledItem = LabelledTarget | LabelledEdit | LabelledRestriction


def name_of(one: LabelledItem) -> str:
    """Return the KPI, the attribute, or what is forbidden."""
    return one.kpi if isinstance(one, LabelledTarget) else one.attribute if isinstance(one, LabelledEdit) else one.what


def marked_item(one: LabelledItem, place: str, amount: str) -> MarkedItem:
    """Return an item as it is marked, with these words for place and amount."""
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


def texts_of(folder: Path, file: str = "texts.jsonl") -> list[LabelledText]:
    """Return the texts of a file in a folder."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return [LabelledText.model_validate_json(line) for line in lines if line.strip()]


@dataclass(frozen=True)
class Hand:
    """The texts that one hand wrote about one network.

    literal: those among them that code sees to refuse (a number without a unit, a cell that does not exist), marked as if it
    did not.
    """

    name: str
    card: SiteCard
    texts: tuple[LabelledText, ...]
    literal: tuple[LabelledText, ...] = ()


def hands_of(folder: Path = HANDS) -> list[Hand]:
    """Return all hands of a folder."""
    return [_hand_in(path.parent) for path in sorted(folder.glob("*/card.json"))]


def _hand_in(folder: Path) -> Hand:
    literal = texts_of(folder, "literal.jsonl") if (folder / "literal.jsonl").exists() else []
    return Hand(folder.name, card_of(folder), tuple(texts_of(folder)), tuple(literal))
