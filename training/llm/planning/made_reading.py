"""Readings of operators' requests that are made for a network: goals near what is measured, so that plans have something to do.

A reading stands for a text that was understood; how texts are read is not learned here. Kinds: bounds and objectives of all
families of KPIs, edits that the operator names, suppositions, bounds relative to the present, with times, events and what the
request itself forbids; some ask for what cannot be or is so already.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Final

from agents.understanding.plan import plan_of, workflow_for
from agents.understanding.result import DirectEdit, NeedsMeasurement, RelativeBound, Supposed, Understood
from policies.intent import (
    ExpectationObject,
    ExpectationTarget,
    Intent,
    IntentExpectation,
    TimeWindow,
    bound_condition_of,
    objective_of,
)
from policies.kpi import KpiFrame, kpi_definition
from policies.restrictions.prohibition import Prohibition
from policies.slices import Slice
from twins.network import Cell, NetworkCard

MadeReading = Understood | Supposed | NeedsMeasurement
_TEXT: Final = "made request"
_FAMILIES: Final = ("delay", "throughput", "energy", "mobility", "blocking", "load", "loss", "mixed", "mixed")
_FACTORS: Final = (0.3, 0.6, 0.8, 0.95, 1.1, 1.3, 1.8)  # of the present value; of a KPI where higher is better, its inverse
_POWER, _MIN, _MAX = "configuredMaxTxPower", "rRMPolicyMinRatio", "rRMPolicyMaxRatio"
_EDITS: Final[tuple[tuple[str, str, bool, tuple[float | str, ...]], ...]] = (
    ("NRSectorCarrier", _POWER, False, (-3.0, -1.0, 2.0, 3.0, -9.0)),
    ("RRMPolicyRatio", _MIN, True, (10.0, 20.0, 40.0)),
    ("RRMPolicyRatio", _MAX, True, (60.0, 80.0, 100.0, 140.0)),
    ("SchedulerProfile", "schedulerWeight", True, (1.5, 3.0, 1.0)),
    ("AdmissionControl", "maxPrbUsage", True, (80.0, 100.0)),
    ("MobilityProfile", "hysteresis", False, (0.5, 1.0, -4.0)),
    ("MobilityProfile", "a3Offset", False, (-1.0, 1.0, 2.0)),
    ("CESManagementFunction", "energySavingControl", False, ("toBeEnergySaving", "toBeNotEnergySaving")),
)
_DELTAS: Final = frozenset({_POWER, "hysteresis", "a3Offset"})


@dataclass(frozen=True)
class _Maker:
    draw: Random
    card: NetworkCard
    present: KpiFrame

    def make(self) -> MadeReading:
        chance = self.draw.random()
        if chance < 0.16:
            return self._direct()
        if chance < 0.26:
            return self._supposed()
        if chance < 0.34:
            return self._relative()
        return self._understood(self._expectations(self.draw.choice(_FAMILIES)))

    def _understood(self, expectations: tuple[IntentExpectation, ...], direct: tuple[DirectEdit, ...] = ()) -> Understood:
        intent = Intent(
            text=_TEXT,
            expectations=expectations,
            window=self._window(),
            permanent=self.draw.random() < 0.5,
            harm_only=bool(direct) and all(target.condition.is_objective for one in expectations for target in one.targets),
        )
        workflow = "direct-change" if direct else workflow_for(expectations, intent.event)
        return Understood(
            intent=intent, plan=plan_of(workflow, intent), workflow=workflow, direct=direct, forbidden=self._forbidden()
        )

    def _window(self) -> TimeWindow | None:
        if self.draw.random() < 0.55:
            return None
        begins = self.card.now + timedelta(minutes=self.draw.choice((0, 0, 15, 60, 120)))
        return TimeWindow(start=begins, end=begins + timedelta(minutes=self.draw.choice((30, 60, 120, 240))))

    def _forbidden(self) -> tuple[Prohibition, ...]:
        if self.draw.random() > 0.12:
            return ()
        what = self.draw.choice(("sleep", "change", _POWER, _MIN, "cellIndividualOffset", "schedulerWeight"))
        return (Prohibition(what=what, cells=tuple(cell.id for cell in self._some(2))),)

    def _some(self, most: int) -> list[Cell]:
        count = self.draw.randint(1, min(most, len(self.card.cells)))
        return self.draw.sample(list(self.card.cells), count)

    def _place(self, slice_: Slice | None) -> ExpectationObject:
        areas = self.card.areas()
        chance = self.draw.random()
        if chance < 0.3:
            return ExpectationObject(slice=slice_)
        if areas and chance < 0.6:
            name = self.draw.choice(sorted(areas))
            dns = tuple(cell.dn for cell in self.card.cells if cell.id in areas[name])
            return ExpectationObject(cells=dns, slice=slice_, area=name)
        return ExpectationObject(cells=tuple(cell.dn for cell in self._some(4)), slice=slice_)

    def _expectations(self, family: str) -> tuple[IntentExpectation, ...]:
        draw, whole = self.draw, self._place(None)
        embb, urllc = self._place(Slice.EMBB), self._place(Slice.URLLC)
        throughput = draw.choice(("DRB.UEThpDl", "DRB.UEThpDl.P05"))
        if family == "energy":
            saving = self._objective(whole, "PEE.Energy")
            keep = self._bound(whole.model_copy(update={"slice": Slice.EMBB}), throughput, (1.3, 1.8))
            return (saving, keep) if draw.random() < 0.7 else (saving,)
        if family == "mixed":
            return (self._bound(urllc, "DRB.PdcpSduDelayDl", (0.8, 1.1, 1.3, 1.8)), self._bound(embb, throughput))
        if family == "delay":
            place = self._place(draw.choice((Slice.URLLC, Slice.URLLC, Slice.EMBB, Slice.MMTC)))
            return (self._bound(place, draw.choice(("DRB.PdcpSduDelayDl", "DRB.PdcpSduDelayDl", "DRB.PdcpSduDelayDl.P95"))),)
        place, kpi = {
            "throughput": (embb, throughput),
            "mobility": (whole, draw.choice(("MM.HoPingPongRate", "MM.HoPingPongRate", "MM.RlfRate"))),
            "blocking": (whole, "RRC.ConnEstabFailRate"),
            "load": (whole, "RRU.PrbTotDl"),
            "loss": (urllc, "DRB.PacketLossRateDl"),
        }[family]
        return (self._bound(place, kpi) if draw.random() < 0.75 else self._objective(place, kpi),)

    def _bound(self, place: ExpectationObject, kpi: str, factors: tuple[float, ...] = _FACTORS) -> IntentExpectation:
        definition, now = kpi_definition(kpi), self._now(kpi, place)
        factor = self.draw.choice(factors)
        value = now * (factor if definition.better == "lower" else 1 / factor)
        value = float(f"{min(max(value, definition.lowest), definition.highest or value):.2g}")
        target = ExpectationTarget(kpi=kpi, condition=bound_condition_of(kpi), value=value, unit=definition.unit)
        return IntentExpectation(object=place, targets=(target,))

    def _objective(self, place: ExpectationObject, kpi: str) -> IntentExpectation:
        where = place if "slice" in kpi_definition(kpi).levels else place.model_copy(update={"slice": None})
        return IntentExpectation(object=where, targets=(ExpectationTarget(kpi=kpi, condition=objective_of(kpi)),))

    def _now(self, kpi: str, place: ExpectationObject) -> float:
        """Return the present value, something plausible if nothing was counted."""
        values = [
            sample.value
            for sample in self.present
            if sample.kpi == kpi
            and sample.slice is place.slice
            and sample.value is not None
            and (not place.cells or sample.dn in place.cells)
        ]
        mean = sum(values) / len(values) if values else 0.0
        return mean or {"ms": 5.0, "%": 5.0, "Mbit/s": 5.0}.get(kpi_definition(kpi).unit, 10.0)

    def _named_edits(self) -> tuple[DirectEdit, ...]:
        class_name, attribute, of_slice, values = self.draw.choice(_EDITS)
        value = self.draw.choice(values)
        slice_ = self.draw.choice((Slice.EMBB, Slice.URLLC)) if of_slice else None
        change = {"delta": value} if attribute in _DELTAS else {"value": value}
        return tuple(
            DirectEdit.model_validate(
                {"class_name": class_name, "attribute": attribute, "cell": cell.id, "slice": slice_, **change}
            )
            for cell in self._some(3)
        )

    def _direct(self) -> Understood:
        edits = self._named_edits()
        cells = tuple(cell.dn for cell in self.card.cells if any(edit.cell == cell.id for edit in edits))
        if self.draw.random() < 0.4:
            return self._understood((self._bound(ExpectationObject(cells=cells, slice=Slice.EMBB), "DRB.UEThpDl"),), edits)
        return self._understood((self._objective(ExpectationObject(cells=cells, slice=Slice.EMBB), "DRB.UEThpDl"),), edits)

    def _supposed(self) -> Supposed:
        asked = () if self.draw.random() < 0.5 else self._expectations(self.draw.choice(_FAMILIES))
        return Supposed(direct=self._named_edits(), expectations=asked, window=self._window())

    def _relative(self) -> NeedsMeasurement:
        kpi, slice_ = self.draw.choice(
            (("DRB.PdcpSduDelayDl", Slice.URLLC), ("DRB.UEThpDl", Slice.EMBB), ("PEE.Energy", None), ("RRU.PrbTotDl", None))
        )
        place = self._place(slice_)
        bound = RelativeBound(
            object=place, kpi=kpi, condition=bound_condition_of(kpi), amount=self.draw.choice((0.0, 5.0, 10.0, 20.0)), share=True
        )
        also = (self._bound(self._place(Slice.EMBB), "DRB.UEThpDl", (1.3, 1.8)),) if self.draw.random() < 0.4 else ()
        parts = (bound, *also)
        return NeedsMeasurement(
            text=_TEXT, expectations=parts, window=self._window(), workflow=workflow_for(parts, ""), forbidden=self._forbidden()
        )


def made_reading(draw: Random, card: NetworkCard, present: KpiFrame) -> MadeReading:
    """Return a reading for a network with these measurements."""
    return _Maker(draw, card, present).make()
