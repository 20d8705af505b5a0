"""The twin laboratory: runs candidate change sets in twins before approval is requested.

1. `recipe` builds the twin for an intent's world from data that an operator has (network card, configuration, PM counters, event
   calendar, forecast) and measures the twin gap: a twin of the present, built the same way and run without a change, against the
   reported KPIs. The twin has the demand of the busiest part of the intent's window, which decides whether a bound holds.
2. `run` tries change sets under several seeds in parallel processes; all candidates of a seed start from the same warm state.
The managed network is never changed or advanced here; it is only described, read and observed.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from policies.change import ChangeSet, digest_of
from policies.intent import TimeWindow
from policies.kpi import KpiFrame, kpi_definitions
from policies.managed_object import CONFIGURABLE, ManagedObject
from tools.telemetry.forecast.forecasting import forecast
from tools.telemetry.forecast.planned_events import EventUse
from tools.telemetry.kpi_snapshot import KpiSnapshot
from tools.twinning.demand import cell_loads, channel_quality, forecast_demand, measured_demand
from tools.twinning.gap import gap_of
from tools.twinning.job import TwinJob
from tools.twinning.pool import TwinPool
from tools.twinning.twin_input import TwinInput
from tools.twinning.world import World
from twins.network import KpiQuery, Network
from twins.progress import Advance

Depth = Literal["screen", "full"]
GAP_SEEDS = (101, 102)
SYNC_WINDOWS = 4


@dataclass(frozen=True)
class Duration:
    """Simulated seconds of one run."""

    warm_up_s: float
    settle_s: float
    measure_s: float


DURATIONS: dict[Depth, Duration] = {"screen": Duration(3.0, 1.0, 4.0), "full": Duration(3.0, 3.0, 12.0)}


@dataclass(frozen=True)
class Recipe:
    """A twin that is ready to run: its input with digest, the part of the window that it shows, the twin gap, and warnings."""

    twin_input: TwinInput
    digest: str
    part: TimeWindow
    gap: dict[str, float]
    warnings: tuple[str, ...]


class Laboratory:
    """Builds twins from telemetry and runs candidates in them; `workers` processes (default: one per usable core; 0: none).

    durations: of the runs by depth; shorter ones are for those who need many runs and can do with wider intervals.
    """

    def __init__(self, workers: int | None = None, durations: Mapping[Depth, Duration] = DURATIONS) -> None:
        self.pool = TwinPool(workers)
        self._durations = durations
        self._recipes: dict[str, Recipe] = {}
        self._lock = threading.Lock()

    def recipe(self, network: Network, kpis: KpiSnapshot, world: World) -> Recipe:
        """Return the twin for `world`, from `kpis` and the network's configuration.

        Raises SynchronizationError if telemetry is missing. A recipe is cached until telemetry or configuration changes.
        """
        frame = kpis.query(KpiQuery(windows=SYNC_WINDOWS))
        present = _twin_input_of_present(network, frame)
        digest = digest_of([present.model_dump(mode="json"), world.model_dump(mode="json")])
        with self._lock:
            if digest not in self._recipes:
                self._recipes = {digest: self._build(kpis, frame, present, world, digest)}
            return self._recipes[digest]

    def _build(self, kpis: KpiSnapshot, measured: KpiFrame, present: TwinInput, world: World, digest: str) -> Recipe:
        card = present.card
        runs = self.pool.run([self._job(present, f"present:{digest}", seed, ChangeSet(), "full") for seed in GAP_SEEDS])
        gap = gap_of([run for run in runs if isinstance(run, KpiFrame)], card, measured)
        coming = forecast(kpis, card, list(card.cells), world.window, world.events, world.cells)
        if coming.part.start <= card.now:  # what is measured is better than what is forecast
            return Recipe(present, digest, coming.part, gap, coming.warnings)
        target = forecast_demand(coming.rows, present.present)
        venues = tuple(sorted({event.area for event in world.events if event.included and _overlap(event, coming.part)}))
        twin_input = present.model_copy(update={"target": target, "window": coming.part, "event_areas": venues})
        return Recipe(twin_input, digest, coming.part, gap, coming.warnings)

    def run(
        self,
        recipe: Recipe,
        change_sets: list[ChangeSet],
        seeds: tuple[int, ...],
        depth: Depth,
        progress: Advance | None = None,
    ) -> list[list[KpiFrame | str]]:
        """Return, per change set, a KPI frame or the twin's refusal for each seed. Raises TwinPoolError."""
        jobs = [
            self._job(recipe.twin_input, recipe.digest, seed, change_set, depth) for seed in seeds for change_set in change_sets
        ]
        results = self.pool.run(jobs, progress)
        return [results[index :: len(change_sets)] for index in range(len(change_sets))]

    def _job(self, twin_input: TwinInput, digest: str, seed: int, change_set: ChangeSet, depth: Depth) -> TwinJob:
        duration = self._durations[depth]
        return TwinJob(
            digest=digest,
            twin_input=twin_input,
            seed=seed,
            change_set=change_set,
            warm_up_s=duration.warm_up_s,
            settle_s=duration.settle_s,
            measure_s=duration.measure_s,
            kpis=tuple(name for name, definition in kpi_definitions().items() if not definition.binned),
        )

    def close(self) -> None:
        """Stop the worker processes."""
        self.pool.close()


def _overlap(event: EventUse, part: TimeWindow) -> bool:
    return event.start < part.end and event.end > part.start


def _twin_input_of_present(network: Network, frame: KpiFrame) -> TwinInput:
    card = network.describe()
    present = measured_demand(card, frame)
    return TwinInput(
        card=card,
        objects=tuple(configuration_of(network)),
        present=present,
        target=present,
        cqi=channel_quality(frame),
        loads=cell_loads(card, frame),
    )


def configuration_of(network: Network) -> list[ManagedObject]:
    """Return all configurable managed objects of the network with their current attributes."""
    return [item for item in network.configuration() if item.class_name in CONFIGURABLE]
