"""`PacketNetwork`: what carries the gym's traffic, packet by packet or learned.

1. `begin(layout)` makes the network of a layout, at time 0; `run(layout, seconds, settle_s)` puts it in force and measures.
2. Users, cells, hosts and flows stay those of `begin`; everything else of a layout may change from window to window.
3. The same layouts in the same order give the same windows.
Implementations: `twins.ns3` (ground truth) and `twins.learned` (the Experiment Model).
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from twins.gym.layout import Layout
from twins.gym.window import Window


class InfrastructureError(RuntimeError):
    """The simulator failed, not the agent: the episode is not scored."""


@runtime_checkable
class PacketNetwork(Protocol):
    """Carries flows from hosts to users over cells; `label` says what the windows come from."""

    label: str

    def begin(self, layout: Layout) -> None:
        """Start anew with `layout`; raises InfrastructureError."""

    def run(self, layout: Layout, seconds: float, settle_s: float = 0.0) -> Window:
        """Let `settle_s` pass under `layout`, then measure for `seconds` > 0; raises InfrastructureError."""
