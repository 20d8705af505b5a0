"""Conversion of window records into KPI frames for a query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from policies.kpi import KpiFrame, KpiSample, kpi_definition
from policies.slices import Slice
from twins.network import KpiQuery, UnknownObjectError
from twins.system.configuration import du_dn, relation_dn
from twins.system.physics.metering import HANDOVER_KPI, KPIS, WHOLE, WindowRecord
from twins.system.scenario.scenario import SystemScenario
from twins.system.scenario.topology import neighbours

NETWORK_DN = "SubNetwork=RAN"


class Observer:
    """Answers KPI queries over the finished windows of a scenario."""

    def __init__(self, scenario: SystemScenario) -> None:
        self._scenario = scenario
        index = {cell.id: number for number, cell in enumerate(scenario.cells)}
        self._cells = {du_dn(cell): number for number, cell in enumerate(scenario.cells)}
        self._relations = {
            relation_dn(cell, other): (number, index[other])
            for number, cell in enumerate(scenario.cells)
            for other in neighbours(scenario.cells, cell)
        }

    def observe(self, history: Iterable[WindowRecord], query: KpiQuery) -> KpiFrame:
        """Return the samples; raises UnknownKpiError, UnknownObjectError."""
        rows = _rows(query.kpis)
        self._check(query.dns)
        requested = set(query.dns)
        cells = [(dn, number) for dn, number in self._cells.items() if not requested or dn in requested]
        relations = [(dn, ends) for dn, ends in self._relations.items() if not requested or dn in requested]
        slices = [(Slice(slice_), list(Slice).index(slice_)) for slice_ in query.slices or Slice]
        whole = not query.slices
        samples: list[KpiSample] = []
        for record in self._windows(history, query):
            start, end = self._times(record.number)
            for name, row in rows:
                definition = kpi_definition(name)
                factory = _SampleFactory(name, definition.unit, start, end)
                values, counts = record.values[row].tolist(), record.counts[row].tolist()
                if whole and "cell" in definition.levels:
                    samples += [factory.make(dn, None, values[c][WHOLE], counts[c][WHOLE]) for dn, c in cells]
                if "slice" in definition.levels:
                    samples += [factory.make(dn, slice_, values[c][s], counts[c][s]) for dn, c in cells for slice_, s in slices]
                if whole and name == HANDOVER_KPI:
                    samples += [factory.make(dn, None, v := float(record.relations[ends]), v) for dn, ends in relations]
                if "network" in definition.levels and (not requested or NETWORK_DN in requested):
                    samples += factory.network(record, row, slices, whole, "slice" in definition.levels)
        return KpiFrame(tuple(samples))

    def _check(self, dns: tuple[str, ...]) -> None:
        for dn in dns:
            if dn not in self._cells and dn not in self._relations and dn != NETWORK_DN:
                raise UnknownObjectError(
                    f"dn={dn!r}: no KPIs are kept for it; KPIs are kept for NRCellDU, NRCellRelation, {NETWORK_DN}"
                )

    def _times(self, number: int) -> tuple[datetime, datetime]:
        length = self._scenario.granularity_s
        start = self._scenario.start + timedelta(seconds=number * length)
        return start, self._scenario.start + timedelta(seconds=(number + 1) * length)

    def _windows(self, history: Iterable[WindowRecord], query: KpiQuery) -> list[WindowRecord]:
        records = []
        for record in history:
            start, end = self._times(record.number)
            if (query.start is None or start >= query.start) and (query.end is None or end <= query.end):
                records.append(record)
        return records if query.windows is None else records[-query.windows :]


class _SampleFactory:
    """Creates the samples of one KPI and window."""

    def __init__(self, kpi: str, unit: str, start: datetime, end: datetime) -> None:
        self.kpi, self.unit, self.start, self.end = kpi, unit, start, end

    def make(self, dn: str, slice_: Slice | None, value: float, count: float) -> KpiSample:
        measured = value == value
        return KpiSample(
            self.kpi, dn, slice_, self.start, self.end, value if measured else None, self.unit, round(count) if measured else 0
        )

    def network(
        self, record: WindowRecord, row: int, slices: list[tuple[Slice, int]], whole: bool, sliced: bool
    ) -> Iterator[KpiSample]:
        values, counts = record.network[row].tolist(), record.network_counts[row].tolist()
        if whole:
            yield self.make(NETWORK_DN, None, values[WHOLE], counts[WHOLE])
        if sliced:
            for slice_, s in slices:
                yield self.make(NETWORK_DN, slice_, values[s], counts[s])


def _rows(kpis: tuple[str, ...]) -> list[tuple[str, int]]:
    """Return (name, row) of the requested KPIs in catalogue order; a binned family includes all its bins."""
    for name in kpis:
        kpi_definition(name)
    requested = set(kpis)
    return [
        (name, row)
        for row, name in enumerate(KPIS)
        if not requested or name in requested or name.rpartition(".")[0] in _families(requested)
    ]


def _families(names: set[str]) -> set[str]:
    return {name for name in names if kpi_definition(name).binned}
