"""Which tokens may follow in an answer: the form of `answer.py` as a machine that a generator asks after each token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from agents.reading.marked import ACTS
from policies.kpi import kpi_definitions
from policies.slices import Slice
from training.llm.reader.answer import ATTRIBUTES, LIVE

_STATES: Final = {"energySavingControl": ("asleep", "awake"), "administrativeState": ("locked", "unlocked")}
_COMPARISONS: Final = ("below", "at most", "above", "at least", "least", "most")
_MOST_ITEMS: Final = 12


class Grammar:
    """The form with the ids of a tokenizer."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._ids: dict[str, int] = {}

    def id_of(self, name: str) -> int:
        """Return the id of a token of the form."""
        if name not in self._ids:
            self._ids[name] = self._tokenizer.convert_tokens_to_ids(f"<{name.replace(' ', '_')}>")
        return self._ids[name]

    def start(self, text: Sequence[int]) -> AnswerState:
        """Return the state before the answer to a text of these tokens."""
        return AnswerState(self, list(text))


class AnswerState:
    """What has been said of an answer, as far as it decides what may follow."""

    def __init__(self, grammar: Grammar, text: list[int]) -> None:
        self._grammar = grammar
        self._text = text
        self._expects = "act"
        self._kind = self._name = self._act = ""
        self._items = 0
        self._positions: list[int] = []
        self._after_words = ""
        self._has_words = False
        self.is_done = False

    def allowed(self) -> list[int]:
        """Return the ids that may follow; never empty until the answer is done."""
        names = self._names()
        ids = [self._grammar.id_of(name) for name in names]
        return ids + (self._copies() if self._expects == "words" else [])

    def _copies(self) -> list[int]:
        """Return the tokens of the text that may be copied next."""
        if not self._has_words:
            return sorted(set(self._text))
        return sorted({self._text[position] for position in self._positions if position < len(self._text)})

    def _names(self) -> list[str]:
        match self._expects:
            case "act":
                return list(ACTS)
            case "item":
                return self._beginnings()
            case "name":
                return self._item_names()
            case "slice":
                return ["any", *map(str, Slice)]
            case "comparison":
                return list(_COMPARISONS)
            case "reference or amount":
                return ["now", "yesterday", "last week", "amount"]
            case "sign":
                return ["more", "less", "same"]
            case "edit":
                return list(_STATES.get(self._name, ("set", "by")))
            case "amount":
                return ["amount"]
            case "amount or place":
                return ["amount", "place", "everywhere", *(["again"] if self._items > 1 else [])]
            case "place":
                return ["place", "everywhere", *(["again"] if self._items > 1 else [])]
            case "words":
                return ["piece", *self._after()] if self._has_words else []
        raise AssertionError(self._expects)

    def _beginnings(self) -> list[str]:
        if self._act not in LIVE:
            return ["end"]
        more = ["target", "edit", "forbid"] if self._items < _MOST_ITEMS else []
        if self._act == "forbid":
            more = more[2:]
        return [*more, *(["when", "if", "end"] if self._items else [])]

    def _item_names(self) -> list[str]:
        if self._kind == "target":
            return list(kpi_definitions())
        return list(ATTRIBUTES) if self._kind == "edit" else ["sleep", "any", *ATTRIBUTES]

    def _after(self) -> list[str]:
        """Return what may follow words."""
        if self._after_words == "amount":
            return ["place", "everywhere", *(["again"] if self._items > 1 else [])]
        if self._after_words == "place":
            return self._beginnings()
        return ["if", "end"] if self._after_words == "when" else ["end"]

    def take(self, token: int) -> None:
        """Go on with a token that was allowed."""
        name = next((name for name in self._names() if self._grammar.id_of(name) == token), None)
        if name is None:
            self._copy(token)
        elif self._expects == "words":
            self._end_words(name)
        else:
            self._advance(name)

    def _copy(self, token: int) -> None:
        starts = range(len(self._text)) if not self._has_words else self._positions
        self._positions = [position + 1 for position in starts if position < len(self._text) and self._text[position] == token]
        self._has_words = True

    def _end_words(self, name: str) -> None:
        self._has_words, self._positions = False, []
        if name == "piece":
            return
        self._expects = {"amount": "place", "place": "item", "when": "item", "if": "item"}[self._after_words]
        self._advance(name)

    def _advance(self, name: str) -> None:
        if name == "end":
            self.is_done = True
        elif name in ("amount", "place", "when", "if"):
            self._expects, self._after_words = "words", name
        elif self._expects == "act":
            self._act, self._expects = name, "item"
        elif self._expects == "item":
            self._kind, self._expects, self._items = name, "name", self._items + 1
        elif self._expects == "name":
            self._name, self._expects = name, "slice"
        elif self._expects == "slice":
            self._expects = {"target": "comparison", "edit": "edit", "forbid": "place"}[self._kind]
        elif self._expects == "comparison":
            self._expects = "amount or place" if name in ("least", "most") else "reference or amount"
        elif self._expects == "reference or amount":
            self._expects = "sign"
        elif self._expects == "sign":
            self._expects = "amount" if self._kind == "edit" else "amount or place"
        elif self._expects == "edit":
            self._expects = {"set": "amount", "by": "sign"}.get(name, "place")
        else:  # everywhere, again
            self._expects = "item"
