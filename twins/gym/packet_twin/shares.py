"""Shares of resource blocks from the ratios and weights of a cell's slices.

1. A slice's demand is its share in the initial layout times its `schedulerWeight` (initially 1).
2. The cell's blocks are divided in proportion to demand, with each slice between its `rRMPolicyMinRatio` (at least one resource
   block group) and its `rRMPolicyMaxRatio`; the difference caused by a bound is distributed to the other slices in proportion.
3. Shares are exclusive: slices do not borrow idle blocks from each other. The minimum therefore includes the dedicated ratio.
4. The simulator allocates whole groups, 16 of 3 blocks in 50, 12 of 2 in 25: an edit of a few percent may have no effect.
"""

from __future__ import annotations

from policies.slices import Slice
from twins.gym.layout import MIN_SHARE, Layout, Shares
from twins.system.configuration import Tree

_GROUPS = {25: 12, 50: 16}  # whole resource block groups, TS 36.213 table 7.1.6.1-1
_ROUNDING = 1e-9


def min_shares(start: Layout, cell: str) -> Shares:
    """Return the minimum share of each slice of the cell: one resource block group, or its initial share if smaller."""
    group = max(MIN_SHARE, 1.0 / _GROUPS[start.downlink_rbs])
    return {slice_: min(group, share) for slice_, share in start.cells[cell].shares.items()}


def floors(minima: Shares, tree: Tree, du: str) -> Shares:
    """Return the guaranteed share of each slice of the cell `du`."""
    guaranteed = {}
    for slice_ in Slice:
        ratio = tree[f"{du},RRMPolicyRatio={slice_.value}"]
        percent = max(float(ratio[name] or 0.0) for name in ("rRMPolicyMinRatio", "rRMPolicyDedicatedRatio"))
        guaranteed[slice_] = max(percent / 100.0, minima[slice_])
    return guaranteed


def ceilings(tree: Tree, du: str) -> Shares:
    """Return the maximum share of each slice of the cell `du`."""
    return {slice_: float(tree[f"{du},RRMPolicyRatio={slice_.value}"]["rRMPolicyMaxRatio"] or 0.0) / 100.0 for slice_ in Slice}


def shares(layout: Layout, cell: str, tree: Tree, du: str) -> Shares:
    """Return the share of each slice of `cell`, whose NRCellDU is `du`; `layout` is the initial layout."""
    start = layout.cells[cell].shares
    low, high = floors(min_shares(layout, cell), tree, du), ceilings(tree, du)
    weights = {slice_: float(tree[f"{du},SchedulerProfile={slice_.value}"]["schedulerWeight"] or 0.0) for slice_ in start}
    demand = {slice_: share * weights[slice_] for slice_, share in start.items()}
    return _bounded(demand, low, high, max(sum(start.values()), sum(low.values())))


def _bounded(demand: Shares, low: Shares, high: Shares, total: float) -> Shares:
    """Divide `total` in proportion to `demand` within bounds, fixing slices at a violated bound until none is violated."""
    fixed: Shares = {}
    while True:
        free = {slice_: share for slice_, share in demand.items() if slice_ not in fixed}
        factor = (total - sum(fixed.values())) / sum(free.values()) if free else 0.0
        proportional = {slice_: share * factor for slice_, share in free.items()}
        clipped = {slice_: min(max(share, low[slice_]), high[slice_]) for slice_, share in proportional.items()}
        excess = sum(clipped.values()) - sum(proportional.values())
        # If clipping adds more than it removes, slices at the lower bound are final, else those at the upper (CSS flexbox 9.7).
        sign = 1.0 if excess > 0.0 else -1.0
        final = [slice_ for slice_ in free if (clipped[slice_] - proportional[slice_]) * sign > _ROUNDING]
        if not final:
            return {slice_: fixed.get(slice_, clipped.get(slice_, 0.0)) for slice_ in demand}
        fixed.update({slice_: clipped[slice_] for slice_ in final})
