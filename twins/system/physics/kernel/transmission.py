"""Transport blocks: link adaptation with an outer loop, error draw, HARQ with chase combining.

The transport blocks of a TTI's slots succeed or fail together. The effective SINR over the allocated PRBs is computed by EESM,
the error rate from the BLER tables. The outer loop moves the SINR offset by +up on an ACK and -down on a NACK, with
up = down x target / (1 - target), without delay (the feedback delay of about four slots is not modelled).
"""

from __future__ import annotations

from twins.compiled import compiled
from twins.radio.link_adaptation import Allocations, mcs_for, transport_bler_of
from twins.system.physics.kernel.constants import Constants
from twins.system.physics.kernel.draws import HARQ, uniform
from twins.system.physics.kernel.queue import settle, take
from twins.system.physics.kernel.radio import decibel, effective, effective_db
from twins.system.physics.state import Records


@compiled
def transmit(
    tti: int,
    constants: Constants,
    link: Allocations,
    ues: Records,
    packets: Records,
    processes: Records,
    bands: Records,
    cells: Records,
    shares: Records,
    delays: Records,
    seed: int,
    u: int,
    allocated: Records,
) -> None:
    """Send new data of a terminal on the PRBs `allocated` per subband."""
    ue = ues[u]
    prbs, decay, reported = 0, 0.0, 0.0
    for s in range(allocated.shape[0]):
        if allocated[s] > 0:
            band = bands[u, s]
            prbs += allocated[s]
            decay += allocated[s] * band.decay
            reported += allocated[s] * band.reported_decay
    if prbs == 0:
        return
    h = free_process(processes, u)
    process = processes[u, h]
    process.mcs = mcs_for(link, prbs, effective_db(reported / prbs, ue.reported_beta) + ue.olla_db)
    process.prbs = prbs
    capacity = constants.slots * link.bits[process.mcs, prbs]
    if ue.full_buffer:
        process.bits = capacity
    else:
        take(ues, packets, processes, u, h, capacity)
    process.sinr = effective(decay / prbs, ue.beta)
    process.attempts = 1
    ue.served_at = tti
    cell = cells[ue.serving]
    cell.transmissions += 1.0
    if resolve(tti, constants, link, ues, packets, processes, cells, shares, delays, seed, u, h):
        ue.olla_db = min(ue.olla_db + constants.olla_up_db, 10.0)
    else:
        ue.olla_db = max(ue.olla_db - constants.olla_down_db, -20.0)
        cell.failures += 1.0
        if process.attempts > 0:
            ue.pending += 1


@compiled
def free_process(processes: Records, u: int) -> int:
    """Return a free HARQ process; the caller has checked that there is one."""
    for h in range(processes.shape[1]):
        if processes[u, h].attempts == 0:
            return h
    return int(processes.shape[1] - 1)


@compiled
def resolve(
    tti: int,
    constants: Constants,
    link: Allocations,
    ues: Records,
    packets: Records,
    processes: Records,
    cells: Records,
    shares: Records,
    delays: Records,
    seed: int,
    u: int,
    h: int,
) -> bool:
    """Draw the outcome of a transmission: deliver, schedule the next attempt, or drop the data after the last attempt.

    Returns whether it was delivered.
    """
    ue, process = ues[u], processes[u, h]
    error_rate = transport_bler_of(link, process.mcs, process.prbs, decibel(process.sinr))
    failed = uniform(seed, HARQ, u * processes.shape[1] + h, tti) < error_rate
    if failed and process.attempts < constants.harq_attempts:
        process.due = tti + constants.harq_round_trip
        return False
    if not failed:
        share = shares[ue.serving, ue.slice]
        share.delivered_bits += process.bits
        share.served_bits += process.bits
        ue.window_bits += process.bits
        ue.average += constants.averaging * process.bits
        if ue.full_buffer:
            share.offered_bits += process.bits
    if not ue.full_buffer:
        backhaul_ms = cells[ue.serving].backhaul_ms
        settle(ues, packets, processes, shares, delays, u, h, not failed, tti + 1, constants.tti_ms, backhaul_ms)
    process.attempts = 0
    return bool(not failed)


@compiled
def retransmit(
    tti: int,
    constants: Constants,
    link: Allocations,
    ues: Records,
    packets: Records,
    processes: Records,
    bands: Records,
    cells: Records,
    shares: Records,
    delays: Records,
    seed: int,
    u: int,
    free: Records,
    allowed: int,
) -> int:
    """Retransmit the processes of a terminal that are due, as far as PRBs are left; returns the number of PRBs used."""
    used = 0
    left = free.sum()
    for h in range(processes.shape[1]):
        process = processes[u, h]
        if process.attempts == 0 or process.due > tti or process.prbs > left or used >= allowed:
            continue
        decay = occupy(bands, u, free, process.prbs, tti + h)
        used += process.prbs
        left -= process.prbs
        process.sinr += effective(decay / process.prbs, ues[u].beta)
        process.attempts += 1
        resolve(tti, constants, link, ues, packets, processes, cells, shares, delays, seed, u, h)
        if process.attempts == 0:
            ues[u].pending -= 1
    return int(used)


@compiled
def occupy(bands: Records, u: int, free: Records, prbs: int, start: int) -> float:
    """Allocate `prbs` free PRBs from subband `start` on; returns the sum of exp(-SINR / beta) over them."""
    decay, remaining = 0.0, prbs
    for step in range(free.shape[0]):
        s = (start + step) % free.shape[0]
        part = min(free[s], remaining)
        free[s] -= part
        remaining -= part
        decay += part * bands[u, s].decay
    return decay
