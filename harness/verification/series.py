"""KPI samples by KPI, slice and cell: what the checks of a verification read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from policies.assessment import assess, assess_by_window
from policies.intent import ExpectationTarget, objective_of
from policies.kpi import KpiFrame, KpiSample, kpi_definition
from policies.slices import Slice

VOLUME = "DRB.PdcpSduVolumeDL"
USERS = "RRC.ConnMean"


class Series:
    """The samples of `frame`; its windows are those in which anything was measured."""

    def __init__(self, frame: KpiFrame) -> None:
        self._samples: dict[tuple[str, Slice | None, str], list[KpiSample]] = defaultdict(list)
        for sample in frame:
            self._samples[sample.kpi, sample.slice, sample.dn].append(sample)
        self.windows = sorted({sample.start for sample in frame})

    def frame(self, kpi: str, slice: Slice | None, dns: Iterable[str]) -> KpiFrame:
        """Return the samples of a KPI and slice in some cells; a KPI without slice level has none of a slice."""
        level = slice if "slice" in kpi_definition(kpi).levels else None
        return KpiFrame(tuple(sample for dn in dns for sample in self._samples.get((kpi, level, dn), ())))

    def target_values(self, target: ExpectationTarget, slice: Slice | None, dns: Iterable[str]) -> list[float]:
        """Return a target's value in each window, in time order; windows without a measurement are left out."""
        return [value for _, value in assess_by_window(self.frame(target.kpi, slice, dns), target)]

    def overall(self, target: ExpectationTarget, slice: Slice | None, dns: Iterable[str]) -> float | None:
        """Return a target's value over all windows together, as the twin predicts it; None without a measurement."""
        return assess(self.frame(target.kpi, slice, dns), target)

    def values(self, kpi: str, slice: Slice | None, dns: Iterable[str]) -> list[float]:
        """Return a KPI's value over the cells in each window, in time order; windows without a measurement are left out."""
        return self.target_values(ExpectationTarget(kpi=kpi, condition=objective_of(kpi)), slice, dns)

    def total(self, kpi: str, dns: Iterable[str]) -> list[float]:
        """Return an extensive KPI's sum over cells in each window: of the cells' own values, or of their slices without these."""
        names = tuple(dns)
        whole = self.values(kpi, None, names)
        if whole:
            return whole
        parts = [sample for slice in Slice for sample in self.frame(kpi, slice, names)]
        by_window: dict[datetime, float] = defaultdict(float)
        for sample in parts:
            if sample.value is not None:
                by_window[sample.start] += sample.value
        return [by_window[start] for start in sorted(by_window)]

    def measured(self, kpi: str, slice: Slice | None, dn: str) -> set[datetime]:
        """Return the starts of the windows in which the KPI of a cell has a value."""
        return {sample.start for sample in self.frame(kpi, slice, (dn,)) if sample.value is not None}

    def with_traffic(self, slice: Slice | None, dn: str) -> set[datetime]:
        """Return the starts of the windows in which a cell has traffic; all windows if its volume is not reported at all.

        Without traffic there is no delay, loss or throughput to measure: such a window does not lack them.
        """
        volume = self.frame(VOLUME, slice, (dn,))
        if not any(sample.value is not None for sample in volume):
            return set(self.windows)
        return {sample.start for sample in volume if sample.value}
