"""Who gets which PRBs, cell by cell, within the slices' RRM policy ratios (TS 28.541 clause 4.3.36).

Per cell and TTI:
1. credits: each slice earns its minimum, maximum and dedicated share of the PRBs; a fraction of a PRB is carried over, unused
   whole PRBs are not saved up, so shares hold on average and never as a burst;
2. retransmissions that are due;
3. each slice with a minimum (of which the dedicated share is part) serves its own terminals up to it;
4. what is left, except dedicated PRBs that their slice did not use, goes to all slices up to their maxima by the scheduler's
   metric: spectral efficiency over average (proportional fair), the same times the slice's weight, or who waited longest.
In each subband the best terminal takes the PRBs that it needs, then the next best. First subband and first terminal rotate.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twins.compiled import compiled
from twins.radio.link_adaptation import Allocations
from twins.system.physics.kernel.constants import Constants
from twins.system.physics.kernel.transmission import retransmit, transmit
from twins.system.physics.state import SLICES, Records, State


class Workspace(NamedTuple):
    """Scratch memory for one cell's TTI: N candidates, S subbands."""

    candidates: NDArray[np.int64]  # [N] terminals
    wanted: NDArray[np.float64]  # [N] bits still to be given room
    metric: NDArray[np.float64]  # [N, S]
    slices: NDArray[np.int64]  # [N]
    given: NDArray[np.int64]  # [N, S] PRBs
    free: NDArray[np.int64]  # [S] PRBs
    capped: NDArray[np.int64]  # [3] PRBs that each slice may still take
    used: NDArray[np.int64]  # [3] PRBs that each slice took


@compiled
def schedule(tti: int, constants: Constants, state: State, work: Workspace) -> None:
    """Serve every cell for one TTI and account for power."""
    # Arrays are taken out of the tuples once: each extraction counts references, which costs more than the work in a loop.
    ues, packets, processes, bands, cells = state.ues, state.packets, state.processes, state.bands, state.cells
    shares, delays, members, seed, link = state.shares, state.delays, state.members, state.clock[2], constants.link
    free, capped, used, given = work.free, work.capped, work.used, work.given
    candidates, wanted, metric, slices = work.candidates, work.wanted, work.metric, work.slices
    subband_prbs = constants.subband_prbs
    for c in range(cells.shape[0]):
        cell = cells[c]
        total = 0
        if not cell.on:
            cell.activity, cell.usage = 0.0, 0.0
            cell.watt_ttis += cell.sleep_w
            wait(ues, cells, shares, members, c)
            continue
        if somebody_waits(ues, cells, members, c):
            for s in range(free.shape[0]):
                free[s] = subband_prbs[c, s]
            earn(tti, cells, shares, capped, used, c)
            count = gather(
                tti, constants, link, ues, packets, processes, bands, cells, shares, delays, members, seed,
                candidates, wanted, metric, slices, given, free, capped, used, c,
            )  # fmt: skip
            if count > 0:
                share_out(ues, cells, shares, candidates, wanted, metric, slices, given, free, capped, used, c, count)
                cell.turn += 1
                for i in range(count):
                    transmit(
                        tti, constants, link, ues, packets, processes, bands, cells, shares, delays, seed, candidates[i], given[i]
                    )  # fmt: skip
            total = charge(shares, used, c)
        usage = total / cell.prbs
        cell.activity += 0.033 * (max(usage, constants.idle_activity) - cell.activity)
        cell.usage += 0.001 * (usage - cell.usage)
        cell.watt_ttis += cell.idle_w + cell.load_w * usage


@compiled
def gather(
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
    members: Records,
    seed: int,
    candidates: Records,
    wanted: Records,
    metric: Records,
    slices: Records,
    given: Records,
    free: Records,
    capped: Records,
    used: Records,
    c: int,
) -> int:
    """Retransmit what is due and list the terminals with new data; returns how many."""
    cell, count = cells[c], 0
    for k in range(cell.members):
        u = members[c, (k + cell.turn) % cell.members]
        ue = ues[u]
        if not (ue.full_buffer or ue.buffered > 0):
            continue
        share = shares[c, ue.slice]
        count_waiting(ue, share, constants.averaging)
        if tti < ue.free_at or ue.bits_per_prb <= 0.0:
            continue
        if ue.pending > 0:
            taken = retransmit(
                tti, constants, link, ues, packets, processes, bands, cells, shares, delays, seed, u, free, capped[ue.slice]
            )  # fmt: skip
            capped[ue.slice] -= taken
            used[ue.slice] += taken
        if ue.pending < processes.shape[1] and (ue.full_buffer or ue.backlog > 0):
            candidates[count] = u
            wanted[count] = 1e12 if ue.full_buffer else ue.backlog
            slices[count] = ue.slice
            weight = priority(tti, cell, share, ue)
            for s in range(free.shape[0]):
                given[count, s] = 0
                metric[count, s] = -weight if weight < 0.0 else weight * bands[u, s].reported_rate
            count += 1
    return count


@compiled
def count_waiting(ue: Records, share: Records, averaging: float) -> None:
    """Count a TTI in which a terminal has data."""
    ue.window_ttis += 1
    share.active_ttis += 1.0
    share.waiting_ttis += 1.0
    ue.average -= averaging * ue.average


@compiled
def wait(ues: Records, cells: Records, shares: Records, members: Records, c: int) -> None:
    """Count the time that terminals of a cell that went dark wait."""
    for k in range(cells[c].members):
        ue = ues[members[c, k]]
        if ue.full_buffer or ue.buffered > 0:
            ue.window_ttis += 1
            shares[c, ue.slice].active_ttis += 1.0


@compiled
def charge(shares: Records, used: Records, c: int) -> int:
    """Take what the slices used off their credits; returns the sum."""
    total = 0
    for s in range(SLICES):
        share = shares[c, s]
        share.used_prbs += used[s]
        share.maximum_credit -= used[s]
        share.minimum_credit -= used[s]
        total += used[s]
    return total


@compiled
def somebody_waits(ues: Records, cells: Records, members: Records, c: int) -> bool:
    """Whether any terminal of a cell has data."""
    for k in range(cells[c].members):
        ue = ues[members[c, k]]
        if ue.full_buffer or ue.buffered > 0:
            return True
    return False


@compiled
def earn(tti: int, cells: Records, shares: Records, capped: Records, used: Records, c: int) -> None:
    """Add the credit of the TTIs since the last time to every slice."""
    prbs = cells[c].prbs
    passed = tti + 1 - cells[c].earned_at
    cells[c].earned_at = tti + 1
    for s in range(SLICES):
        share = shares[c, s]
        least = max(share.minimum, share.raised, share.dedicated) * prbs
        most = min(share.maximum, share.ceiling) * prbs
        share.minimum_credit = min(max(share.minimum_credit, 0.0) + passed * least, int(least) + 1.0)
        share.maximum_credit = min(share.maximum_credit + passed * most, int(most) + 1.0)
        share.dedicated_credit += share.dedicated * prbs - int(share.dedicated_credit)
        capped[s] = max(int(share.maximum_credit + 1e-9), 0)
        used[s] = 0


@compiled
def priority(tti: int, cell: Records, share: Records, ue: Records) -> float:
    """Return what a terminal's spectral efficiency is multiplied by; negative for round robin, where only waiting counts."""
    if cell.scheduler == 2:
        return float(-1.0 - (tti - ue.served_at))
    fair = 1.0 / max(ue.average, 1.0)
    return float(fair * share.weight) if cell.scheduler == 1 else fair


@compiled
def share_out(
    ues: Records,
    cells: Records,
    shares: Records,
    candidates: Records,
    wanted: Records,
    metric: Records,
    slices: Records,
    given: Records,
    free: Records,
    capped: Records,
    used: Records,
    c: int,
    count: int,
) -> None:
    """Fill `given`: first the slices' minima, then the rest."""
    left, start = free.sum(), cells[c].turn
    for s in range(SLICES):
        quota = min(int(shares[c, s].minimum_credit + 1e-9) - used[s], left)
        if quota > 0:
            left -= hand_out(ues, candidates, wanted, metric, slices, given, free, capped, used, start, count, s, quota)
    for s in range(SLICES):
        left -= max(int(shares[c, s].dedicated_credit + 1e-9) - used[s], 0)
    if left > 0:
        hand_out(ues, candidates, wanted, metric, slices, given, free, capped, used, start, count, -1, left)


@compiled
def hand_out(
    ues: Records,
    candidates: Records,
    wanted: Records,
    metric: Records,
    slices: Records,
    given: Records,
    free: Records,
    capped: Records,
    used: Records,
    start: int,
    count: int,
    only: int,
    quota: int,
) -> int:
    """Give up to `quota` PRBs to candidates (of slice `only`, -1 any); returns how many were given."""
    subbands, total = free.shape[0], 0
    for step in range(subbands):
        s = (start + step) % subbands
        while free[s] > 0 and total < quota:
            i = best(wanted, metric, slices, capped, count, only, s)
            if i < 0:
                break
            ue = ues[candidates[i]]
            need = int(wanted[i] / ue.bits_per_prb) + 1
            prbs = min(free[s], need, capped[ue.slice], quota - total)
            given[i, s] += prbs
            wanted[i] -= prbs * ue.bits_per_prb
            free[s] -= prbs
            capped[ue.slice] -= prbs
            used[ue.slice] += prbs
            total += prbs
    return total


@compiled
def best(wanted: Records, metric: Records, slices: Records, capped: Records, count: int, only: int, s: int) -> int:
    """Return the candidate with the highest metric in subband `s` that wants PRBs and whose slice may have them, or -1."""
    winner, highest = -1, -1.0
    for i in range(count):
        if metric[i, s] > highest and wanted[i] > 0.0 and (only < 0 or slices[i] == only) and capped[slices[i]] > 0:
            winner, highest = i, metric[i, s]
    return winner
