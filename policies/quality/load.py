"""Load: how near a cell is to a state in which data waits, and measurements part that otherwise move together.

While a queue grows or drains, what arrives is not what is delivered, and delay and loss move by any factor although throughput
and activity cannot (all UEs are active already, all PRBs are used). Only comparisons between quiet windows tell of slips.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.managed_object import cell_of
from policies.quality.grouping import Group, Groups
from policies.quality.identity import ACTIVE, PRBS, SLICE_PRBS, USERS

# Above it, %, queues outlast windows: in an M/M/1 queue the sojourn is five times the service time, and grows without bound.
_QUIET_LOAD = 80.0


def loads_of(groups: Groups) -> dict[str, float]:
    """Return the load, %, by the DN of each object in a window; the load of what contains cells is that of the busiest cell.

    It is the highest of PRB usages and of the shares of connected UEs that are active, over the cell and its slices; 0 if
    neither is reported. A slice whose share of PRBs is limited has data waiting at any PRB usage: its active UEs show that.
    """
    loads: dict[str, float] = {}
    for (dn, _), group in groups.items():
        loads[dn] = max(loads.get(dn, 0.0), *_loads(group))
    busiest = max(loads.values(), default=0.0)
    return {dn: load if cell_of(dn) else busiest for dn, load in loads.items()}


def is_quiet(load: float) -> bool:
    """Whether data hardly waits at a load, %."""
    return load <= _QUIET_LOAD


def _loads(group: Group) -> Iterator[float]:
    yield group.value(PRBS) or 0.0
    yield group.value(SLICE_PRBS) or 0.0
    active, users = group.value(ACTIVE), group.value(USERS)
    if active and users is not None:
        yield 100 * active / max(users, active / 2)
