"""A KPI before and after a change, beside what was predicted: one row of a run's outcome."""

from __future__ import annotations

from harness.verification.result import BystanderCheck, TargetCheck
from policies.kpi import kpi_definition
from policies.managed_object import short_name
from policies.proposal import KpiPrediction
from policies.slices import Slice
from policies.word import Word


class ObservedKpi(Word):
    """A KPI before and after the change, with the twin's prediction and its interval (`low`, `high`), all in `unit`."""

    kpi: str
    unit: str
    slice: Slice | None
    cells: str
    before: float | None
    after: float | None
    predicted: float | None = None
    low: float | None = None
    high: float | None = None
    no_change: float | None = None
    result: str = ""
    note: str = ""

    @classmethod
    def of_target(cls, check: TargetCheck) -> ObservedKpi:
        """Return the row of a target."""
        return cls(
            kpi=check.target.kpi,
            unit=check.target.definition.unit,
            slice=check.slice,
            cells=", ".join(map(short_name, check.cells)) or "all cells",
            before=check.before,
            after=check.observed,
            predicted=check.predicted,
            low=check.interval.low if check.interval else None,
            high=check.interval.high if check.interval else None,
            no_change=check.no_change,
            result=check.result,
            note="; ".join(part for part in (check.reason, check.credit) if part),
        )

    @classmethod
    def of_bystander(cls, check: BystanderCheck, prediction: KpiPrediction | None) -> ObservedKpi:
        """Return the row of a KPI that the intent did not ask to change; `prediction` is None if the twin made none."""
        return cls(
            kpi=check.kpi,
            unit=kpi_definition(check.kpi).unit,
            slice=check.slice,
            cells=check.where,
            before=check.before,
            after=check.after,
            predicted=prediction.mean if prediction else None,
            low=prediction.interval.low if prediction else None,
            high=prediction.interval.high if prediction else None,
            no_change=check.no_change,
            result=check.result,
            note=check.blame,
        )
