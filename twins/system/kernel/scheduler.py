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

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twins.system.compiled import compiled
from twins.system.kernel.constants import Constants
from twins.system.kernel.transmission import retransmit, transmit
from twins.system.state import SLICES, Records, State


class Workspace(NamedTuple):
    """Scratch memory for one cell's TTI: N candidates, S subbands."""

    candidates: NDArray[np.int64]  # [N] terminals
    wanted: NDArray[np.float64]  # [N] bits still to be given room
    priority: NDArray[np.float64]  # [N]
    given: NDArray[np.int64]  # [N, S] PRBs
    free: NDArray[np.int64]  # [S] PRBs
    capped: NDArray[np.int64]  # [3] PRBs that each slice may still take
    used: NDArray[np.int64]  # [3] PRBs that each slice took


@compiled
def schedule(tti: int, constants: Constants, state: State, work: Workspace) -> None:
    """Serve every cell for one TTI and account for power."""
    for c in range(state.cells.shape[0]):
        cell = state.cells[c]
        if not cell.on:
            cell.activity = 0.0
            cell.usage = 0.0
            cell.watt_ttis += cell.sleep_w
            if cell.members > 0:
                wait(state, c)
            continue
        used = 0
        if cell.members > 0:
            used = serve(tti, constants, state, work, c)
        share = used / cell.prbs
        cell.activity += 0.033 * (max(share, constants.idle_activity) - cell.activity)
        cell.usage += 0.001 * (share - cell.usage)
        cell.watt_ttis += cell.idle_w + cell.load_w * share


@compiled
def wait(state: State, c: int) -> None:
    """Count the time that terminals of a cell that went dark wait."""
    for k in range(state.cells[c].members):
        ue = state.ues[state.members[c, k]]
        if ue.full_buffer or ue.buffered > 0:
            ue.window_ttis += 1
            state.shares[c, ue.slice].active_ttis += 1.0


@compiled
def serve(tti: int, constants: Constants, state: State, work: Workspace, c: int) -> int:
    """Schedule and transmit in one cell; returns the PRBs used."""
    cell = state.cells[c]
    for s in range(work.free.shape[0]):
        work.free[s] = constants.subband_prbs[c, s]
    earn(state, work, c)
    count = gather(tti, constants, state, work, c)
    if count > 0:
        share_out(state, work, c, count)
        cell.turn += 1
        for i in range(count):
            transmit(tti, constants, state, work.candidates[i], work.given[i])
    used = 0
    for s in range(SLICES):
        share, taken = state.shares[c, s], work.used[s]
        share.used_prbs += taken
        share.maximum_credit -= taken
        share.minimum_credit -= taken
        used += taken
    return used


@compiled
def earn(state: State, work: Workspace, c: int) -> None:
    """Add a TTI's worth of credit to every slice."""
    prbs = state.cells[c].prbs
    for s in range(SLICES):
        share = state.shares[c, s]
        least = max(max(share.minimum, share.raised), share.dedicated) * prbs
        most = min(share.maximum, share.ceiling) * prbs
        share.minimum_credit = min(max(share.minimum_credit, 0.0) + least, math.floor(least) + 1.0)
        share.maximum_credit = min(share.maximum_credit + most, math.floor(most) + 1.0)
        share.dedicated_credit = share.dedicated_credit % 1.0 + share.dedicated * prbs
        work.capped[s] = max(int(share.maximum_credit + 1e-9), 0)
        work.used[s] = 0


@compiled
def gather(tti: int, constants: Constants, state: State, work: Workspace, c: int) -> int:
    """Retransmit what is due and list the terminals with new data; returns how many."""
    cell, count = state.cells[c], 0
    for k in range(cell.members):
        u = state.members[c, (k + cell.turn) % cell.members]
        ue = state.ues[u]
        if not (ue.full_buffer or ue.buffered > 0):
            continue
        ue.window_ttis += 1
        share = state.shares[c, ue.slice]
        share.active_ttis += 1.0
        share.waiting_ttis += 1.0
        ue.average -= constants.averaging * ue.average
        if tti < ue.free_at or ue.bits_per_prb <= 0.0:
            continue
        if ue.pending > 0:
            taken = retransmit(tti, constants, state, u, work.free, work.capped[ue.slice])
            work.capped[ue.slice] -= taken
            work.used[ue.slice] += taken
        if ue.pending < state.processes.shape[1] and (ue.full_buffer or ue.backlog > 0):
            work.candidates[count] = u
            work.wanted[count] = 1e12 if ue.full_buffer else ue.backlog
            work.priority[count] = priority(tti, cell, share, ue)
            for s in range(work.free.shape[0]):
                work.given[count, s] = 0
            count += 1
    return count


@compiled
def priority(tti: int, cell: Records, share: Records, ue: Records) -> float:
    """Return what a terminal's spectral efficiency is multiplied by; negative for round robin, where only waiting counts."""
    if cell.scheduler == 2:
        return -1.0 - (tti - ue.served_at)
    fair = 1.0 / max(ue.average, 1.0)
    return fair * share.weight if cell.scheduler == 1 else fair


@compiled
def share_out(state: State, work: Workspace, c: int, count: int) -> None:
    """Fill `work.given`: first the slices' minima, then the rest."""
    left = 0
    for s in range(work.free.shape[0]):
        left += work.free[s]
    for s in range(SLICES):
        quota = min(int(state.shares[c, s].minimum_credit + 1e-9) - work.used[s], left)
        if quota > 0:
            left -= hand_out(state, work, c, count, s, quota)
    for s in range(SLICES):
        left -= max(int(state.shares[c, s].dedicated_credit + 1e-9) - work.used[s], 0)
    if left > 0:
        hand_out(state, work, c, count, -1, left)


@compiled
def hand_out(state: State, work: Workspace, c: int, count: int, only: int, quota: int) -> int:
    """Give up to `quota` PRBs to candidates (of slice `only`, -1 any); returns how many were given."""
    subbands = work.free.shape[0]
    start, given = state.cells[c].turn, 0
    for step in range(subbands):
        s = (start + step) % subbands
        while work.free[s] > 0 and given < quota:
            i = best(state, work, count, only, s)
            if i < 0:
                break
            u = work.candidates[i]
            own = state.ues[u].slice
            need = int(work.wanted[i] / state.ues[u].bits_per_prb) + 1
            prbs = min(min(work.free[s], need), min(work.capped[own], quota - given))
            work.given[i, s] += prbs
            work.wanted[i] -= prbs * state.ues[u].bits_per_prb
            work.free[s] -= prbs
            work.capped[own] -= prbs
            work.used[own] += prbs
            given += prbs
    return given


@compiled
def best(state: State, work: Workspace, count: int, only: int, s: int) -> int:
    """Return the candidate with the highest metric in subband `s` that wants PRBs and whose slice may have them, or -1."""
    winner, highest = -1, -1.0
    for i in range(count):
        if work.wanted[i] <= 0.0:
            continue
        u = work.candidates[i]
        own = state.ues[u].slice
        if (only >= 0 and own != only) or work.capped[own] <= 0:
            continue
        weight = work.priority[i]
        metric = -weight if weight < 0.0 else weight * state.bands[u, s].metric
        if metric > highest:
            winner, highest = i, metric
    return winner
