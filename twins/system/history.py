"""Hourly PM history of a preset scenario for the days before its start, simulated by the same twin with the same seed.

Each day is simulated from midnight to midnight (one simulated second for `TIME_LAPSE` seconds) and averaged by the hour. The past
events of the calendar take place, so that a forecast can learn from them. The result is stored in `data/` with its data card:

    python -m twins.system.history        regenerates it; finished days are reused, so that an interrupted run resumes
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from policies.artefact import write_record
from policies.data_card import DataCard
from policies.kpi import KpiFrame, KpiSample, kpi_definition
from policies.slices import Slice
from twins.network import KpiQuery, PlannedEvent
from twins.system.configuration import du_dn
from twins.system.data_card import system_twin_card
from twins.system.scenario.presets import stadium_scenario
from twins.system.scenario.scenario import SystemScenario
from twins.system.system_network import SystemNetwork

DAYS = 4
SEED = 1
TIME_LAPSE = 60.0
REMAKE = "python -m twins.system.history"
KPIS = ("RRC.ConnMean", "DRB.PdcpSduVolumeDL", "RRU.PrbTotDl", "DRB.UEThpDl.P05", "DRB.PdcpSduDelayDl")
Values = NDArray[np.float32]
_COLUMNS: tuple[Slice | None, ...] = (*Slice, None)
_FOLDER = Path(__file__).parent / "data"


def history_path(scenario: SystemScenario, seed: int) -> Path:
    """Return the path of the history of this scenario and seed, whose name contains their digest."""
    # Without defaults, so that a field added in a later version does not change the digest.
    key = json.dumps([scenario.model_dump(mode="json", exclude_defaults=True), seed, DAYS, TIME_LAPSE], sort_keys=True)
    return _FOLDER / f"history_{scenario.name}_{hashlib.sha256(key.encode()).hexdigest()[:12]}.npz"


def load_history(scenario: SystemScenario, seed: int) -> KpiFrame | None:
    """Return the hourly history up to the midnight before the scenario's start, or None if there is no file for it."""
    path = history_path(scenario, seed)
    if not path.exists():
        return None
    with np.load(path) as stored:
        values = stored["values"]
    return KpiFrame(tuple(_samples(scenario, values)))


def make_history(scenario: SystemScenario, seed: int = SEED, folder: Path | None = None) -> Path:
    """Simulate the days before the scenario's start and store the hourly means, float32[hours, cells, slices + 1, KPIs].

    Returns the path of the history; finished days are stored in `folder` until all are complete.
    """
    target = history_path(scenario, seed)
    work = folder or target.with_suffix("")
    work.mkdir(parents=True, exist_ok=True)
    days = []
    for number, day in enumerate(_days(scenario), start=1):
        finished = work / f"{day:%Y-%m-%d}.npy"
        if not finished.exists():
            np.save(finished, _simulate(scenario, day, seed))
        days.append(np.load(finished))
        print(f"day {number} of {DAYS}: {day:%Y-%m-%d}", file=sys.stderr)  # noqa: T201
    values = np.concatenate(days).astype(np.float32)
    np.savez_compressed(target, values=values)
    versions = {name: version(name) for name in ("numba", "numpy")}
    write_record(target, _card(scenario, seed), REMAKE, platform.machine(), versions)
    for finished in work.glob("*.npy"):
        finished.unlink()
    work.rmdir()
    return target


def _card(scenario: SystemScenario, seed: int) -> DataCard:
    """Return the data card of a history: the twin's card with task and provenance of the history."""
    twin = system_twin_card()
    task = {
        "prediction_target": f"hourly means of {', '.join(KPIS)} per cell and slice",
        "action_space": "none: no change is made",
    }
    provenance = {
        "source": f"system twin, scenario {scenario.name}: {DAYS} days before {scenario.start:%Y-%m-%d}",
        "seeds": str(seed),
    }
    return twin.model_copy(
        update={
            "name": f"PM history of scenario {scenario.name}",
            "task": twin.task.model_copy(update=task),
            "provenance": twin.provenance.model_copy(update=provenance),
        }
    )


def _days(scenario: SystemScenario) -> list[datetime]:
    midnight = scenario.start.replace(hour=0, minute=0, second=0, microsecond=0)
    return [midnight - timedelta(days=back) for back in range(DAYS, 0, -1)]


def _simulate(scenario: SystemScenario, day: datetime, seed: int) -> np.ndarray:
    """Return one day's hourly values, float64[24, cells, slices + 1, KPIs]; NaN where nothing was measured."""
    network = SystemNetwork(_on_day(scenario, day), seed)
    network.advance(86_400)
    frame = network.observe(KpiQuery(kpis=KPIS))
    rows = {du_dn(cell): index for index, cell in enumerate(scenario.cells)}
    values = np.full((24, len(rows), len(_COLUMNS), len(KPIS)), np.nan)
    for sample in frame:
        if sample.dn in rows and sample.value is not None:
            hour = int((sample.start - day).total_seconds() // 3600)
            values[hour, rows[sample.dn], _COLUMNS.index(sample.slice), KPIS.index(sample.kpi)] = sample.value
    return values


def _on_day(scenario: SystemScenario, day: datetime) -> SystemScenario:
    """Return the scenario of a past day, in which the groups attend that day's event, if any."""
    attended = {group.event for group in scenario.groups if group.event}
    today = [event for event in scenario.events if event.start.date() == day.date()]
    never = day + timedelta(days=365)
    events = [
        PlannedEvent(name=name, area=event.area, start=event.start, end=event.end)
        for name in attended
        for event in (today or [_postponed(scenario, name, never)])[:1]
    ]
    changes = {"start": day, "time_lapse": TIME_LAPSE, "granularity_s": 3600.0, "events": tuple(events), "disturbances": ()}
    return SystemScenario.model_validate({**scenario.model_dump(), **changes})


def _postponed(scenario: SystemScenario, name: str, start: datetime) -> PlannedEvent:
    area = next(event.area for event in scenario.events if event.name == name)
    return PlannedEvent(name=name, area=area, start=start, end=start + timedelta(hours=2))


def _samples(scenario: SystemScenario, values: np.ndarray) -> list[KpiSample]:
    first = _days(scenario)[0]
    samples = []
    for hour, cell, column, kpi in np.argwhere(~np.isnan(values)):
        name, start = KPIS[kpi], first + timedelta(hours=int(hour))
        value = float(values[hour, cell, column, kpi])
        unit, dn = kpi_definition(name).unit, du_dn(scenario.cells[cell])
        samples.append(KpiSample(name, dn, _COLUMNS[column], start, start + timedelta(hours=1), value, unit))
    return sorted(samples, key=lambda sample: sample.start)


if __name__ == "__main__":
    print(make_history(stadium_scenario()))  # noqa: T201
