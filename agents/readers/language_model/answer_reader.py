"""Reads the tokens of an answer back into what is marked in its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from agents.readers.language_model.answer_names import COMPARISONS, REFERENCES, SIGNS, STATES
from agents.readers.spanned_text import SpannedItem, SpannedText, Spans, words_of
from agents.reading.marked import ACTS, SAME, MarkedItem

_COMPARISON_OF: Final = {name: comparison for comparison, name in COMPARISONS.items()}
_SIGN_OF: Final = {name: sign for sign, name in SIGNS.items()}
_STATE_OF: Final = {name: state for names in STATES.values() for state, name in names.items()}


@dataclass
class AnswerReader:
    """An answer and how far it has been read. names: of the form, by id. words, offsets: tokens of the text and their spans."""

    names: dict[int, str]
    ids: Sequence[int]
    text: str
    words: Sequence[int]
    offsets: Spans
    position: int = 0

    def read(self) -> SpannedText:
        """Return the text with what is marked in it; raises ValueError if the answer is not of the form."""
        act = self._take()
        if act not in ACTS:
            raise ValueError(f"{act} is no act")
        items: list[SpannedItem] = []
        spans: dict[str, Spans] = {}
        while (name := self._take()) != "end":
            if name in ("target", "edit", "forbid"):
                items.append(self._item(name))
            elif name in ("when", "if"):
                spans[name] = self._spans()
            else:
                raise ValueError(f"{name} begins nothing")
        return SpannedText(self.text, act, tuple(items), spans.get("when", ()), spans.get("if", ()))

    def _peek(self) -> str:
        return self.names.get(self.ids[self.position], "") if self.position < len(self.ids) else ""

    def _take(self) -> str:
        name = self._peek()
        if not name:
            raise ValueError(f"token {self.position + 1} of the answer is no token of the form, or the answer has no end")
        self.position += 1
        return name

    def _of(self, table: dict[str, Any]) -> Any:
        name = self._take()
        if name not in table:
            raise ValueError(f"{name}: must be one of {', '.join(table)}")
        return table[name]

    def _item(self, kind: str) -> SpannedItem:
        name, slice_ = self._take(), self._take()
        values: dict[str, Any] = {"kind": kind, "name": "change" if name == "any" else name}
        values["slice"] = None if slice_ == "any" else slice_
        if kind == "target":
            values["comparison"] = self._of(_COMPARISON_OF)
            if self._peek() in REFERENCES:
                values |= {"reference": self._take(), "sign": self._of(_SIGN_OF)}
        elif kind == "edit":
            values |= self._edit()
        amount = self._spans() if self._is_next("amount") else ()
        place, words = self._place()
        values |= {"amount": words_of(self.text, amount), "place": words}
        return SpannedItem(MarkedItem.model_validate(values), place, amount)

    def _edit(self) -> dict[str, Any]:
        if self._is_next("set"):
            return {}
        return {"is_delta": True, "sign": self._of(_SIGN_OF)} if self._is_next("by") else {"state": self._of(_STATE_OF)}

    def _is_next(self, name: str) -> bool:
        """Whether the name comes next; if so it is taken."""
        is_next = self._peek() == name
        self.position += is_next
        return is_next

    def _place(self) -> tuple[Spans, str]:
        where = self._take()
        if where == "place":
            spans = self._spans()
            return spans, words_of(self.text, spans)
        if where not in ("everywhere", "again"):
            raise ValueError(f"{where} is no place")
        return (), SAME if where == "again" else ""

    def _spans(self) -> Spans:
        """Read pieces of the text; of a piece that stands there several times, the first one behind the piece before counts."""
        pieces: list[tuple[int, int]] = []
        while True:
            begin = self.position
            while self.position < len(self.ids) and self.ids[self.position] not in self.names:
                self.position += 1
            pieces.append(self._located(self.ids[begin : self.position], pieces[-1][1] if pieces else 0))
            if not self._is_next("piece"):
                return tuple(pieces)

    def _located(self, run: Sequence[int], after: int) -> tuple[int, int]:
        found = [
            (self.offsets[index][0], self.offsets[index + len(run) - 1][1])
            for index in range(len(self.words) - len(run) + 1)
            if run and list(self.words[index : index + len(run)]) == list(run)
        ]
        if not found:
            raise ValueError("words are not in the text")
        start, end = next((pair for pair in found if pair[0] >= after), found[0])
        return _trimmed(self.text, start, end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out what is one token with the words but does not belong to them: a space before, the end of a sentence behind."""
    while start < end - 1 and text[start].isspace():
        start += 1
    while end > start + 1 and text[end - 1] in ".,;:!?":
        end -= 1
    return start, end
