"""KPIs of a group of flows and users in one window, in the catalogue's units.

1. Delay is measured from the host to the user, including the host's link as backhaul, and weighted by delivered packets.
2. Throughput is that delivered to a user with traffic, averaged over the whole window, not over bursts.
3. A value is None if there was nothing to measure. KPIs that a window does not provide (delay percentiles, PRBs per slice,
   energy, block errors, link failures) have no samples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from policies.kpi import kpi_definitions
from policies.slices import Slice
from twins.gym.layout import FlowLayout, Layout
from twins.gym.window import FlowWindow, UserWindow, Window

CQI_KPI, CQI_BINS = "CARR.WBCQIDist", 16
LOAD_KPI, HANDOVER_KPI = "RRU.PrbTotDl", "MM.HoExeIntraReq"
Value = tuple[float | None, float]
Pair = tuple[str, str]


@dataclass(frozen=True)
class WindowRecord:
    """A finished window: its number, layout and measurements, and the serving cells of the users in the window `before`."""

    number: int
    layout: Layout
    window: Window
    before: dict[str, str | None] | None


@dataclass(frozen=True)
class Group:
    """The flows (configured, measured) and users of a cell, a slice, or a slice of a cell, over `seconds`."""

    flows: tuple[tuple[FlowLayout, FlowWindow], ...]
    users: tuple[UserWindow, ...]
    seconds: float


def group_of(record: WindowRecord, cell: str | None, slice_: Slice | None) -> Group:
    """Return the flows and users of `cell` (None: all, including users without a cell) and `slice_` (None: all).

    A user and its flows belong to the cell that serves the user at the end of the window, and to the slice of its first flow.
    """
    layout, window = record.layout, record.window
    served = [name for name, user in window.users.items() if cell is None or user.cell == cell]
    flows = [(flow, window.flows[name]) for name, flow in layout.flows.items() if flow.user in served]
    user_slices = _user_slices(layout)
    return Group(
        flows=tuple(pair for pair in flows if slice_ is None or pair[0].slice is slice_),
        users=tuple(window.users[name] for name in served if slice_ is None or user_slices.get(name, Slice.EMBB) is slice_),
        seconds=window.seconds,
    )


def _user_slices(layout: Layout) -> dict[str, Slice]:
    """Return the slice of each user, that of its first flow."""
    return {flow.user: flow.slice for flow in reversed(list(layout.flows.values()))}


def _packets(group: Group, mbps: Callable[[FlowWindow], float]) -> list[float]:
    return [1e6 * mbps(window) * group.seconds / (8 * flow.packet_bytes) for flow, window in group.flows]


def _per_user(group: Group) -> list[float]:
    """Return the throughput in Mbit/s of each user with offered or delivered traffic."""
    throughput: dict[str, float] = {}
    for flow, window in group.flows:
        if window.offered_mbps > 0.0 or window.throughput_mbps > 0.0:
            throughput[flow.user] = throughput.get(flow.user, 0.0) + window.throughput_mbps
    return list(throughput.values())


def _throughput(group: Group) -> Value:
    rates = _per_user(group)
    return (sum(rates) / len(rates), len(rates)) if rates else (None, 0)


def _low_end(group: Group) -> Value:
    rates = _per_user(group)
    return (float(np.percentile(rates, 5.0)), len(rates)) if rates else (None, 0)


def _delay(group: Group) -> Value:
    received = _packets(group, lambda window: window.throughput_mbps)
    pairs = [(w.latency_ms, count) for (_, w), count in zip(group.flows, received, strict=True) if w.latency_ms is not None]
    total = sum(count for _, count in pairs)
    return (sum(delay * count for delay, count in pairs) / total, total) if total else (None, 0)


def _loss(group: Group) -> Value:
    sent = _packets(group, lambda window: window.offered_mbps)
    total = sum(sent)
    lost = sum(window.loss * count for (_, window), count in zip(group.flows, sent, strict=True))
    return (100.0 * lost / total, total) if total else (None, 0)


def _volume(group: Group) -> Value:
    sent = sum(_packets(group, lambda window: window.offered_mbps))
    return sum(window.offered_mbps for _, window in group.flows) * group.seconds, sent


def _connected(group: Group) -> Value:
    return float(sum(user.cell is not None for user in group.users)), 1


def _cqi(index: int) -> Callable[[Group], Value]:
    def reports(group: Group) -> Value:
        total = float(sum(user.cqi[index] for user in group.users if index < len(user.cqi)))
        return total, total

    return reports


_MEASURES: dict[str, Callable[[Group], Value]] = {
    "DRB.UEThpDl": _throughput,
    "DRB.UEThpDl.P05": _low_end,
    "DRB.PdcpSduDelayDl": _delay,
    "DRB.PacketLossRateDl": _loss,
    "DRB.PdcpSduVolumeDL": _volume,
    "RRC.ConnMean": _connected,
    **{f"{CQI_KPI}.{index}": _cqi(index) for index in range(CQI_BINS)},
}
KPIS = tuple(
    name
    for definition in kpi_definitions().values()
    for name in ([f"{CQI_KPI}.{index}" for index in range(CQI_BINS)] if definition.name == CQI_KPI else [definition.name])
    if name in _MEASURES or name in (LOAD_KPI, HANDOVER_KPI)
)


def measure(kpi: str, group: Group) -> Value:
    """Return (value, number of events it is computed from) of a KPI of flows and users."""
    return _MEASURES[kpi](group)


def handovers(record: WindowRecord) -> dict[Pair, int] | None:
    """Return the number of handovers in the window by (source, target), None if it cannot be determined.

    A window provides only the total number of handovers; source and target follow from the users' serving cells before and
    after. The result is None without a previous window, or if these changes do not add up to the total.
    """
    if record.before is None:
        return None
    counts: dict[Pair, int] = {}
    for name, user in record.window.users.items():
        source = record.before.get(name)
        if source is not None and user.cell is not None and source != user.cell:
            counts[source, user.cell] = counts.get((source, user.cell), 0) + 1
    return counts if sum(counts.values()) == record.window.handovers else None
