"""KPIs of a group of flows and users in one window, in the catalogue's units.

1. Delay is from the host to the user, the host's link included as backhaul; it is weighted by packets delivered.
2. Throughput is what a user with traffic was delivered, over the whole window and not over bursts.
3. A value is None where there was nothing to measure. What a window does not tell (tails of delay, blocks per slice, energy,
   block errors, link failures) has no sample at all.
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
    """A finished window: its number, the layout it was run under, what was measured, and where users were served before it."""

    number: int
    layout: Layout
    window: Window
    before: dict[str, str | None] | None


@dataclass(frozen=True)
class Group:
    """Flows (as laid out, as measured) and users of a cell, a slice, or a slice of a cell, over `seconds`."""

    flows: tuple[tuple[FlowLayout, FlowWindow], ...]
    users: tuple[UserWindow, ...]
    seconds: float


def group_of(record: WindowRecord, cell: str | None, one: Slice | None) -> Group:
    """Return what belongs to `cell` (None: all, users without a cell too) and slice `one` (None: all).

    A flow and its user count to the cell that serves the user at the window's end; a user to the slice of its first flow.
    """
    layout, window = record.layout, record.window
    there = [name for name, user in window.users.items() if cell is None or user.cell == cell]
    flows = [(flow, window.flows[name]) for name, flow in layout.flows.items() if flow.user in there]
    homes = _slices(layout)
    return Group(
        flows=tuple(pair for pair in flows if one is None or pair[0].slice is one),
        users=tuple(window.users[name] for name in there if one is None or homes.get(name, Slice.EMBB) is one),
        seconds=window.seconds,
    )


def _slices(layout: Layout) -> dict[str, Slice]:
    return {flow.user: flow.slice for flow in reversed(list(layout.flows.values()))}


def _packets(group: Group, mbps: Callable[[FlowWindow], float]) -> list[float]:
    return [1e6 * mbps(window) * group.seconds / (8 * flow.packet_bytes) for flow, window in group.flows]


def _per_user(group: Group) -> list[float]:
    """Mbit/s delivered to each user to whom something was sent or delivered."""
    found: dict[str, float] = {}
    for flow, window in group.flows:
        if window.offered_mbps > 0.0 or window.throughput_mbps > 0.0:
            found[flow.user] = found.get(flow.user, 0.0) + window.throughput_mbps
    return list(found.values())


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
    """Return (value, count of events behind it) of a KPI of flows and users."""
    return _MEASURES[kpi](group)


def handovers(record: WindowRecord) -> dict[Pair, int] | None:
    """Return how many users went from cell to cell in the window, None where that is not all of its handovers, or more.

    A window tells how many handovers there were in all; who made them shows where users are served before and after.
    """
    if record.before is None:
        return None
    found: dict[Pair, int] = {}
    for name, user in record.window.users.items():
        source = record.before.get(name)
        if source is not None and user.cell is not None and source != user.cell:
            found[source, user.cell] = found.get((source, user.cell), 0) + 1
    return found if sum(found.values()) == record.window.handovers else None
