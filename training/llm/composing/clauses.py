"""Clauses that name an edit or a restriction, and sentences that lack something."""

from __future__ import annotations

from typing import Final, Literal

from training.llm.composing import patterns
from training.llm.composing.clause import Clause, marks_of, written
from training.llm.composing.goals import Goals
from training.llm.composing.phrase import Phrase, slots_of
from training.llm.composing.vocabulary import Spot
from training.llm.labelled_text import LabelledEdit, LabelledItem, LabelledRestriction, LabelledTarget

STATE_ATTRIBUTES: Final = ("energySavingControl", "administrativeState")


class Clauses(Goals):
    """Draws clauses of every kind."""

    def edit(self, number: str, spot: Spot, *, bare: bool = False) -> Clause:
        """Return "set the power of S1C1 to 43 dBm", "raise it by 2 dB", "switch off S1C1"; bare: an amount without its unit."""
        kind = self.draw.random()
        if not bare and kind < 0.35:
            return self.state(number, spot)
        return self.setting(number, spot, bare=bare) if bare or kind < 0.72 else self.step(number, spot)

    def setting(self, number: str, spot: Spot, *, bare: bool = False) -> Clause:
        """Return an absolute edit."""
        names = [name for (kind, name), found in self.vocabulary.quantities.items() if kind is LabelledEdit and found]
        name = self.draw.choice([one for one in names if one not in STATE_ATTRIBUTES])
        quantity = self.draw.choice(self.vocabulary.quantities[LabelledEdit, name])
        own = self.slice_for(name, 1.0)
        amount = quantity.number if bare else written(quantity, self.draw)
        pattern = self.draw.choice(patterns.SETTINGS)
        if " to {a}" in pattern and self.draw.random() < 0.7:
            pattern, amount = pattern.replace(" to {a}", " {a}"), f"to {amount}"
        slots = {"k": self.vocabulary.name(LabelledEdit, name), "s": self.vocabulary.slice(own) if own else "", "a": amount}
        cut = self.phrased(pattern, slots, number, spot)
        return Clause(
            cut, (LabelledEdit(attribute=name, slice=own, cells=spot.cells, value=quantity.value, marks=marks_of(cut)),)
        )

    def step(self, number: str, spot: Spot) -> Clause:
        """Return an edit by a difference."""
        name = self.draw.choice([one for one, found in self.vocabulary.deltas.items() if found])
        quantity = self.draw.choice(self.vocabulary.deltas[name])
        sign, own, size = self.draw.choice((-1, 1)), self.slice_for(name, 1.0), written(quantity, self.draw)
        words = {"k": self.vocabulary.name(LabelledEdit, name), "s": self.vocabulary.slice(own) if own else ""}
        if self.draw.random() < 0.6:
            pattern = self.draw.choice(patterns.STEPS)
            words |= {"v": self.draw.choice(patterns.STEP_DOWN if sign < 0 else patterns.STEP_UP), "a": f"by {size}"}
        else:
            pattern = self.draw.choice(patterns.STEP_STATES)
            words |= {"a": self.draw.choice(patterns.SMALLER if sign < 0 else patterns.LARGER).format(size)}
        cut = self.phrased(pattern, words, number, spot, {"v": "a"})
        return Clause(
            cut, (LabelledEdit(attribute=name, slice=own, cells=spot.cells, delta=sign * quantity.value, marks=marks_of(cut)),)
        )

    def state(self, number: str, spot: Spot) -> Clause:
        """Return an edit of a state."""
        state = self.draw.choices(tuple(patterns.STATES), (5, 4, 3, 2))[0]
        verb = self.draw.choice(patterns.STATES[state])
        is_order = verb not in ("off", "awake")
        words = {"v": verb}
        pattern = self.draw.choice(patterns.STATE_ORDERS if is_order and self.draw.random() < 0.8 else patterns.STATE_SETTINGS)
        if not is_order and pattern not in patterns.STATE_SETTINGS:
            pattern = self.draw.choice(patterns.STATE_SETTINGS)
        cut = self.phrased(_split_verb(pattern, verb), words, number, spot)
        attribute = STATE_ATTRIBUTES[state in ("LOCKED", "UNLOCKED")]
        return Clause(cut, (LabelledEdit(attribute=attribute, slice=None, cells=spot.cells, value=state, marks=marks_of(cut)),))

    def restriction(self, number: str, spot: Spot, kind: Literal["any", "aside"] = "any") -> Clause:
        """Return what must not be done; aside: one that stands beside a goal."""
        draw = self.draw.random()
        if draw < (0.5 if kind == "aside" else 0.25):
            pattern, what, words = self.draw.choice(patterns.HANDS_OFF), "change", dict[str, str]()
        elif draw < (0.9 if kind == "aside" else 0.45):
            pattern, what, words = self.draw.choice(patterns.STAYING_ON), "sleep", {}
        elif draw < 0.72:
            what = self.draw.choices(tuple(patterns.FORBIDDEN_STATES), (4, 2, 3))[0]
            verb = self.draw.choice(patterns.FORBIDDEN_STATES[what])
            pattern, words = _split_verb("{r} {P}", verb, "r"), {"r": f"{self.draw.choice(patterns.PROHIBITIONS)} {verb}"}
        else:
            names = [name for (own, name), found in self.vocabulary.quantities.items() if own is LabelledEdit and found]
            what = self.draw.choice([one for one in names if one not in STATE_ATTRIBUTES])
            pattern, words = self.draw.choice(patterns.FORBIDDEN_NAMES), {"k": self.vocabulary.name(LabelledEdit, what)}
        own = self.slice_for(what, 0.8) if "s" in slots_of(pattern) else None
        words = {**words, "s": self.vocabulary.slice(own) if own else ""}
        cut = self.phrased(pattern, words, number, spot)
        return Clause(cut, (LabelledRestriction(what=what, slice=own, cells=spot.cells, marks=marks_of(cut)),))

    def without_label(self, forms: tuple[str, ...], kind: type[LabelledItem]) -> Phrase:
        """Return a question or an order that lacks something."""
        spot = self.spot()
        name = (
            self.kpi()
            if kind is LabelledTarget
            else self.draw.choice([one for one, found in self.vocabulary.deltas.items() if found])
        )
        quantities = self.vocabulary.quantities.get((kind, name), [])
        words = {
            "k": self.vocabulary.name(kind, name), "s": "", "v": self.draw.choice(patterns.UP + patterns.DOWN),
            "x": written(self.draw.choice(quantities), self.draw) if quantities else "5",
        }  # fmt: skip
        cut = self.phrased(self.draw.choice(forms), words, "", spot)
        return tuple(one._replace(tag="") for one in cut)


def _split_verb(pattern: str, verb: str, slot: str = "v") -> str:
    """Return the pattern with the place inside of a verb that surrounds it: "put S1C1 to sleep"."""
    first, _, rest = verb.partition(" ")
    if first in ("put", "send", "take", "bring", "return") and rest:
        inner = pattern.replace(f"{{{slot}}} {{P}}", f"{{{slot}:%}} {{P}} {{{slot}:{rest}}}")
        return inner.replace("%", first) if slot == "v" else pattern
    return pattern
