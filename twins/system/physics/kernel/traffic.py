"""Packet arrivals: each terminal's rate is integrated over time, and a packet arrives whenever the integral passes the next mark.

Marks are counter-based draws (exponential for Poisson, one period plus jitter for periodic), so that a change of rate, such as a
surge, rescales the same sequence of draws in time.
"""

from __future__ import annotations

from twins.compiled import compiled
from twins.system.physics.kernel.connection import set_up
from twins.system.physics.kernel.constants import Constants
from twins.system.physics.kernel.draws import ARRIVAL, exponential, uniform
from twins.system.physics.kernel.queue import push, sdus_of
from twins.system.physics.state import Records, State


@compiled
def next_mark(ues: Records, u: int, seed: int) -> float:
    """Return the integrated rate between the last packet and the next."""
    ue = ues[u]
    if ue.kind == 1:
        return exponential(seed, ARRIVAL, u, ue.arrivals)
    before = ue.jitter * (uniform(seed, ARRIVAL, u, ue.arrivals - 1) - 0.5) if ue.arrivals > 0 else -uniform(seed, ARRIVAL, u, -1)
    return 1.0 + ue.jitter * (uniform(seed, ARRIVAL, u, ue.arrivals) - 0.5) - before if ue.arrivals > 0 else 1.0 + before


@compiled
def arrive(tti: int, constants: Constants, state: State) -> None:
    """Process the packet arrivals of this TTI; a terminal without a connection requests one."""
    ues, seed = state.ues, state.clock[2]
    for u in range(ues.shape[0]):
        ue = ues[u]
        if ue.rate <= 0.0:
            continue
        ue.progress += ue.rate
        while ue.progress >= ue.due:
            ue.progress -= ue.due
            ue.arrivals += 1
            ue.due = max(next_mark(ues, u, seed), 1e-9)
            accept(tti, constants, state, u)


@compiled
def accept(tti: int, constants: Constants, state: State, u: int) -> None:
    """Enqueue a packet at the gNB, or count it as blocked or lost."""
    ue = state.ues[u]
    bits = int(ue.packet_bits)
    ue.offered_bits += bits
    if not ue.connected:
        set_up(tti, constants, state, u)
    if not ue.connected:
        ue.blocked_bits += bits
        return
    share = state.shares[ue.serving, ue.slice]
    share.offered_bits += bits
    share.offered_sdus += sdus_of(bits)
    ue.data_at = tti
    if not push(state.ues, state.packets, u, tti, bits):
        share.lost_sdus += sdus_of(bits)
