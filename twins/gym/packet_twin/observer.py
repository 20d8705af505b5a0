"""Conversion of window records into KPI frames for a query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from policies.kpi import KpiFrame, KpiSample, kpi_definition
from policies.slices import Slice
from twins.gym.packet_twin.kpis import HANDOVER_KPI, KPIS, LOAD_KPI, Pair, Value, WindowRecord, group_of, handovers, measure
from twins.gym.packet_twin.names import CellName
from twins.network import KpiQuery, UnknownObjectError

NETWORK_DN = "SubNetwork=RAN"


class Observer:
    """Answers KPI queries over the finished windows of a network; window 0 begins at `start`."""

    def __init__(self, names: dict[str, CellName], start: datetime, length: timedelta) -> None:
        self._cells = {name.du: name.id for name in names.values()}
        self._relations: dict[str, Pair] = {
            name.relation(other): (name.id, other) for name in names.values() for other in name.neighbours
        }
        self._start, self._length = start, length

    def observe(self, history: Iterable[WindowRecord], query: KpiQuery) -> KpiFrame:
        """Return the samples; raises UnknownKpiError, UnknownObjectError."""
        families = {name for name in query.kpis if kpi_definition(name).binned}
        kpis = [name for name in KPIS if not query.kpis or name in query.kpis or name.rpartition(".")[0] in families]
        for dn in query.dns:
            if dn not in self._cells and dn not in self._relations and dn != NETWORK_DN:
                supported = f"NRCellDU, NRCellRelation, {NETWORK_DN}"
                raise UnknownObjectError(f"dn={dn!r}: no KPIs are kept for it; KPIs are kept for {supported}")
        records = [record for record in history if self._in_period(record, query)]
        records = records if query.windows is None else records[-query.windows :]
        return KpiFrame(tuple(sample for record in records for kpi in kpis for sample in self._samples(record, kpi, query)))

    def _times(self, record: WindowRecord) -> tuple[datetime, datetime]:
        start = self._start + record.number * self._length
        return start, start + self._length

    def _in_period(self, record: WindowRecord, query: KpiQuery) -> bool:
        start, end = self._times(record)
        return (query.start is None or start >= query.start) and (query.end is None or end <= query.end)

    def _samples(self, record: WindowRecord, kpi: str, query: KpiQuery) -> Iterator[KpiSample]:
        start, end = self._times(record)
        definition = kpi_definition(kpi)
        for dn, slice_, (value, count) in self._values(record, kpi, query):
            yield KpiSample(kpi, dn, slice_, start, end, value, definition.unit, round(count))

    def _values(self, record: WindowRecord, kpi: str, query: KpiQuery) -> Iterator[tuple[str, Slice | None, Value]]:
        cells: dict[str, str | None] = {dn: cell for dn, cell in self._cells.items() if not query.dns or dn in query.dns}
        if kpi in (LOAD_KPI, HANDOVER_KPI):
            if not query.slices:
                yield from self._cell_values(record, kpi, query)
            return
        levels = kpi_definition(kpi).levels
        if "network" in levels and (not query.dns or NETWORK_DN in query.dns):
            cells[NETWORK_DN] = None
        for dn, cell in cells.items():
            slices: tuple[Slice | None, ...] = query.slices or (None, *Slice)
            for slice_ in slices:
                yield dn, slice_, measure(kpi, group_of(record, cell, slice_))

    def _cell_values(self, record: WindowRecord, kpi: str, query: KpiQuery) -> Iterator[tuple[str, Slice | None, Value]]:
        cells = [(dn, cell) for dn, cell in self._cells.items() if not query.dns or dn in query.dns]
        if kpi == LOAD_KPI:
            yield from ((dn, None, (100.0 * record.window.prb_load[cell], 1)) for dn, cell in cells)
            return
        counts = handovers(record)
        for dn, cell in cells:
            yield dn, None, _total(counts, [pair for pair in self._relations.values() if pair[0] == cell])
        for dn, pair in self._relations.items():
            if not query.dns or dn in query.dns:
                yield dn, None, _total(counts, [pair])


def _total(counts: dict[Pair, int] | None, pairs: list[Pair]) -> Value:
    total = None if counts is None else float(sum(counts.get(pair, 0) for pair in pairs))
    return total, total or 0.0
