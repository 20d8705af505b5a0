"""KPI samples by KPI, slice and cell: what the checks of a verification read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from policies.assessment import assess, assess_by_window, samples_of
from policies.intent import ExpectationTarget, objective_of
from policies.kpi import KpiFrame, KpiSample, with_weights
from policies.slices import Slice
from tools.twinning.outlook import sites_of
from twins.network import NetworkCard

VOLUME = "DRB.PdcpSduVolumeDL"
USERS = "RRC.ConnMean"


class Series:
    """The samples of `frame` of the network `card`; its windows are those in which anything was measured."""

    def __init__(self, frame: KpiFrame, card: NetworkCard) -> None:
        samples: dict[str, list[KpiSample]] = defaultdict(list)
        for sample in frame:
            samples[sample.kpi].append(sample)
        self._frames = {kpi: KpiFrame(tuple(rows)) for kpi, rows in samples.items()}
        self._cells = frozenset(cell.dn for cell in card.cells)
        self._sites = sites_of(card)
        self._selected: dict[tuple[str, Slice | None, frozenset[str]], KpiFrame] = {}
        self._values: dict[tuple[str, Slice | None, frozenset[str]], list[float]] = {}
        self.windows = sorted({sample.start for sample in frame})

    def frame(self, kpi: str, slice: Slice | None, dns: Iterable[str]) -> KpiFrame:
        """Return the samples of a KPI and slice in some cells (`policies.assessment.samples_of`)."""
        key = (kpi, slice, frozenset(dns))
        if key not in self._selected:
            cells = None if key[2] >= self._cells else key[2]
            frames = (self._frames.get(name, KpiFrame()) for name in with_weights((kpi,)))
            self._selected[key] = samples_of(sum(frames, KpiFrame()), kpi, slice, cells, self._sites)
        return self._selected[key]

    def target_values(self, target: ExpectationTarget, slice: Slice | None, dns: Iterable[str]) -> list[float]:
        """Return a target's value in each window, in time order; windows without a measurement are left out."""
        return [value for _, value in assess_by_window(self.frame(target.kpi, slice, dns), target)]

    def overall(self, target: ExpectationTarget, slice: Slice | None, dns: Iterable[str]) -> float | None:
        """Return a target's value over all windows together, as the twin predicts it; None without a measurement."""
        return assess(self.frame(target.kpi, slice, dns), target)

    def values(self, kpi: str, slice: Slice | None, dns: Iterable[str]) -> list[float]:
        """Return a KPI's value over the cells in each window, in time order; windows without a measurement are left out."""
        key = (kpi, slice, frozenset(dns))
        if key not in self._values:
            self._values[key] = self.target_values(ExpectationTarget(kpi=kpi, condition=objective_of(kpi)), slice, key[2])
        return list(self._values[key])

    def measured(self, kpi: str, slice: Slice | None, dn: str) -> set[datetime]:
        """Return the starts of the windows in which the KPI of a cell has a value."""
        return {sample.start for sample in self.frame(kpi, slice, (dn,)) if sample.value is not None}

    def delivered(self, kpi: str, slice: Slice | None, dn: str) -> set[datetime]:
        """Return the starts of the windows for which the KPI of a cell was delivered, also without a value."""
        return {sample.start for sample in self.frame(kpi, slice, (dn,))}

    def with_traffic(self, slice: Slice | None, dn: str) -> set[datetime]:
        """Return the starts of the windows in which a cell has traffic; if its volume is not reported at all, of all others.

        Without traffic there is no delay, loss or throughput to measure: such a window does not lack them.
        """
        volume = self.frame(VOLUME, slice, (dn,))
        if not any(sample.value is not None for sample in volume):
            return set(self.windows) - self.zeros(VOLUME, None, dn)
        return {sample.start for sample in volume if sample.value}

    def zeros(self, kpi: str, slice: Slice | None, dn: str) -> set[datetime]:
        """Return the starts of the windows in which the KPI of a cell is 0."""
        return {sample.start for sample in self.frame(kpi, slice, (dn,)) if sample.value == 0}
