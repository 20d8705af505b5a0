"""An orchestration as tokens: one fragment, `STEP.ARGUMENT=VALUE`, for each argument, in the order of the workflow.

The fragments are those of a configuration space. `Fragments.answer` has the fragments of every configuration: whatever a grammar
lets through is a row of it, and so an orchestration that can be transmitted. The short form names a configuration of the space by
`TRIAL_FIELDS` alone: it is what the reasoning tries before it answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from training.tasks.space import DEFAULT_SPACE, ConfigurationSpace
from twins.link.configuration import LinkConfiguration
from twins.link.orchestration import Orchestration

if TYPE_CHECKING:
    from numpy.typing import NDArray

TRIAL_FIELDS: Final = ("format", "prbs", "mcs", "dmrs", "retransmissions", "decoder", "power")
MOST_VALUES: Final = 12  # that a field of the short form has: the MCS
_ABSENT: Final = "none"


class NoFragment(ValueError):  # noqa: N818 - names the condition
    """An argument has a value for which the space has no fragment."""


@dataclass(frozen=True)
class Fragments:
    """Fragments of `space`; `answer[N, 15]` and `trial[N, 7]` hold indices into `answer_names` and `trial_names`."""

    space: ConfigurationSpace

    @cached_property
    def _answer_table(self) -> tuple[tuple[str, ...], NDArray[np.int16]]:
        return _table([answer_fragments(Orchestration.of(one)) for one in self.space.configurations])

    @cached_property
    def _trial_table(self) -> tuple[tuple[str, ...], NDArray[np.int16]]:
        return _table([trial_fragments(one) for one in self.space.configurations])

    @property
    def answer_names(self) -> tuple[str, ...]:
        """Names of the answer's fragments."""
        return self._answer_table[0]

    @property
    def answer(self) -> NDArray[np.int16]:
        """Fragments of each configuration's orchestration: int16[N, 15]."""
        return self._answer_table[1]

    @property
    def trial_names(self) -> tuple[str, ...]:
        """Names of the short form's fragments."""
        return self._trial_table[0]

    @property
    def trial(self) -> NDArray[np.int16]:
        """Fragments of each configuration's short form: int16[N, 7], all rows different."""
        return self._trial_table[1]

    @cached_property
    def trial_firsts(self) -> tuple[int, ...]:
        """Index of the first name of each field of the short form: the names of a field stand together."""
        return tuple(int(column.min()) for column in self.trial.T)

    def orchestration(self, fragments: Sequence[str]) -> Orchestration:
        """Return the orchestration that `fragments` spell; raises NoFragment unless they are one of the space."""
        return Orchestration.of(self.space.configurations[self._row(fragments)])

    def tokens(self, orchestration: Orchestration) -> list[str]:
        """Return the fragments of `orchestration`; raises NoFragment for one outside the space, naming its arguments."""
        fragments = answer_fragments(orchestration)
        self._row(fragments)
        return fragments

    def _row(self, fragments: Sequence[str]) -> int:
        row = self._rows.get(tuple(fragments))
        if row is None:
            unknown = [name for name in fragments if name not in self.answer_names]
            raise NoFragment(
                f"fragments={', '.join(unknown or fragments)}: not of the {len(self._rows)} orchestrations that the model speaks"
                " of; choose values of training.tasks.space"
            )
        return row

    @cached_property
    def _rows(self) -> dict[tuple[str, ...], int]:
        names = self.answer_names
        return {tuple(names[index] for index in row): number for number, row in enumerate(self.answer.tolist())}


@lru_cache(maxsize=1)
def default_fragments() -> Fragments:
    """Return the fragments of the space that the oracle searches."""
    return Fragments(DEFAULT_SPACE)


def answer_fragments(orchestration: Orchestration) -> list[str]:
    """Return `STEP.ARGUMENT=VALUE` for each argument; an estimator or detector that is not set is `none`."""
    values: dict[str, dict[str, Any]] = orchestration.model_dump()
    return [
        f"{step}.{argument}={_ABSENT if value is None else _plain(value)}"
        for step, arguments in values.items()
        for argument, value in arguments.items()
    ]


def trial_fragments(configuration: LinkConfiguration) -> list[str]:
    """Return the short form of a configuration of the space, by `TRIAL_FIELDS`."""
    receiver = f"{configuration.receiver_name}/{configuration.layers}"
    values = (
        receiver,
        configuration.prbs,
        configuration.mcs_index,
        configuration.dmrs_symbols,
        configuration.harq_retransmissions,
        f"{configuration.ldpc_algorithm}/{configuration.ldpc_iterations}",
        _plain(configuration.transmit_power_dbm),
    )
    return [f"{name}:{value}" for name, value in zip(TRIAL_FIELDS, values, strict=True)]


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _table(rows: Iterable[list[str]]) -> tuple[tuple[str, ...], NDArray[np.int16]]:
    listed = list(rows)
    names = tuple(dict.fromkeys(name for column in zip(*listed, strict=True) for name in column))
    index = {name: number for number, name in enumerate(names)}
    return names, np.array([[index[name] for name in row] for row in listed], dtype=np.int16)
