"""Shares of resource blocks from the ratios and weights of a cell's slices.

1. A slice's demand is the share that the layout gave it at the start times its `schedulerWeight` (1 at the start).
2. The cell's blocks are shared out in proportion to demand, no slice below its `rRMPolicyMinRatio` (nor one resource block group)
   and none above its `rRMPolicyMaxRatio`; what a bound takes or leaves goes to the others in proportion.
3. Shares are exclusive here: nobody borrows what another leaves idle. So the minimum keeps the dedicated ratio that it contains.
4. The simulator gives whole groups, 16 of 3 blocks in 50, 12 of 2 in 25: an edit of a few percent may not move a group.
"""

from __future__ import annotations

from policies.slices import Slice
from twins.gym.layout import MIN_SHARE, Layout, Shares
from twins.system.configuration import Tree

_GROUPS = {25: 12, 50: 16}  # whole resource block groups, TS 36.213 table 7.1.6.1-1
_ROUNDING = 1e-9


def least_shares(start: Layout, cell: str) -> Shares:
    """Return the share below which a slice of the cell may be left without a group, or what it started with where less."""
    group = max(MIN_SHARE, 1.0 / _GROUPS[start.downlink_rbs])
    return {one: min(group, share) for one, share in start.cells[cell].shares.items()}


def floors(least: Shares, tree: Tree, du: str) -> Shares:
    """Return the guaranteed share of each slice of the cell `du`."""
    found = {}
    for one in Slice:
        ratio = tree[f"{du},RRMPolicyRatio={one.value}"]
        percent = max(float(ratio[name] or 0.0) for name in ("rRMPolicyMinRatio", "rRMPolicyDedicatedRatio"))
        found[one] = max(percent / 100.0, least[one])
    return found


def ceilings(tree: Tree, du: str) -> Shares:
    """Return the largest share of each slice of the cell `du`."""
    return {one: float(tree[f"{du},RRMPolicyRatio={one.value}"]["rRMPolicyMaxRatio"] or 0.0) / 100.0 for one in Slice}


def shares(layout: Layout, cell: str, tree: Tree, du: str) -> Shares:
    """Return the share of each slice of the cell, called `du` in the tree; `layout` is that of the start."""
    start = layout.cells[cell].shares
    low, high = floors(least_shares(layout, cell), tree, du), ceilings(tree, du)
    demand = {one: start[one] * float(tree[f"{du},SchedulerProfile={one.value}"]["schedulerWeight"] or 0.0) for one in start}
    return _bounded(demand, low, high, max(sum(start.values()), sum(low.values())))


def _bounded(demand: Shares, low: Shares, high: Shares, total: float) -> Shares:
    """Share `total` out in proportion to `demand` within bounds: those beyond a bound are set to it until none is."""
    fixed: Shares = {}
    while True:
        free = {one: want for one, want in demand.items() if one not in fixed}
        factor = (total - sum(fixed.values())) / sum(free.values()) if free else 0.0
        wanted = {one: want * factor for one, want in free.items()}
        kept = {one: min(max(want, low[one]), high[one]) for one, want in wanted.items()}
        excess = sum(kept.values()) - sum(wanted.values())
        # Where bounds add more than they take, those at the lower bound are final, else those at the upper (CSS flexbox 9.7).
        final = [one for one in free if (kept[one] - wanted[one]) * (1.0 if excess > 0.0 else -1.0) > _ROUNDING]
        if not final:
            return {one: fixed.get(one, kept.get(one, 0.0)) for one in demand}
        fixed.update({one: kept[one] for one in final})
