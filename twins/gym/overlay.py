"""The effect of degradation events on a layout; the configuration itself is not changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from policies.gym.degradation import DegradationEvent, DegradationKind
from twins.gym.layout import DELAY_MS, POWER_DBM, RATE_MBPS, Layout
from twins.gym.scenario import Scenario


def degraded(scenario: Scenario, layout: Layout, events: Iterable[DegradationEvent]) -> Layout:
    """Return `layout` under `events`; an edge overload does not change it (see `twins.gym.servers`)."""
    for event in events:
        layout = layout.changed(**_EFFECTS[event.kind](scenario, layout, event))
    return layout


def _surge(scenario: Scenario, layout: Layout, event: DegradationEvent) -> dict[str, Any]:
    return _rates(
        layout,
        {
            name: flow.mbps * event.magnitude
            for name, flow in layout.flows.items()
            if flow.slice == event.target and name not in scenario.mission
        },
    )


def _influx(scenario: Scenario, layout: Layout, event: DegradationEvent) -> dict[str, Any]:
    return _rates(layout, {name: layout.flows[name].mbps + mbps * event.magnitude for name, mbps in scenario.dormant.items()})


def _rates(layout: Layout, rates: dict[str, float]) -> dict[str, Any]:
    changed = {name: layout.flows[name].changed(mbps=min(mbps, RATE_MBPS[1])) for name, mbps in rates.items()}
    return {"flows": {**layout.flows, **changed}}


def _interference(scenario: Scenario, layout: Layout, event: DegradationEvent) -> dict[str, Any]:
    return {"interferer_dbm": max(event.magnitude, layout.interferer_dbm or event.magnitude)}


def _power_loss(scenario: Scenario, layout: Layout, event: DegradationEvent) -> dict[str, Any]:
    cell = layout.cells[event.target]
    weaker = cell.changed(power_dbm=max(cell.power_dbm - event.magnitude, POWER_DBM[0]))
    return {"cells": {**layout.cells, event.target: weaker}}


def _delay(scenario: Scenario, layout: Layout, event: DegradationEvent) -> dict[str, Any]:
    return {"hosts": {**layout.hosts, event.target: min(layout.hosts[event.target] + event.magnitude, DELAY_MS[1])}}


def _overload(scenario: Scenario, layout: Layout, event: DegradationEvent) -> dict[str, Any]:
    return {}


_EFFECTS = {
    DegradationKind.SURGE: _surge,
    DegradationKind.USER_INFLUX: _influx,
    DegradationKind.INTERFERENCE: _interference,
    DegradationKind.CELL_POWER_LOSS: _power_loss,
    DegradationKind.BACKHAUL_DELAY: _delay,
    DegradationKind.EDGE_OVERLOAD: _overload,
}
