"""The twin laboratory: the place where candidates are tried before anybody is asked.

1. `recipe` builds a twin scenario for a time window from what an operator has (card, configuration, PM counters, forecast), and
   measures the twin gap: the same construction for the present, run without a change, against what the network reported.
2. `run` tries change sets under several seeds, in parallel processes, all candidates of a seed from the same warm state.
The managed network itself is never run here; it is only described, read and observed.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

from policies.change import ChangeSet, digest_of
from policies.intent import TimeWindow
from policies.kpi import KpiFrame, kpi_definitions
from policies.managed_object import CONFIGURABLE, ManagedObject
from tools.telemetry.forecasting import forecast_rows, method_of
from tools.telemetry.kpi_snapshot import KpiSnapshot
from tools.twinning.demand import cell_loads, channel_quality, forecast_demand, measured_demand
from tools.twinning.gap import gap_of
from tools.twinning.job import TwinJob
from tools.twinning.pool import Progress, TwinPool
from tools.twinning.twin_input import TwinInput
from twins.network import KpiQuery, Network

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
    """A twin that is ready to be run: what it is synchronized from, the gap per KPI, and what is worth a warning."""

    given: TwinInput
    digest: str
    gap: dict[str, float]
    warnings: tuple[str, ...]


class Laboratory:
    """Builds twins from telemetry and runs candidates in them; `workers` processes, by default one per usable core."""

    def __init__(self, workers: int | None = None) -> None:
        self.pool = TwinPool(workers)
        self._recipes: dict[str, Recipe] = {}
        self._lock = threading.Lock()

    def recipe(self, network: Network, kpis: KpiSnapshot, window: TimeWindow | None) -> Recipe:
        """Return the twin for `window` (None: the present), from `kpis` and the network's configuration.

        Raises SynchronizationError where telemetry is missing. A recipe is kept until telemetry or configuration moves on.
        """
        frame = kpis.query(KpiQuery(windows=SYNC_WINDOWS))
        given = _present(network, frame)
        digest = digest_of([given.model_dump(mode="json"), window.model_dump(mode="json") if window else None])
        with self._lock:
            if digest not in self._recipes:
                self._recipes = {digest: self._build(kpis, frame, given, window, digest)}
            return self._recipes[digest]

    def _build(self, kpis: KpiSnapshot, measured: KpiFrame, given: TwinInput, window: TimeWindow | None, digest: str) -> Recipe:
        card = given.card
        runs = self.pool.run([_job(given, f"present:{digest}", seed, ChangeSet(), "full") for seed in GAP_SEEDS])
        gap = gap_of([one for one in runs if isinstance(one, KpiFrame)], card, measured)
        if window is None or window.start <= card.now:
            return Recipe(given, digest, gap, ())
        rows = forecast_rows(kpis, card, list(card.cells), window.start, window.end)
        due = [event for event in card.events if event.start < window.end and event.end > window.start]
        warnings = method_of(kpis, card, list(card.cells), due)[1]
        target = forecast_demand(rows, given.present)
        return Recipe(given.model_copy(update={"target": target, "window": window}), digest, gap, warnings)

    def run(
        self,
        recipe: Recipe,
        change_sets: list[ChangeSet],
        seeds: tuple[int, ...],
        depth: Depth,
        progress: Progress | None = None,
    ) -> list[list[KpiFrame | str]]:
        """Return, per change set, one KPI frame per seed, or the twin's refusal. Raises TwinPoolError."""
        jobs = [_job(recipe.given, recipe.digest, seed, one, depth) for seed in seeds for one in change_sets]
        results = self.pool.run(jobs, progress)
        return [results[index :: len(change_sets)] for index in range(len(change_sets))]

    def close(self) -> None:
        """End the worker processes."""
        self.pool.close()


def _present(network: Network, frame: KpiFrame) -> TwinInput:
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
    """Return every configurable managed object of the network, as it is set now."""
    return [one for one in network.configuration() if one.class_name in CONFIGURABLE]


def _job(given: TwinInput, digest: str, seed: int, change_set: ChangeSet, depth: Depth) -> TwinJob:
    duration = DURATIONS[depth]
    return TwinJob(
        digest=digest,
        given=given,
        seed=seed,
        change_set=change_set,
        warm_up_s=duration.warm_up_s,
        settle_s=duration.settle_s,
        measure_s=duration.measure_s,
        kpis=tuple(name for name, definition in kpi_definitions().items() if not definition.binned),
    )
