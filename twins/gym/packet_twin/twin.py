"""`PacketTwin`: any packet network behind the Network and Twin contract.

1. Network time is divided into windows of `granularity_s`. The packet network only runs whole windows, once they are complete, so
   that the result does not depend on the steps of `advance`; the clock counts whole microseconds.
2. A change takes effect with the next window: immediately at the start of a window, otherwise at its end.
3. Packet networks cannot be rewound: after `restore` or `reseed`, the next window restarts the network and replays all previous
   windows (`Playback`). `restore` and `reseed` themselves cost nothing.
4. The snapshot contains the seed, the layout and measurement of every window so far, and the configuration.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from policies.change import ChangeSet, Receipt
from policies.kpi import KpiFrame
from twins.gym.layout import Layout
from twins.gym.packet_network import InfrastructureError, PacketNetwork
from twins.gym.packet_twin.card import network_card
from twins.gym.packet_twin.kpis import WindowRecord
from twins.gym.packet_twin.mirror import layout_of
from twins.gym.packet_twin.names import cell_names
from twins.gym.packet_twin.objections import check_old, edited, objections
from twins.gym.packet_twin.objects import default_tree
from twins.gym.packet_twin.observer import Observer
from twins.gym.packet_twin.playback import Playback
from twins.network import (
    InvalidChangeError,
    KpiQuery,
    NetworkCard,
    NetworkUnavailableError,
)
from twins.system.configuration import Tree
from twins.tree_network import TreeNetwork

START = datetime(2026, 1, 1, tzinfo=UTC)
WARM_UP_S = 1.0  # ns-3's terminals connect and its sources start within it


@dataclass(frozen=True)
class Snapshot:
    """The mutable state of a PacketTwin; can be pickled. `in_force` is the layout of the current window."""

    seed: int
    elapsed_us: int
    tree: Tree
    in_force: Layout
    records: tuple[WindowRecord, ...]
    receipts: dict[str, Receipt]
    reverted: dict[str, Receipt]


class PacketTwin(TreeNetwork):
    """The network of `layout`, carried by the packet network created by `make`; all random draws derive from the layout's seed.

    `granularity_s` and `warm_up_s` (before network time starts; 0: none) are multiples of 1 ms, the LTE subframe.
    """

    def __init__(
        self,
        layout: Layout,
        make: Callable[[], PacketNetwork],
        granularity_s: float = 1.0,
        warm_up_s: float = WARM_UP_S,
        start: datetime = START,
        name: str = "packets",
    ) -> None:
        _check_lengths(granularity_s, warm_up_s)
        self.name, self._start, self._granularity_s = name, start, granularity_s
        self._window_us = round(granularity_s * 1e6)
        self._layout = Layout.model_validate(layout.model_dump())
        self._names = cell_names(self._layout)
        super().__init__(default_tree(self._layout, self._names))
        self._observer = Observer(self._names, start, timedelta(microseconds=self._window_us))
        self._playback = Playback(make, self._layout, granularity_s, warm_up_s)
        self._seed, self._elapsed_us = layout.seed, 0
        self._in_force = self._layout
        self._records: tuple[WindowRecord, ...] = ()

    # ---- observation ---------------------------------------------------------------------------------------------------

    def describe(self) -> NetworkCard:
        """Return the network card, including the current network time."""
        with self._lock:
            now = self._now()
        return network_card(self._layout, self._names, self._playback.label, now, self._granularity_s, self.name)

    def observe(self, query: KpiQuery) -> KpiFrame:
        """Return the samples of finished windows that match the query; raises UnknownKpiError, UnknownObjectError."""
        with self._lock:
            records = self._records
        return self._observer.observe(records, query)

    def layout(self) -> Layout:
        """Return the layout of the current configuration, which is that of the next window to begin."""
        with self._lock:
            return layout_of(self._layout, self._names, self._tree)

    # ---- changes -------------------------------------------------------------------------------------------------------

    def _validate(self, change_set: ChangeSet) -> None:
        violations = objections(self._layout, self._names, self._tree, change_set)
        if violations:
            raise InvalidChangeError(violations)
        check_old(self._tree, change_set)

    def _check_rollback(self, change_set: ChangeSet) -> None:
        check_old(self._tree, change_set)

    def _commit(self, change_set: ChangeSet) -> datetime:
        tree = edited(self._tree, change_set)
        for name in self._names.values():
            saving = tree[f"{name.cu},CESManagementFunction=1"]
            is_saving = saving["energySavingControl"] == "toBeEnergySaving"
            saving["energySavingState"] = "isEnergySaving" if is_saving else "isNotEnergySaving"
        layout = layout_of(self._layout, self._names, tree)  # first, because it raises if the validation missed something
        self._tree = tree
        if self._elapsed_us % self._window_us == 0:
            self._in_force = layout
        return self._now()

    # ---- time ----------------------------------------------------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        """Let `seconds` of network time pass; raises ValueError unless 0 <= seconds and finite, NetworkUnavailableError.

        If the packet network fails twice, time stays at the end of the last measured window, and can be advanced again.
        """
        if not (math.isfinite(seconds) and seconds >= 0):
            raise ValueError(f"seconds={seconds} must be finite and not negative: network time only moves forward")
        with self._lock:
            target = self._elapsed_us + round(seconds * 1e6)
            while (len(self._records) + 1) * self._window_us <= target:
                self._records += (self._measured(),)
                self._elapsed_us = len(self._records) * self._window_us
                self._in_force = self.layout()
            self._elapsed_us = target

    def _measured(self) -> WindowRecord:
        log = [record.layout for record in self._records]
        try:
            window, before = self._playback.next_window(self._seed, log, self._in_force)
        except InfrastructureError as error:
            raise NetworkUnavailableError(f"the packet network failed, and once more when begun anew: {error}") from error
        served = None if before is None else {name: user.cell for name, user in before.users.items()}
        return WindowRecord(len(self._records), self._in_force, window, served)

    def snapshot(self) -> Snapshot:
        """Return the full state; later changes of the twin do not affect it."""
        with self._lock:
            return Snapshot(
                seed=self._seed,
                elapsed_us=self._elapsed_us,
                tree={dn: dict(attributes) for dn, attributes in self._tree.items()},
                in_force=self._in_force,
                records=self._records,
                receipts=dict(self._receipts),
                reverted=dict(self._reverted),
            )

    def restore(self, state: Snapshot) -> None:
        """Restore `state` bit-identically; the next window restarts the packet network and replays it up to there."""
        with self._lock:
            self._seed, self._elapsed_us, self._in_force = state.seed, state.elapsed_us, state.in_force
            self._tree = {dn: dict(attributes) for dn, attributes in state.tree.items()}
            self._records = state.records
            self._receipts, self._reverted = dict(state.receipts), dict(state.reverted)

    def reseed(self, seed: int) -> None:
        """Use `seed` for all random draws: the following windows are those of a network run with `seed` from the start.

        Measured windows do not change. Raises ValueError below 1.
        """
        if seed < 1:
            raise ValueError(f"seed={seed} must be 1 or more")
        with self._lock:
            self._seed = seed

    def _now(self) -> datetime:
        return self._start + timedelta(microseconds=self._elapsed_us)


def _check_lengths(granularity_s: float, warm_up_s: float) -> None:
    for name, value, minimum in (("granularity_s", granularity_s, 0.001), ("warm_up_s", warm_up_s, 0.0)):
        if not (math.isfinite(value) and value >= minimum and abs(value * 1e3 - round(value * 1e3)) < 1e-6):
            raise ValueError(f"{name}={value} must be whole milliseconds, at least {minimum:g} s")
