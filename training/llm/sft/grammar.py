"""What may come next while the model writes: no invalid answer gets out.

1. Trials and answers are walks through the configurations that the device permits: a token is allowed if one of them goes on so.
   Hence every answer can be read, transmitted, and keeps the limits of the device.
2. Figures and trials have fixed places: a digit where a digit belongs. Which digit, and whether a bound is kept, the model says.
3. A trial whose verdicts are all good leads to the answer; any other to another trial, at most `trials`, or to `<infeasible>`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from training.llm.sft.figures import NUMBERS, STATES
from training.llm.sft.vocabulary import ANSWER, END, INFEASIBLE, LABELS, NOTHING, REFLECT, THINK, TRY, VERDICTS, Vocabulary
from twins.link.device import DeviceState

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LONGEST_THOUGHT: Final = 32
_DIGITS: Final = tuple("0123456789")
Allowed = list[int]


class Grammar:
    """The state of one response that begins behind `<figures>`. `allowed` has the ids that may come next; empty at the end."""

    def __init__(self, vocabulary: Vocabulary, device: DeviceState, trials: int = 4) -> None:
        """Raises ValueError if the space has no configuration that `device` permits."""
        rows, _ = vocabulary.fragments.space.for_device(device)
        if not len(rows):
            raise ValueError(
                f"device={device}: no configuration of the space keeps its limits; the smallest has 4 PRBs, 14 dBm, QPSK, LS"
            )
        self._vocabulary, self._rows, self._trials = vocabulary, rows, trials
        self._written = ""
        self._steps = self._response()
        self.allowed: Allowed = next(self._steps)

    def advance(self, number: int) -> None:
        """Write the token with this id; raises ValueError if it is not allowed."""
        if number not in self.allowed:
            raise ValueError(f"token {self._vocabulary.tokens[number]!r} is not allowed here")
        self._written = self._vocabulary.tokens[number]
        self.allowed = next(self._steps, [])

    def _one_of(self, *tokens: str) -> Allowed:
        return self._vocabulary.encode(tokens)

    def _response(self) -> Iterator[Allowed]:
        yield from self._figures()
        yield from self._thought()
        yield from self._trying()
        fragments = self._vocabulary.fragments
        yield from self._walk(fragments.answer, fragments.answer_names)
        yield self._one_of(END)

    def _figures(self) -> Iterator[Allowed]:
        for label, _ in NUMBERS:
            yield self._one_of(label)
            yield from self._number()
        for states in STATES:
            yield self._one_of(*states)

    def _number(self, count: int = 1) -> Iterator[Allowed]:
        for _ in range(3 * count):
            yield self._one_of(*_DIGITS)

    def _thought(self) -> Iterator[Allowed]:
        """What PRB counts need and receivers carry, in any order up to a length; the trials follow."""
        yield self._one_of(THINK)
        names = self._vocabulary.fragments.trial_names
        said = [name for name in names if name.startswith(("prbs:", "mcs:", "format:"))]
        free = self._one_of(*said, NOTHING, LABELS[0], TRY)
        for _ in range(_LONGEST_THOUGHT):
            yield free
            if self._written == TRY:
                return
        yield self._one_of(TRY)

    def _trying(self) -> Iterator[Allowed]:
        fragments = self._vocabulary.fragments
        for left in reversed(range(self._trials)):
            yield from self._walk(fragments.trial, fragments.trial_names)
            for label in LABELS[1:5]:
                yield self._one_of(label)
                yield from self._number()
            yield self._one_of(LABELS[5])
            yield from self._number(3)
            is_kept = True
            for pair in VERDICTS:
                yield self._one_of(*pair)
                is_kept &= self._written == pair[0]
            if is_kept:
                break
            yield self._one_of(REFLECT, INFEASIBLE) if left else self._one_of(INFEASIBLE)
            if self._written == INFEASIBLE:
                break
        yield self._one_of(ANSWER)

    def _walk(self, table: NDArray[np.int16], names: tuple[str, ...]) -> Iterator[Allowed]:
        """Offer, field by field, the fragments of the permitted configurations that go on as was written."""
        rows = table[self._rows]
        for place in range(rows.shape[1]):
            yield self._one_of(*(names[index] for index in np.unique(rows[:, place]).tolist()))
            rows = rows[rows[:, place] == names.index(self._written)]
