"""Which tokens may follow in an answer: the form of `answer.py` as a machine that a generator asks after each token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from agents.readers.language_model.answer_names import ATTRIBUTES, COMPARISONS, REFERENCES, SIGNS, STATES, choice_ids
from agents.reading.marked import ACTS, LIVE_ACTS
from policies.kpi import kpi_definitions
from policies.slices import Slice

_MOST_ITEMS: Final = 12
_CHOICES: Final = {
    "act": ACTS,
    "slice": ("any", *map(str, Slice)),
    "comparison": tuple(COMPARISONS.values()),
    "reference or amount": (*REFERENCES, "amount"),
    "sign": tuple(SIGNS.values()),
    "amount": ("amount",),
}
# What is expected after a choice: by what was expected and the choice itself, else the kind of item, else in any case.
_NEXT: Final = {
    ("act", ""): "item",
    ("item", ""): "name",
    ("name", ""): "slice",
    ("slice", "target"): "comparison",
    ("slice", "edit"): "edit",
    ("slice", "forbid"): "place",
    ("comparison", "least"): "amount or place",
    ("comparison", "most"): "amount or place",
    ("comparison", ""): "reference or amount",
    ("reference or amount", ""): "sign",
    ("sign", "target"): "amount or place",
    ("sign", "edit"): "amount",
    ("edit", "set"): "amount",
    ("edit", "by"): "sign",
    ("edit", ""): "place",
    ("amount or place", ""): "item",
    ("place", ""): "item",
}


class Grammar:
    """The form with the ids of a tokenizer."""

    def __init__(self, tokenizer: Any) -> None:
        self.ids = choice_ids(tokenizer)
        self.names = {number: name for name, number in self.ids.items()}

    def start(self, words: Sequence[int]) -> AnswerState:
        """Return the state before the answer to a text of these tokens; raises ValueError for an empty text."""
        if not words:
            raise ValueError("an empty text cannot be read")
        return AnswerState(self, tuple(words))


class AnswerState:
    """What has been said of an answer, as far as it decides what may follow.

    expects: what comes next, a key of `_NEXT`, or "words". kind, name, reference: of the item. slot: for which words are copied.
    """

    def __init__(self, grammar: Grammar, words: tuple[int, ...]) -> None:
        self._grammar = grammar
        self._words = words
        self.expects = "act"
        self.kind = self.name = self.act = self.slot = self.reference = ""
        self.items = 0
        self.said: set[str] = set()  # "when" and "if"
        self.copied: list[int] | None = None  # where the copied piece may go on; None before its first token
        self.used: set[int] = set()  # positions of the words that were copied for the slot
        self.is_done = False

    def allowed(self) -> list[int]:
        """Return the ids that may follow; never empty until the answer is done."""
        if self.expects != "words":
            return [self._grammar.ids[name] for name in self._choices()]
        if self.copied is None:
            return sorted(set(self._words))
        copies = {self._words[position] for position in self.copied if position < len(self._words)}
        return [self._grammar.ids[name] for name in self._after_words()] + sorted(copies)

    def _choices(self) -> Sequence[str]:
        if self.expects in _CHOICES:
            return _CHOICES[self.expects]
        if self.expects == "item":
            return self._beginnings()
        if self.expects == "name":
            names = {"target": tuple(kpi_definitions()), "edit": ATTRIBUTES, "forbid": ("sleep", "any", *ATTRIBUTES)}
            return names[self.kind]
        if self.expects == "edit":
            return tuple(STATES[self.name].values()) if self.name in STATES else ("set", "by")
        return ["amount"] * (self.expects == "amount or place") + self._places()

    def _places(self) -> list[str]:
        return ["place", "everywhere", *(["again"] if self.items > 1 else [])]

    def _beginnings(self) -> list[str]:
        if self.act not in LIVE_ACTS:
            return ["end"]
        items = ["forbid"] if self.act == "forbid" else ["target", "edit", "forbid"]
        return [*(items if self.items < _MOST_ITEMS else []), *(["when", "if", "end"] if self.items else [])]

    def _after_words(self) -> list[str]:
        after = {"amount": self._places(), "place": self._beginnings(), "when": ["if", "end"], "if": ["end"]}
        return ["piece", *after[self.slot]]

    def name_of(self, token: int) -> str:
        """Return the name of a token of the form, empty for a word of the text."""
        return self._grammar.names.get(token, "")

    def positions_of(self, token: int) -> list[int]:
        """Return where in the text a token that may be copied next stands."""
        positions = range(len(self._words)) if self.copied is None else self.copied
        return [position for position in positions if position < len(self._words) and self._words[position] == token]

    def take(self, token: int) -> None:
        """Go on with a token; raises ValueError for one that is not allowed."""
        if self.is_done or token not in self.allowed():
            raise ValueError(f"token {token} is not allowed where the answer expects {self.expects}")
        name = self._grammar.names.get(token)
        if name is None:
            starts = range(len(self._words)) if self.copied is None else self.copied
            self.copied = [at + 1 for at in starts if at < len(self._words) and self._words[at] == token]
            self.used |= {at - 1 for at in self.copied}
            return
        if self.expects == "words":
            self.expects = "words" if name == "piece" else "place" if self.slot == "amount" else "item"
            self.copied = None
        if name != "piece":
            self._advance(name)

    def _advance(self, name: str) -> None:
        if name == "end":
            self.is_done = True
            return
        if name in ("amount", "place", "when", "if"):
            self.expects, self.slot, self.used = "words", name, set()
            self.said.add(name)
            return
        if self.expects == "act":
            self.act = name
        elif self.expects == "item":
            self.kind, self.items = name, self.items + 1
        elif self.expects == "name":
            self.name = name
        elif name in REFERENCES:
            self.reference = name
        keys = ((self.expects, name), (self.expects, self.kind), (self.expects, ""))
        self.expects = next(_NEXT[key] for key in keys if key in _NEXT)
