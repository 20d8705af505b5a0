"""A clause, words with their marks and what they mean, and what all clauses are made with: places, names, slices, patterns."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from agents.reading.reading import Cells
from policies.kpi import kpi_definitions
from policies.slices import Slice
from training.llm.composing.phrase import Phrase, phrase
from training.llm.composing.vocabulary import Quantity, Spot, Vocabulary
from training.llm.labelled_text import LabelledItem

_SLICED_KPIS: Final = ("DRB.", "RRC.Conn", "RRU.PrbUsedDl")
_SLICED_ATTRIBUTES: Final = (
    "rRMPolicyMinRatio",
    "rRMPolicyMaxRatio",
    "rRMPolicyDedicatedRatio",
    "schedulerWeight",
    "maxConnectedUes",
    "maxPrbUsage",
)
_KPI_WEIGHTS: Final = {
    "DRB.UEThpDl": 5,
    "DRB.UEThpDl.P05": 4,
    "DRB.PdcpSduDelayDl": 6,
    "DRB.PdcpSduDelayDl.P95": 3,
    "PEE.Energy": 4,
    "RRU.PrbTotDl": 4,
}
_COUNTERS: Final = ("CARR.WBCQIDist",)


@dataclass(frozen=True)
class Clause:
    """Words with their marks and the items they mean; number: what distinguishes its marks from those of other clauses."""

    words: Phrase
    items: tuple[LabelledItem, ...]


class ClauseMaker:
    """Draws what clauses about the network of one hand are made of."""

    def __init__(self, vocabulary: Vocabulary, hand: str, draw: random.Random) -> None:
        self.vocabulary, self.hand, self.draw = vocabulary, hand, draw

    def spot(self, *, excluding: bool = False) -> Spot:
        """Return a place; raises LookupError if none that stands by itself is found."""
        for _ in range(6):
            if spot := self.vocabulary.spot(self.hand, excluding=excluding):
                return spot
        raise LookupError("no place that stands by itself")

    def kpi(self, *, directed: bool = False) -> str:
        """Return a KPI at random; directed: one of which less or more is better."""
        names = [
            name
            for name, kpi in kpi_definitions().items()
            if name not in _COUNTERS and not (directed and kpi.better == "neutral")
        ]
        return self.draw.choices(names, [_KPI_WEIGHTS.get(name, 2) for name in names])[0]

    def slice_for(self, name: str, share: float = 0.55) -> Slice | None:
        """Return a slice for a KPI or attribute that slices have, now and then."""
        has_slices = name.startswith(_SLICED_KPIS) or name in _SLICED_ATTRIBUTES
        return self.draw.choice(list(Slice)) if has_slices and self.draw.random() < share else None

    def phrased(
        self, pattern: str, words: Mapping[str, str], number: str, spot: Spot | None, tags: Mapping[str, str] | None = None
    ) -> Phrase:
        """Return a pattern with words; the marks get a number."""
        is_first = pattern.lstrip("[").startswith("{p}")
        places = {"p": self.vocabulary.placed(spot, first=is_first), "P": spot.words} if spot else {}
        found = phrase(pattern, {**words, **places}, tags)
        return tuple(one._replace(tag=one.tag + number if one.tag else "") for one in found)


def marks_of(cut: Phrase) -> tuple[str, ...]:
    """Return the marks of a phrase, each once."""
    return tuple(dict.fromkeys(one.tag for one in cut if one.tag and one.tag[0] in "kspavr"))


def cells_of_spot(spot: Spot | None) -> Cells:
    """Return the cells of a place, the whole network for none."""
    return spot.cells if spot else "*"


def written(quantity: Quantity, draw: random.Random) -> str:
    """Return a quantity in words, with or without a space."""
    return f"{quantity.number}{draw.choice(('', ' ', ' ')) if quantity.unit else ''}{quantity.unit}".strip()
