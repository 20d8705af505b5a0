"""Words of a text and the slot of the reading to which they belong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NOTHING: Final = "nothing"
BESIDE: Final = "beside the request"  # means nothing either, by its words alone and whatever an encoder says
SUPPOSITION: Final = "supposition"  # what supposes an edit: "if", "in case"
OBSERVED: Final = "observed"  # where the effect of a supposed edit is looked for
AGAIN: Final = "said again"  # words of a place or an amount
COUNT: Final = "count"  # of cells, sites or wishes that the reading has
# Slots of words that mean something by themselves; the others name what is meant, or say that it means nothing.
_MEANT: Final = ("place", "amount", "window", "condition")


@dataclass(frozen=True)
class AccountedWords:
    """Words from `start` to `end` and the slot of the reading they belong to; "nothing": they mean nothing to the network."""

    start: int
    end: int
    slot: str

    @property
    def is_meant(self) -> bool:
        """Whether the reading itself points at them: a place, an amount, the window or the condition."""
        return self.slot.startswith(_MEANT)

    @property
    def is_idle(self) -> bool:
        """Whether they mean nothing to the network."""
        return self.slot in (NOTHING, BESIDE)

    def overlaps(self, start: int, end: int) -> bool:
        """Whether it shares a letter with the words from `start` to `end`."""
        return max(self.start, start) < min(self.end, end)
