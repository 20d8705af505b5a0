"""Kernels that act on all terminals outside of the TTI loop."""

from __future__ import annotations

from twins.compiled import compiled
from twins.system.physics.kernel.connection import set_up
from twins.system.physics.kernel.constants import Constants
from twins.system.physics.kernel.meters import close_throughput
from twins.system.physics.state import State


@compiled
def close_window(constants: Constants, state: State) -> None:
    """End the throughput measurement of every terminal."""
    for u in range(state.ues.shape[0]):
        close_throughput(state.clock, state.ues, state.shares, state.samples, u, constants.tti_ms)


@compiled
def connect_full_buffers(constants: Constants, state: State) -> None:
    """Request a connection for each full-buffer terminal that has none."""
    for u in range(state.ues.shape[0]):
        ue = state.ues[u]
        if ue.full_buffer and not ue.connected:
            set_up(state.clock[0], constants, state, u)
