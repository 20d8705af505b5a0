"""What a reader marks in a text: the act, and for each item what it is and the words that carry its place and amount.

A reader decides what the words mean (KPI, direction, comparison); where and how much is computed from the words it marks
(`computing.py`). So a reader never writes out cell ids, does arithmetic or resolves clocks.
"""

from __future__ import annotations

from typing import Literal

from policies.slices import Slice
from policies.word import Word

Act = Literal["change", "forbid", "question", "what_if", "why", "select", "ask", "cannot", "off_topic"]
Kind = Literal["target", "edit", "forbid"]
Comparison = Literal["<", "<=", ">", ">=", "min", "max"]
Reference = Literal["now", "yesterday", "last week"]

ACTS: tuple[Act, ...] = ("change", "forbid", "question", "what_if", "why", "select", "ask", "cannot", "off_topic")
LIVE_ACTS: tuple[Act, ...] = ("change", "forbid", "what_if")  # acts with something to compute
SAME = "="  # the place of the item before


class MarkedItem(Word):
    """One target, edit or restriction.

    name: KPI, attribute, or what is forbidden. place, amount: words of the text, several pieces joined by " … "; an empty place
    is the whole network, `SAME` that of the item before. reference: what a target is relative to. sign: of a relative target or
    edit. is_delta: the edit is relative. state: the value of an edit that is no number.
    """

    kind: Kind
    name: str
    slice: Slice | None = None
    comparison: Comparison | None = None
    reference: Reference | None = None
    sign: Literal[-1, 0, 1] = 0
    is_delta: bool = False
    state: str = ""
    place: str = ""
    amount: str = ""


class Marked(Word):
    """A text as a reader marked it. when, condition: the words of the window and of the condition, empty if there is none.

    starts: where in the text the place of each item begins, -1 for one without; empty if it is not known.
    beside: for each item, the words beside its amount that belong to no other place or amount; empty if they are not known.
    """

    act: Act
    items: tuple[MarkedItem, ...] = ()
    beside: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()
    when: str = ""
    condition: str = ""
