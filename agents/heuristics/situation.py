"""The situation: what the evidence says of the intent's cells, as numbers that the heuristics size their edits from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import fmean

from agents.heuristics.draft import Knob, around
from agents.heuristics.evidence_reader import values_of
from policies.change import AttributeEdit
from policies.intent import Condition, ExpectationTarget, Intent
from policies.limits.catalogue import LimitsCatalogue, UnknownAttributeError
from policies.limits.loading import load_limits
from policies.managed_object import Scalar, class_of, id_of
from policies.slices import Slice
from tools.calls.observation import Observation
from tools.ran.forecast_tool import forecast_traffic
from tools.ran.kpi_tool import KpiRow, query_kpi
from tools.ran.topology_tools import read_configuration
from tools.telemetry.forecasting import TrafficRow
from twins.network import Cell, NetworkCard

_MOST_CROWD = 20.0
_SERIES = dict[tuple[str, str, Slice | None], float]


@dataclass(frozen=True)
class Situation:
    """Card, intent and observations, with the questions that heuristics ask of them.

    `barred` are attributes that a gate or a human objected to; `ceilings` and `floors` bounds that a rejection named.
    """

    card: NetworkCard
    intent: Intent
    observations: Sequence[Observation]
    barred: frozenset[str] = frozenset()
    ceilings: dict[str, float] = field(default_factory=dict)
    floors: dict[str, float] = field(default_factory=dict)

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The cells that the intent's bounds speak of (its objectives' where there is no bound); all where none is named."""
        bounded = [place for place, _ in self.intent.bounds()] or [one.object for one in self.intent.expectations]
        dns = {dn for place in bounded for dn in place.cells}
        if any(not place.cells for place in bounded):
            return self.card.cells
        return tuple(cell for cell in self.card.cells if cell.dn in dns)

    @cached_property
    def neighbours(self) -> tuple[Cell, ...]:
        """Cells next to the intent's cells that are not among them."""
        inside = {cell.id for cell in self.cells}
        near = {name for cell in self.cells for name in cell.neighbours} - inside
        return tuple(cell for cell in self.card.cells if cell.id in near)

    @cached_property
    def objects(self) -> dict[str, dict[str, Scalar]]:
        """Attributes by DN, as read_configuration gave them, the newest reading last."""
        known: dict[str, dict[str, Scalar]] = {}
        for table in values_of(self.observations, read_configuration):
            known |= {managed.dn: managed.attributes for managed in table.objects}
        return known

    @cached_property
    def _rows(self) -> list[KpiRow]:
        """What query_kpi measured, oldest answer first."""
        return [row for table in values_of(self.observations, query_kpi) for row in table.rows]

    @cached_property
    def forecast(self) -> list[TrafficRow]:
        """What forecast_traffic expects of cells and slices, oldest answer first."""
        return [row for forecast in values_of(self.observations, forecast_traffic) for row in forecast.rows]

    @cached_property
    def means(self) -> _SERIES:
        """Mean over the observed windows by (KPI, cell, slice)."""
        values: dict[tuple[str, str, Slice | None], list[float]] = defaultdict(list)
        for row in self._rows:
            if row.value is not None:
                values[row.kpi, row.cell, row.slice].append(row.value)
        return {key: fmean(series) for key, series in values.items()}

    @cached_property
    def newest(self) -> _SERIES:
        """Value of the newest window by (KPI, cell, slice)."""
        found: dict[tuple[str, str, Slice | None], tuple[str, float]] = {}
        for row in self._rows:
            key = (row.kpi, row.cell, row.slice)
            if row.value is not None and row.start >= found.get(key, ("", 0.0))[0]:
                found[key] = (row.start, row.value)
        return {key: value for key, (_, value) in found.items()}

    def kpi(self, kpi: str, cell: str, slice_: Slice | None = None) -> float | None:
        """Return the KPI's mean over the observed windows, None when nothing was measured."""
        return self.means.get((kpi, cell, slice_))

    @cached_property
    def growth(self) -> dict[tuple[str, Slice], float]:
        """Expected users in the window over users now, per cell and slice (≥ 0; 1 where nothing is known)."""
        ratios = {}
        for row in self.forecast:
            if now := self.kpi("RRC.ConnMean", row.cell, row.slice):
                ratios[row.cell, row.slice] = max(row.users, 0.0) / now
        factors = self.crowd_factors
        return {(cell, one): ratio * factors.get(cell, 1.0) for (cell, one), ratio in ratios.items()}

    @cached_property
    def crowd_factors(self) -> dict[str, float]:
        """How many times the forecast's users a planned event will bring to a cell, where the forecast lacks the crowd.

        A forecast without a past event in its history knows nothing of the crowd; the calendar's attendance does. At most 20.
        """
        window = self.intent.window
        factors: dict[str, float] = {}
        for event in self.card.events:
            if window is None or not event.attendance or event.end <= window.start or event.start >= window.end:
                continue
            cells = set(self.card.areas().get(event.area, ()))
            expected = sum(row.users for row in self.forecast if row.cell in cells)
            if expected < event.attendance:
                factors |= dict.fromkeys(cells, min(event.attendance / max(expected, 1.0), _MOST_CROWD))
        return factors

    def growth_of(self, cell: str, slice_: Slice) -> float:
        """Return the growth of a cell's slice, 1 where no forecast says otherwise."""
        return self.growth.get((cell, slice_), 1.0)

    def load(self, cell: str) -> float:
        """Return the PRB use expected in the window, percent (may exceed 100): now, times the growth of its slices' shares."""
        now = self.kpi("RRU.PrbTotDl", cell)
        shares = [(self.kpi("RRU.PrbUsedDl", cell, one), self.growth_of(cell, one)) for one in self.card.slices]
        known = [(share, growth) for share, growth in shares if share is not None]
        if known:
            return sum(share * growth for share, growth in known)
        return now if now is not None else 0.0

    def bounds(self, *kpis: str) -> list[tuple[Slice | None, ExpectationTarget]]:
        """Return the intent's bounds on these KPIs (prefixes), with their slice."""
        return [(place.slice, target) for place, target in self.intent.bounds() if target.kpi.startswith(kpis)]

    def wants(self, condition: Condition, *kpis: str) -> bool:
        """Whether the intent minimizes or maximizes one of these KPIs (prefixes)."""
        return any(target.condition is condition and target.kpi.startswith(kpis) for _, target in self.intent.objectives())

    def value(self, dn: str, attribute: str) -> Scalar:
        """Return the attribute as it stands, None when it was not read."""
        return self.objects.get(dn, {}).get(attribute)

    def number(self, dn: str, attribute: str) -> float | None:
        """Return the attribute as a number, None when it was not read or is none."""
        value = self.value(dn, attribute)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    @cached_property
    def limits(self) -> LimitsCatalogue:
        """The limits catalogue."""
        return load_limits()

    def edit(self, dn: str, attribute: str, new: Scalar) -> AttributeEdit | None:
        """Return a lawful edit to `new` or the allowed value nearest to it; None when nothing would change or it is barred."""
        if attribute in self.barred or attribute not in self.objects.get(dn, {}):
            return None
        old = self.objects[dn][attribute]
        if isinstance(new, int | float) and not isinstance(new, bool):
            new = self._lawful(class_of(dn), attribute, float(new), old)
        return None if new == old else AttributeEdit(dn=dn, attribute=attribute, old=old, new=new)

    def knob(self, edit: AttributeEdit | None, low: float, high: float, step: float) -> Knob | None:
        """Return a knob around the edit between `low` and `high`, inside what objections left of that range."""
        if edit is None:
            return None
        low, high = max(low, self.floors.get(edit.attribute, low)), min(high, self.ceilings.get(edit.attribute, high))
        return around(edit, low, high, step)

    def _lawful(self, class_name: str, attribute: str, value: float, old: Scalar) -> Scalar:
        value = min(max(value, self.floors.get(attribute, value)), self.ceilings.get(attribute, value))
        try:
            nearest = self.limits.limit(class_name, attribute).nearest(value)
        except UnknownAttributeError:
            return old
        whole = isinstance(nearest, float) and nearest.is_integer() and not isinstance(old, float)
        return int(nearest) if whole and isinstance(nearest, float) else nearest

    def is_asleep(self, cell: Cell) -> bool:
        """Whether the cell saves energy (is off the air)."""
        attributes = self.objects.get(f"{cell.cu_dn},CESManagementFunction=1", {})
        return (
            attributes.get("energySavingState") == "isEnergySaving" or attributes.get("energySavingControl") == "toBeEnergySaving"
        )

    def relations(self, cell: Cell) -> list[tuple[str, str]]:
        """Return (DN, id of the neighbour cell) of the cell's neighbour relations that were read."""
        prefix = f"{cell.cu_dn},NRCellRelation="
        return [(dn, id_of(dn) or "") for dn in self.objects if dn.startswith(prefix)]
