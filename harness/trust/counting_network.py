"""The small network of the experiments, which counts the changes that reach it."""

from __future__ import annotations

from functools import cache
from typing import Any

from harness.trust.scripted_run import ATTRIBUTE, NEW, RATIO
from policies.change import ChangeSet, Receipt
from twins.system.scenario.presets import small_scenario
from twins.system.system_network import SystemNetwork

_WINDOWS = 12


@cache
def _started() -> Any:
    network = SystemNetwork(small_scenario(), seed=1)
    network.advance(_WINDOWS * network.describe().granularity_s)
    return network.snapshot()


class CountingNetwork(SystemNetwork):
    """The small scenario after twelve windows; `applied` counts how often the experiment's change was made."""

    def __init__(self) -> None:
        super().__init__(small_scenario(), seed=1)
        self.restore(_started())
        self.applied = 0

    def apply(self, change_set: ChangeSet, idempotency_key: str) -> Receipt:
        """Apply, and count it if it set the experiment's attribute."""
        receipt = super().apply(change_set, idempotency_key)
        sets = any((edit.dn, edit.attribute, edit.new) == (RATIO, ATTRIBUTE, NEW) for edit in change_set.attribute_edits())
        self.applied += sets and not receipt.replayed
        return receipt

    @property
    def value(self) -> object:
        """The attribute's present value."""
        return self.read(RATIO).attributes[ATTRIBUTE]
