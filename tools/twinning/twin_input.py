"""The input of the twin's synchronization."""

from __future__ import annotations

from policies.intent import TimeWindow
from policies.managed_object import ManagedObject
from policies.word import Word
from tools.twinning.demand import DemandRow
from twins.network import NetworkCard


class TwinInput(Word):
    """The data that a twin is built from: network card, configuration, and demand of the present and of the target time window.

    `cqi`: wideband CQI histogram (16 counts) by `cell/slice`. `loads`: PRB usage 0..1 by cell. `window` None: the present.
    `event_areas`: the areas of the planned events that take place in the window, where users that are added stand.
    """

    card: NetworkCard
    objects: tuple[ManagedObject, ...]
    present: tuple[DemandRow, ...]
    target: tuple[DemandRow, ...]
    cqi: dict[str, tuple[float, ...]]
    loads: dict[str, float]
    window: TimeWindow | None = None
    event_areas: tuple[str, ...] = ()
