"""`PacketNetwork`: the network that carries the gym's traffic, simulated at packet level or predicted by a learned model.

1. `begin(layout)` builds the network of a layout at time 0; `run(layout, seconds, settle_s)` applies a layout and measures.
2. Users, cells, hosts and flows are fixed by `begin`; everything else in a layout may change from window to window.
3. The same sequence of layouts gives the same windows.
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
    """Carries flows from hosts to users over cells; `label` names the source of the windows."""

    label: str

    def begin(self, layout: Layout) -> None:
        """Build a new network with `layout`; raises InfrastructureError."""

    def run(self, layout: Layout, seconds: float, settle_s: float = 0.0) -> Window:
        """Let `settle_s` pass under `layout`, then measure for `seconds` > 0; raises InfrastructureError."""
