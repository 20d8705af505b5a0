"""The situation of the intent's cells: configuration, KPIs and forecast from the evidence, from which heuristics size edits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from statistics import fmean

from agents.heuristics.draft import Knob, around, written_like
from agents.heuristics.evidence_reader import values_of
from policies.change import AttributeEdit, Edit
from policies.guardrails.rules import StepBound
from policies.guardrails.steps import reach, step_of
from policies.intent import Condition, ExpectationTarget, Intent
from policies.limits.catalogue import LimitsCatalogue, UnknownAttributeError
from policies.limits.loading import load_limits
from policies.managed_object import Scalar, class_of, id_of, number_of, same_value
from policies.restrictions.breach import Breaches
from policies.restrictions.prohibition import Prohibition
from policies.slices import Slice
from tools.calls.observation import Observation
from tools.ran.forecast_tool import forecast_traffic
from tools.ran.kpi_tool import KpiRow, query_kpi
from tools.ran.topology_tools import read_configuration
from tools.telemetry.forecast.traffic_row import TrafficRow
from tools.twinning.world import World, world_of
from twins.network import Cell, NetworkCard

Series = dict[tuple[str, str, Slice | None], float]
"""Values by KPI, cell id and slice (None: the whole cell)."""


@dataclass(frozen=True)
class Situation:
    """Card, intent and observations, and the quantities that heuristics derive from them.

    `barred` are attributes that the gate or a human objected to; `ceilings` and `floors` are the bounds, by attribute, that an
    objection named. `steps` bound how far one change may move an attribute: no edit and no knob goes further.
    `forbidden`: what may not be edited, by standing restrictions and by the request itself.
    """

    card: NetworkCard
    intent: Intent
    observations: Sequence[Observation]
    barred: frozenset[str] = frozenset()
    ceilings: dict[str, float] = field(default_factory=dict)
    floors: dict[str, float] = field(default_factory=dict)
    steps: tuple[StepBound, ...] = ()
    forbidden: tuple[Prohibition, ...] = ()

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The cells of the intent's bounds, or of its objectives if it has no bound; all cells if none are named."""
        objects = [place for place, _ in self.intent.bounds()] or [expectation.object for expectation in self.intent.expectations]
        dns = {dn for place in objects for dn in place.cells}
        if any(not place.cells for place in objects):
            return self.card.cells
        return tuple(cell for cell in self.card.cells if cell.dn in dns)

    @cached_property
    def world(self) -> World:
        """The time and the planned events that the intent is about."""
        return world_of(self.card, self.intent)

    @cached_property
    def neighbours(self) -> tuple[Cell, ...]:
        """The neighbours of the intent's cells, without these cells."""
        inside = {cell.id for cell in self.cells}
        ids = {neighbour for cell in self.cells for neighbour in cell.neighbours} - inside
        return tuple(cell for cell in self.card.cells if cell.id in ids)

    @cached_property
    def objects(self) -> dict[str, dict[str, Scalar]]:
        """Attributes by DN, from the newest read_configuration of each object."""
        objects: dict[str, dict[str, Scalar]] = {}
        for table in values_of(self.observations, read_configuration):
            objects |= {managed.dn: managed.attributes for managed in table.objects}
        return objects

    @cached_property
    def _rows(self) -> list[KpiRow]:
        """The rows of query_kpi, oldest answer first."""
        return [row for table in values_of(self.observations, query_kpi) for row in table.rows]

    @cached_property
    def forecast(self) -> list[TrafficRow]:
        """The rows of forecast_traffic by cell and slice, oldest answer first."""
        return [row for forecast in values_of(self.observations, forecast_traffic) for row in forecast.rows]

    @cached_property
    def means(self) -> Series:
        """Mean over the observed windows by (KPI, cell, slice)."""
        values: dict[tuple[str, str, Slice | None], list[float]] = defaultdict(list)
        for row in self._rows:
            if row.value is not None:
                values[row.kpi, row.cell, row.slice].append(row.value)
        return {key: fmean(series) for key, series in values.items()}

    @cached_property
    def newest(self) -> Series:
        """Value of the newest window by (KPI, cell, slice)."""
        newest: dict[tuple[str, str, Slice | None], tuple[str, float]] = {}
        for row in self._rows:
            key = (row.kpi, row.cell, row.slice)
            if row.value is not None and row.start >= newest.get(key, ("", 0.0))[0]:
                newest[key] = (row.start, row.value)
        return {key: value for key, (_, value) in newest.items()}

    def kpi(self, kpi: str, cell: str, slice_: Slice | None = None) -> float | None:
        """Return the KPI's mean over the observed windows, None if not measured."""
        return self.means.get((kpi, cell, slice_))

    @cached_property
    def growth(self) -> dict[tuple[str, Slice], float]:
        """Users expected in the window over present users (≥ 0) by cell and slice, where both are known."""
        ratios = {}
        for row in self.forecast:
            if present := self.kpi("RRC.ConnMean", row.cell, row.slice):
                ratios[row.cell, row.slice] = max(row.users, 0.0) / present
        return ratios

    def growth_of(self, cell: str, slice_: Slice) -> float:
        """Return the growth of a cell's slice, 1 without a forecast."""
        return self.growth.get((cell, slice_), 1.0)

    def load(self, cell: str) -> float:
        """Return the PRB use expected in the window, percent (may exceed 100): each slice's present use times its growth.

        If no use is measured by slice, the present use of the cell is returned, 0 if that is unknown too.
        """
        by_slice = [
            use * self.growth_of(cell, slice_)
            for slice_ in self.card.slices
            if (use := self.kpi("RRU.PrbUsedDl", cell, slice_)) is not None
        ]
        return sum(by_slice) if by_slice else self.kpi("RRU.PrbTotDl", cell) or 0.0

    def bounds(self, *kpis: str) -> list[tuple[Slice | None, ExpectationTarget]]:
        """Return (slice, bound) of the intent's bounds on KPIs with one of these prefixes."""
        return [(place.slice, target) for place, target in self.intent.bounds() if target.kpi.startswith(kpis)]

    def wants(self, condition: Condition, *kpis: str) -> bool:
        """Whether the intent has the objective `condition` for a KPI with one of these prefixes."""
        return any(target.condition is condition and target.kpi.startswith(kpis) for _, target in self.intent.objectives())

    def number(self, dn: str, attribute: str) -> float | None:
        """Return the current value of a numeric attribute, None if it is unset, not numeric or not yet read."""
        return number_of(self.objects.get(dn, {}).get(attribute))

    @cached_property
    def limits(self) -> LimitsCatalogue:
        """The limits catalogue."""
        return load_limits()

    def forbids(self, edit: Edit) -> Prohibition | None:
        """Return what forbids the edit, None if nothing does."""
        return self._breaches.first(edit, self.forbidden)

    @cached_property
    def _breaches(self) -> Breaches:
        return Breaches(self.card)

    def edit(self, dn: str, attribute: str, new: Scalar) -> AttributeEdit | None:
        """Return an edit to `new` or the nearest allowed value.

        None if nothing changes, the attribute is barred or unread, or the edit is forbidden.
        """
        if attribute in self.barred or attribute not in self.objects.get(dn, {}):
            return None
        old = self.objects[dn][attribute]
        number = number_of(new)
        if number is not None:
            new = self._allowed(dn, attribute, number, old)
        if same_value(new, old):
            return None
        edit = AttributeEdit(dn=dn, attribute=attribute, old=old, new=new)
        return None if self.forbids(edit) else edit

    def knob(self, edit: AttributeEdit | None, low: float, high: float, step: float) -> Knob | None:
        """Return a knob for the edit between `low` and `high`, within objections and the reach of one change."""
        if edit is None:
            return None
        lowest, highest = self._bounds(edit.dn, edit.attribute, edit.old)
        return around(edit, max(low, lowest), min(high, highest), step)

    def reachable(self, edit: AttributeEdit, values: Iterable[float]) -> list[float]:
        """Return those of `values` that the edit's attribute may be given, sorted."""
        low, high = self._bounds(edit.dn, edit.attribute, edit.old)
        return sorted({value for value in values if low <= value <= high})

    def at_its_reach(self, edit: AttributeEdit) -> str:
        """Return the step bound that keeps the edit from going further in one change, in words; "" if none does."""
        old, new = number_of(edit.old), number_of(edit.new)
        step = step_of(self.steps, edit.dn, edit.attribute)
        if step is None or old is None or new is None:
            return ""
        low, high = reach(step, old)
        edge, direction = (high, "up") if new > old else (low, "down")
        if abs(edge - new) >= (self.limits.limit(class_of(edit.dn), edit.attribute).step or 1e-6):
            return ""
        return f"{edit.attribute} goes at most {abs(edge - old):g} {step.unit} {direction} in one change ({step.source})"

    def _allowed(self, dn: str, attribute: str, value: float, old: Scalar) -> Scalar:
        """Return the allowed value nearest to `value` within reach; `old` for an attribute without a known limit or reach."""
        try:
            limit = self.limits.limit(class_of(dn), attribute)
        except UnknownAttributeError:
            return old
        nearest = limit.nearest_within(value, *self._bounds(dn, attribute, old))
        return old if nearest is None else written_like(nearest, old)

    def _bounds(self, dn: str, attribute: str, old: Scalar) -> tuple[float, float]:
        """Return the lowest and highest value by the objections and, which counts more, by the reach of one change."""
        low, high = self.floors.get(attribute, -inf), self.ceilings.get(attribute, inf)
        current = number_of(old)
        if current is None:
            return low, high
        lowest, highest = reach(step_of(self.steps, dn, attribute), current)
        return min(max(low, lowest), highest), max(min(high, highest), lowest)

    @cached_property
    def asleep(self) -> frozenset[str]:
        """The ids of the cells that are in the energy saving state or were ordered into it."""
        return frozenset(cell.id for cell in self.card.cells if self._saves_energy(cell))

    def _saves_energy(self, cell: Cell) -> bool:
        attributes = self.objects.get(f"{cell.cu_dn},CESManagementFunction=1", {})
        return (
            attributes.get("energySavingState") == "isEnergySaving" or attributes.get("energySavingControl") == "toBeEnergySaving"
        )

    def unreserved_ratio(self, cell: Cell, slice_: Slice) -> float:
        """Return the percentage that Σ rRMPolicyMinRatio ≤ 100 leaves to the slice in the cell (TS 28.541 clause 4.3.36)."""
        others = [other for other in self.card.slices if other is not slice_]
        dns = [f"{cell.dn},RRMPolicyRatio={other.value}" for other in others]
        return 100.0 - sum(self.number(dn, "rRMPolicyMinRatio") or 0.0 for dn in dns)

    def relations(self, cell: Cell) -> list[tuple[str, str]]:
        """Return (DN, id of the neighbour cell) of the cell's neighbour relations, as far as they were read."""
        prefix = f"{cell.cu_dn},NRCellRelation="
        return [(dn, id_of(dn) or "") for dn in self.objects if dn.startswith(prefix)]
