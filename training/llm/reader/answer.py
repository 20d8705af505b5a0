"""The form in which the language model answers: tokens of its own for everything that is chosen, words of the text for the rest.

    answer    = ACT { item } [ <when> words ] [ <if> words ] end
    item      = <target> KPI SLICE COMPARISON [ REFERENCE SIGN ] [ amount ] place
              | <edit> ATTRIBUTE SLICE ( STATE | <set> amount | <by> SIGN amount ) place
              | <forbid> WHAT SLICE place
    place     = <everywhere> | <again> | <place> words
    amount    = <amount> words
    words     = piece { <piece> piece }, each piece consecutive tokens of the text

A choice is one token, so an answer is short and a name that does not exist cannot be said. Words are copied token by token, which
`allowed` enforces while an answer is generated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from agents.reading.marked import ACTS, SAME, Marked, MarkedItem
from policies.kpi import kpi_definitions
from policies.slices import Slice

LIVE: Final = ("change", "forbid", "what_if")
ATTRIBUTES: Final = (
    "configuredMaxTxPower", "digitalTilt", "cellIndividualOffset", "a3Offset", "hysteresis", "timeToTrigger", "energySavingControl",
    "administrativeState", "rRMPolicyMinRatio", "rRMPolicyMaxRatio", "rRMPolicyDedicatedRatio", "schedulerWeight", "maxConnectedUes",
    "maxPrbUsage", "nRPCI",
)  # fmt: skip
_COMPARISONS: Final = {"<": "below", "<=": "at most", ">": "above", ">=": "at least", "min": "least", "max": "most"}
_REFERENCES: Final = ("now", "yesterday", "last week")
_SIGNS: Final = {1: "more", -1: "less", 0: "same"}
_STATES: Final = {"toBeEnergySaving": "asleep", "toBeNotEnergySaving": "awake", "LOCKED": "locked", "UNLOCKED": "unlocked"}
_MARKS: Final = ("target", "edit", "forbid", "amount", "place", "everywhere", "again", "piece", "when", "if", "set", "by", "any", "end", "read")


def _token(name: str) -> str:
    return f"<{name.replace(' ', '_')}>"


def structure_tokens() -> list[str]:
    """Return all tokens of the form, in a fixed order; they are added to the vocabulary."""
    names = [*ACTS, *_MARKS, *kpi_definitions(), *ATTRIBUTES, "sleep", *Slice, *_COMPARISONS.values(), *_REFERENCES,
             *_SIGNS.values(), *_STATES.values()]  # fmt: skip
    return list(dict.fromkeys(_token(str(name)) for name in names))


Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class SpannedItem:
    """An item with the places in the text of its words."""

    item: MarkedItem
    place: tuple[tuple[int, int], ...] = ()
    amount: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class SpannedText:
    """A text with its reading, and the places in the text of all words of the reading."""

    text: str
    act: str
    items: tuple[SpannedItem, ...] = ()
    when: tuple[tuple[int, int], ...] = ()
    condition: tuple[tuple[int, int], ...] = ()


class AnswerForm:
    """Writes and reads answers with a tokenizer that has the tokens of the form."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._ids: dict[str, int] = {token: tokenizer.convert_tokens_to_ids(token) for token in structure_tokens()}
        self.end = self._ids["<end>"]

    @cached_property
    def _names(self) -> dict[int, str]:
        return {number: token[1:-1] for token, number in self._ids.items()}

    def prompt(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Return the tokens of the prompt, and the place in the text of each token of the text (the last token is none of them)."""
        encoded = self._tokenizer(text, return_offsets_mapping=True)
        return [*encoded.input_ids, self._ids["<read>"]], [tuple(pair) for pair in encoded.offset_mapping]

    def answer(self, spanned: SpannedText, offsets: Spans, prompt: Sequence[int]) -> list[int]:
        """Return the tokens of the answer for a text whose prompt has these offsets."""
        pieces: list[str | tuple[tuple[int, int], ...]] = [spanned.act]
        for item in spanned.items:
            pieces += self._item(item)
        if spanned.when:
            pieces += ["when", spanned.when]
        if spanned.condition:
            pieces += ["if", spanned.condition]
        ids: list[int] = []
        for piece in [*pieces, "end"]:
            ids += [self._ids[_token(piece)]] if isinstance(piece, str) else self._copied(piece, offsets, prompt)
        return ids

    def _item(self, spanned: SpannedItem) -> Iterator[Any]:
        item = spanned.item
        yield from (item.kind, "any" if item.name == "change" else item.name, str(item.slice) if item.slice else "any")
        if item.kind == "target":
            yield _COMPARISONS[item.comparison or "<"]
            if item.reference is not None:
                yield from (item.reference, _SIGNS[item.sign])
        elif item.kind == "edit":
            if item.state:
                yield _STATES[item.state]
            elif item.is_delta:
                yield from ("by", _SIGNS[item.sign])
            else:
                yield "set"
        if spanned.amount:
            yield from ("amount", spanned.amount)
        if item.place == SAME:
            yield "again"
        elif spanned.place:
            yield from ("place", spanned.place)
        else:
            yield "everywhere"

    def _copied(self, spans: Spans, offsets: Spans, prompt: Sequence[int]) -> list[int]:
        ids: list[int] = []
        for number, (start, end) in enumerate(spans):
            inside = [index for index, (first, last) in enumerate(offsets) if last > start and first < end and last > first]
            ids += ([self._ids["<piece>"]] if number else []) + [prompt[index] for index in inside]
        return ids

    def read(self, ids: Sequence[int], text: str, offsets: Spans, prompt: Sequence[int]) -> SpannedText:
        """Return what an answer says; raises ValueError for one that is not of the form."""
        return _AnswerReader(self._names, ids, text, offsets, prompt).read()


@dataclass
class _AnswerReader:
    names: dict[int, str]
    ids: Sequence[int]
    text: str
    offsets: Spans
    prompt: Sequence[int]
    position: int = 0

    def read(self) -> SpannedText:
        """Return the text with its reading."""
        act, items, when, condition = self._take(), [], (), ()
        while (name := self._take()) != "end":
            if name in ("target", "edit", "forbid"):
                items.append(self._item(name))
            elif name == "when":
                when = self._words()
            elif name == "if":
                condition = self._words()
            else:
                raise ValueError(f"{name} begins nothing")
        return SpannedText(self.text, act, tuple(items), when, condition)

    def _peek(self) -> str:
        return self.names.get(self.ids[self.position], "") if self.position < len(self.ids) else "end"

    def _take(self) -> str:
        name = self._peek()
        if not name:
            raise ValueError(f"token {self.position} of the answer is no token of the form")
        self.position += 1
        return name.replace("_", " ") if name.replace("_", " ") in _SPACED else name

    def _item(self, kind: str) -> SpannedItem:
        name, slice_ = self._take(), self._take()
        values: dict[str, Any] = {"kind": kind, "name": "change" if name == "any" else name, "slice": None if slice_ == "any" else slice_}
        if kind == "target":
            values["comparison"] = _inverse(_COMPARISONS)[self._take()]
            if self._peek() in ("now", "yesterday", "last_week"):
                values |= {"reference": self._take(), "sign": _inverse(_SIGNS)[self._take()]}
        elif kind == "edit":
            how = self._take()
            if how in _inverse(_STATES):
                values["state"] = _inverse(_STATES)[how]
            elif how == "by":
                values |= {"is_delta": True, "sign": _inverse(_SIGNS)[self._take()]}
        amount: tuple[tuple[int, int], ...] = ()
        if self._peek() == "amount":
            self._take()
            amount = self._words()
        where, place = self._take(), ()
        if where == "place":
            place = self._words()
        elif where not in ("everywhere", "again"):
            raise ValueError(f"{where} is no place")
        said = {"amount": words_of(self.text, amount), "place": SAME if where == "again" else words_of(self.text, place)}
        return SpannedItem(MarkedItem.model_validate(values | said), place, amount)

    def _words(self) -> tuple[tuple[int, int], ...]:
        """Read pieces of the text; a piece that stands there several times is the first one behind the piece before."""
        pieces: list[tuple[int, int]] = []
        while True:
            run: list[int] = []
            while self.position < len(self.ids) and self.ids[self.position] not in self.names:
                run.append(self.ids[self.position])
                self.position += 1
            pieces.append(self._located(run, pieces[-1][1] if pieces else 0))
            if self._peek() != "piece":
                return tuple(pieces)
            self._take()

    def _located(self, run: list[int], after: int) -> tuple[int, int]:
        found = [
            (self.offsets[index][0], self.offsets[index + len(run) - 1][1])
            for index in range(len(self.offsets) - len(run) + 1)
            if run and list(self.prompt[index : index + len(run)]) == run
        ]
        if not found:
            raise ValueError("words are not in the text")
        start, end = next((pair for pair in found if pair[0] >= after), found[0])
        while start < end and self.text[start].isspace():
            start += 1
        while end > start + 1 and self.text[end - 1] in ".,;:!?":  # one token with the end of the words
            end -= 1
        return start, end


_SPACED: Final = frozenset({"what if", "off topic", "last week", "at most", "at least"}) - {"what if", "off topic"}


def _inverse(table: dict[Any, str]) -> dict[str, Any]:
    return {name: value for value, name in table.items()}


def words_of(text: str, spans: Spans) -> str:
    """Return the words at these places, pieces joined by " … "."""
    return " … ".join(text[start:end] for start, end in spans)


def marked_of(spanned: SpannedText) -> Marked:
    """Return what is marked, without the places in the text."""
    return Marked(
        act=spanned.act,
        items=tuple(item.item for item in spanned.items),
        when=words_of(spanned.text, spanned.when),
        condition=words_of(spanned.text, spanned.condition),
    )
