"""The KPIs on which an approval rests: what was measured when a person was asked, and whether it has moved since.

Each target's KPI is read over the newest windows. It has moved if the mean of the windows since then differs by at least 20 %
and by more than the windows' own scatter explains (Student-t prediction interval of the difference of two means, two-sided).
A KPI that was measured in every window and is absent since, or the other way round, has moved too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import sqrt
from statistics import fmean, stdev
from typing import Final

from policies.assessment import assess_by_window
from policies.intent import ExpectationObject, ExpectationTarget, Intent, objective_of
from policies.kpi import KpiFrame, kpi_definition, with_weights
from policies.materiality import materiality
from policies.slices import Slice
from policies.word import Word
from tools.telemetry.kpi_snapshot import KpiSnapshot
from tools.twinning.outlook import WATCHED, select
from twins.network import KpiQuery, NetworkCard

WINDOWS: Final = 12
MOVED: Final = 0.2
_SIGNIFICANCE = 0.01
_ROUNDING = 1e-9

Target = tuple[ExpectationObject, ExpectationTarget]


class BaselineKpi(Word):
    """A target's KPI over `windows` windows up to `until` (network time), in `measured` of which it had a value.

    mean, scatter (standard deviation over windows): in `unit`, None without a value.
    """

    target: ExpectationTarget
    slice: Slice | None
    cells: tuple[str, ...]
    unit: str
    windows: int
    measured: int
    mean: float | None
    scatter: float | None
    until: datetime

    @property
    def scope(self) -> ExpectationObject:
        """The objects that it was read for."""
        return ExpectationObject(cells=self.cells, slice=self.slice)

    @property
    def name(self) -> str:
        """The KPI with its slice."""
        return f"{self.target.kpi}{f' [{self.slice.value}]' if self.slice else ''}"

    def describe(self) -> str:
        """Return the reading in one line."""
        if self.mean is None:
            return f"{self.name}: no value in {self.windows} windows"
        scatter = "" if self.scatter is None else f" ± {self.scatter:.3g}"
        return f"{self.name}: {self.mean:.4g}{scatter} {self.unit} ({self.measured} of {self.windows} windows)"


def targets_of(intent: Intent) -> list[Target]:
    """Return what an approval's baseline is read of: the intent's targets, without any the watched KPIs of its cells."""
    targets = [(expectation.object, target) for expectation in intent.expectations for target in expectation.targets]
    if targets and intent.bounds():
        return targets
    cells = tuple(dict.fromkeys(cell for scope, _ in targets for cell in scope.cells))
    watched = [
        (ExpectationObject(cells=cells, slice=slice), ExpectationTarget(kpi=kpi, condition=objective_of(kpi)))
        for kpi, slice in WATCHED
    ]
    return list(dict.fromkeys([*targets, *watched]))


def read_baseline(measured: KpiSnapshot, card: NetworkCard, intent: Intent) -> tuple[BaselineKpi, ...]:
    """Return the newest readings of the intent's targets; empty before the first window."""
    targets = targets_of(intent)
    frame = measured.query(KpiQuery(kpis=with_weights(target.kpi for _, target in targets), windows=WINDOWS))
    if measured.newest is None:
        return ()
    return tuple(_reading(frame, card, scope, target, measured.newest) for scope, target in targets)


def _reading(
    frame: KpiFrame, card: NetworkCard, scope: ExpectationObject, target: ExpectationTarget, until: datetime
) -> BaselineKpi:
    chosen = select(frame, card, scope, target.kpi)
    values = [value for _, value in assess_by_window(chosen, target)]
    return BaselineKpi(
        target=target,
        slice=scope.slice,
        cells=scope.cells,
        unit=kpi_definition(target.kpi).unit,
        windows=len(frame.windows()),
        measured=len(values),
        mean=fmean(values) if values else None,
        scatter=stdev(values) if len(values) > 1 else None,
        until=until,
    )


def movements(then: Sequence[BaselineKpi], measured: KpiSnapshot, card: NetworkCard) -> list[str]:
    """Return in words which readings have moved in the windows since; empty if none has, or if there is no new window."""
    if not then:
        return []
    kpis = with_weights(kpi.target.kpi for kpi in then)
    frame = measured.query(KpiQuery(kpis=kpis, start=min(kpi.until for kpi in then)))
    texts = [_movement(kpi, _since(frame, kpi.until), card, len(then)) for kpi in then]
    return [text for text in texts if text]


def _since(frame: KpiFrame, moment: datetime) -> KpiFrame:
    return frame.keep(lambda sample: sample.start >= moment)


def _movement(then: BaselineKpi, since: KpiFrame, card: NetworkCard, readings: int) -> str:
    windows = len(since.windows())
    if not windows:
        return ""
    values = [value for _, value in assess_by_window(select(since, card, then.scope, then.target.kpi), then.target)]
    if not values:
        absent = then.measured and (1 - then.measured / then.windows) ** windows < _SIGNIFICANCE
        return f"{then.name} was {then.mean:.4g} {then.unit} and is absent in {windows} window(s) since" if absent else ""
    now = fmean(values)
    if then.mean is None:
        # Without a bound on it, a rare event such as a first failed connection says nothing about the plan.
        return "" if then.target.condition.is_objective else f"{then.name} was absent and is {now:.4g} {then.unit}"
    difference = abs(now - then.mean)
    if difference < _material(then.target.kpi, then.mean) or difference <= _noise(then, len(values), readings):
        return ""
    change = f" ({(now - then.mean) / abs(then.mean):+.0%})" if then.mean else ""
    return f"{then.name} was {then.mean:.4g} {then.unit} and is {now:.4g}{change} in {windows} window(s) since"


def _material(kpi: str, mean: float) -> float:
    """Return the least difference that counts: 20 % of the mean, near zero what is material for the KPI at all."""
    floor = materiality(kpi).absolute
    return floor if abs(mean) < floor else MOVED * abs(mean) - _ROUNDING


def _noise(then: BaselineKpi, count: int, readings: int) -> float:
    """Return how far the mean of `count` new windows may lie from the baseline by scatter alone; each of `readings` is tested."""
    from scipy.stats import t

    if then.scatter is None:
        return 0.0
    quantile = float(t.ppf(1 - _SIGNIFICANCE / (2 * readings), then.measured - 1))
    return quantile * then.scatter * sqrt(1 / count + 1 / then.measured)
