"""PRB scheduling per cell within the slices' RRM policy ratios (TS 28.541 clause 4.3.36).

Per cell and TTI:
1. credits: each slice earns its minimum, maximum and dedicated share of the PRBs; fractions of a PRB are carried over, unused
   whole PRBs are not, so that shares hold on average without bursts;
2. retransmissions that are due;
3. each slice with a minimum (which includes the dedicated share) serves its own terminals up to it;
4. the remaining PRBs, except dedicated PRBs that their slice did not use, go to all slices up to their maxima by the scheduler's
   metric: spectral efficiency over average rate (proportional fair), the same times the slice's weight, or the longest wait.
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
    demand: NDArray[np.float64]  # [N] bits not yet allocated
    metric: NDArray[np.float64]  # [N, S]
    slices: NDArray[np.int64]  # [N]
    allocated: NDArray[np.int64]  # [N, S] PRBs
    free: NDArray[np.int64]  # [S] PRBs
    allowance: NDArray[np.int64]  # [3] PRBs that each slice may still use
    used: NDArray[np.int64]  # [3] PRBs used by each slice


@compiled
def schedule(tti: int, constants: Constants, state: State, work: Workspace) -> None:
    """Schedule every cell for one TTI and meter its power."""
    # Arrays are extracted from the tuples once: each extraction counts references, which costs more than the loop's own work.
    ues, packets, processes, bands, cells = state.ues, state.packets, state.processes, state.bands, state.cells
    shares, delays, members, seed, link = state.shares, state.delays, state.members, state.clock[2], constants.link
    free, allowance, used, allocated = work.free, work.allowance, work.used, work.allocated
    candidates, demand, metric, slices = work.candidates, work.demand, work.metric, work.slices
    subband_prbs = constants.subband_prbs
    for c in range(cells.shape[0]):
        cell = cells[c]
        total = 0
        if not cell.on:
            cell.activity, cell.usage = 0.0, 0.0
            cell.watt_ttis += cell.sleep_w
            count_waiting_off_air(ues, cells, shares, members, c)
            continue
        if has_waiting_data(ues, cells, members, c):
            for s in range(free.shape[0]):
                free[s] = subband_prbs[c, s]
            earn(tti, cells, shares, allowance, used, c)
            count = gather(
                tti, constants, link, ues, packets, processes, bands, cells, shares, delays, members, seed,
                candidates, demand, metric, slices, allocated, free, allowance, used, c,
            )  # fmt: skip
            if count > 0:
                share_out(ues, cells, shares, candidates, demand, metric, slices, allocated, free, allowance, used, c, count)
                cell.turn += 1
                for i in range(count):
                    transmit(
                        tti, constants, link, ues, packets, processes, bands, cells, shares, delays, seed,
                        candidates[i], allocated[i],
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
    demand: Records,
    metric: Records,
    slices: Records,
    allocated: Records,
    free: Records,
    allowance: Records,
    used: Records,
    c: int,
) -> int:
    """Send the retransmissions that are due and list the terminals with new data; returns their number."""
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
            prbs = retransmit(
                tti, constants, link, ues, packets, processes, bands, cells, shares, delays, seed, u, free, allowance[ue.slice]
            )  # fmt: skip
            allowance[ue.slice] -= prbs
            used[ue.slice] += prbs
        if ue.pending < processes.shape[1] and (ue.full_buffer or ue.backlog > 0):
            candidates[count] = u
            demand[count] = 1e12 if ue.full_buffer else ue.backlog
            slices[count] = ue.slice
            weight = priority(tti, cell, share, ue)
            for s in range(free.shape[0]):
                allocated[count, s] = 0
                metric[count, s] = -weight if weight < 0.0 else weight * bands[u, s].reported_rate
            count += 1
    return count


@compiled
def count_waiting(ue: Records, share: Records, averaging: float) -> None:
    """Count a TTI in which a terminal has data waiting."""
    ue.window_ttis += 1
    share.active_ttis += 1.0
    share.waiting_ttis += 1.0
    ue.average -= averaging * ue.average


@compiled
def count_waiting_off_air(ues: Records, cells: Records, shares: Records, members: Records, c: int) -> None:
    """Count a TTI for all terminals with waiting data in a cell that does not radiate."""
    for k in range(cells[c].members):
        ue = ues[members[c, k]]
        if ue.full_buffer or ue.buffered > 0:
            ue.window_ttis += 1
            shares[c, ue.slice].active_ttis += 1.0


@compiled
def charge(shares: Records, used: Records, c: int) -> int:
    """Deduct the used PRBs from the slices' credits; returns their total."""
    total = 0
    for s in range(SLICES):
        share = shares[c, s]
        share.used_prbs += used[s]
        share.maximum_credit -= used[s]
        share.minimum_credit -= used[s]
        total += used[s]
    return total


@compiled
def has_waiting_data(ues: Records, cells: Records, members: Records, c: int) -> bool:
    """Whether any terminal of a cell has data waiting."""
    for k in range(cells[c].members):
        ue = ues[members[c, k]]
        if ue.full_buffer or ue.buffered > 0:
            return True
    return False


@compiled
def earn(tti: int, cells: Records, shares: Records, allowance: Records, used: Records, c: int) -> None:
    """Add the credit of the TTIs since the last call to every slice."""
    prbs = cells[c].prbs
    ttis = tti + 1 - cells[c].earned_at
    cells[c].earned_at = tti + 1
    for s in range(SLICES):
        share = shares[c, s]
        minimum = max(share.minimum, share.raised, share.dedicated) * prbs
        maximum = min(share.maximum, share.ceiling) * prbs
        share.minimum_credit = min(max(share.minimum_credit, 0.0) + ttis * minimum, int(minimum) + 1.0)
        share.maximum_credit = min(share.maximum_credit + ttis * maximum, int(maximum) + 1.0)
        share.dedicated_credit += share.dedicated * prbs - int(share.dedicated_credit)
        allowance[s] = max(int(share.maximum_credit + 1e-9), 0)
        used[s] = 0


@compiled
def priority(tti: int, cell: Records, share: Records, ue: Records) -> float:
    """Return the weight of a terminal's spectral efficiency in its metric.

    For round robin the result is negative: minus the metric itself, which depends only on the waiting time.
    """
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
    demand: Records,
    metric: Records,
    slices: Records,
    allocated: Records,
    free: Records,
    allowance: Records,
    used: Records,
    c: int,
    count: int,
) -> None:
    """Fill `allocated`: first up to the slices' minima, then the remaining PRBs."""
    left, start = free.sum(), cells[c].turn
    for s in range(SLICES):
        quota = min(int(shares[c, s].minimum_credit + 1e-9) - used[s], left)
        if quota > 0:
            left -= hand_out(ues, candidates, demand, metric, slices, allocated, free, allowance, used, start, count, s, quota)
    for s in range(SLICES):
        left -= max(int(shares[c, s].dedicated_credit + 1e-9) - used[s], 0)
    if left > 0:
        hand_out(ues, candidates, demand, metric, slices, allocated, free, allowance, used, start, count, -1, left)


@compiled
def hand_out(
    ues: Records,
    candidates: Records,
    demand: Records,
    metric: Records,
    slices: Records,
    allocated: Records,
    free: Records,
    allowance: Records,
    used: Records,
    start: int,
    count: int,
    only: int,
    quota: int,
) -> int:
    """Allocate up to `quota` PRBs to candidates (of slice `only`; -1: any); returns the number of allocated PRBs."""
    subbands, total = free.shape[0], 0
    for step in range(subbands):
        s = (start + step) % subbands
        while free[s] > 0 and total < quota:
            i = best(demand, metric, slices, allowance, count, only, s)
            if i < 0:
                break
            ue = ues[candidates[i]]
            need = int(demand[i] / ue.bits_per_prb) + 1
            prbs = min(free[s], need, allowance[ue.slice], quota - total)
            allocated[i, s] += prbs
            demand[i] -= prbs * ue.bits_per_prb
            free[s] -= prbs
            allowance[ue.slice] -= prbs
            used[ue.slice] += prbs
            total += prbs
    return total


@compiled
def best(demand: Records, metric: Records, slices: Records, allowance: Records, count: int, only: int, s: int) -> int:
    """Return the candidate with the highest metric in subband `s` that has demand and slice allowance left, or -1."""
    winner, highest = -1, -1.0
    for i in range(count):
        if metric[i, s] > highest and demand[i] > 0.0 and (only < 0 or slices[i] == only) and allowance[slices[i]] > 0:
            winner, highest = i, metric[i, s]
    return winner
