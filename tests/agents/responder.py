"""Answers to a planner's calls in the format of the real tools, computed from a small closed-form cell model.

The model replaces the network and the twin, not our code: it gives a planner numbers that react to its candidates.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agents.answer import Answer
from agents.planner import CallTools, Decision, Planner, Understand, View
from policies.change import ChangeSet
from policies.evidence import Interval
from policies.intent import ExpectationTarget, Intent
from policies.proposal import Candidate, KpiPrediction, TargetOutlook
from policies.slices import Slice
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall
from tools.calls.tool_offer import ToolOffer
from twins.network import NetworkCard

TOOLS = (
    "query_kpi", "read_topology", "read_configuration", "detect_degradation", "forecast_traffic", "retrieve_3gpp_constraint",
    "search_standards", "compare_candidates", "refine_candidate",
)  # fmt: skip
OFFERS = tuple(ToolOffer(name=name, effect="reason", description=name, input_schema={"type": "object"}) for name in TOOLS)
_UNITS = {
    "DRB.PdcpSduDelayDl": "ms",
    "DRB.UEThpDl": "Mbit/s",
    "DRB.UEThpDl.P05": "Mbit/s",
    "PEE.Energy": "Wh",
    "RRC.ConnMean": "UE",
}


@dataclass
class CellModel:
    """Demand of slices in percent of a cell's PRBs, users, and growth in the coming window."""

    embb: float = 60.0
    urllc: float = 8.0
    users: float = 20.0
    growth: float = 1.6
    delay: float = 14.0
    asleep: bool = False


@dataclass
class World:
    """Cells with their present state, and the calls made so far."""

    card: NetworkCard
    cells: dict[str, CellModel] = field(default_factory=dict)
    ho_hysteresis: float = 1.0
    refuse: dict[str, str] = field(default_factory=dict)
    calls: list[ToolCall] = field(default_factory=list)

    def model(self, cell: str) -> CellModel:
        return self.cells.setdefault(cell, CellModel(embb=20.0, growth=1.0, delay=4.0))

    def objects(self) -> dict[str, dict[str, Any]]:
        objects: dict[str, dict[str, Any]] = {}
        for cell in self.card.cells:
            asleep = self.model(cell.id).asleep
            objects[cell.dn] = {"administrativeState": "UNLOCKED", "schedulerType": "WPF"}
            objects[cell.carrier_dn] = {"configuredMaxTxPower": 46}
            for slice_ in self.card.slices:
                objects[f"{cell.dn},RRMPolicyRatio={slice_.value}"] = {
                    "rRMPolicyMinRatio": 0,
                    "rRMPolicyMaxRatio": 100,
                    "rRMPolicyDedicatedRatio": 0,
                }
                objects[f"{cell.dn},SchedulerProfile={slice_.value}"] = {"schedulerWeight": 1.0}
                objects[f"{cell.dn},AdmissionControl={slice_.value}"] = {"maxPrbUsage": 95, "maxConnectedUes": 200}
            objects[f"{cell.cu_dn},MobilityProfile=1"] = {"a3Offset": 0.0, "hysteresis": self.ho_hysteresis, "timeToTrigger": 160}
            state = ("toBeEnergySaving", "isEnergySaving") if asleep else ("toBeNotEnergySaving", "isNotEnergySaving")
            objects[f"{cell.cu_dn},CESManagementFunction=1"] = {"energySavingControl": state[0], "energySavingState": state[1]}
            for other in cell.neighbours:
                objects[f"{cell.cu_dn},NRCellRelation={other}"] = {"cellIndividualOffset": 0, "isHOAllowed": True}
        return objects

    def answer(self, call: ToolCall) -> Observation:
        self.calls.append(call)
        if call.tool in self.refuse:
            return Observation(call=call, error=self.refuse[call.tool], boundary="unavailable")
        functions = {
            "query_kpi": self._query_kpi,
            "read_topology": self._read_topology,
            "read_configuration": self._read_configuration,
            "detect_degradation": self._detect_degradation,
            "forecast_traffic": self._forecast_traffic,
            "retrieve_3gpp_constraint": self._retrieve_3gpp_constraint,
            "compare_candidates": self._compare_candidates,
            "refine_candidate": self._refine_candidate,
        }
        value = functions[call.tool](call.arguments)
        return Observation(call=call, evidence={"summary": call.tool, "value": value, "warnings": []})

    def _named(self, arguments: dict[str, Any]) -> list[Any]:
        names = set(arguments.get("cells") or [cell.id for cell in self.card.cells])
        return [cell for cell in self.card.cells if cell.id in names]

    def _read_topology(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {
            "cells": [cell.model_dump(mode="json") for cell in self._named(arguments)],
            "areas": self.card.areas(),
            "events": [],
        }

    def _read_configuration(self, arguments: dict[str, Any]) -> dict[str, Any]:
        ids = {cell.id for cell in self._named(arguments)}
        classes = set(arguments.get("classes") or ())
        rows = [
            {"dn": dn, "attributes": attributes}
            for dn, attributes in self.objects().items()
            if ids & {step.split("=")[1] for step in dn.split(",")[:3]}
        ]
        return {"objects": [row for row in rows if not classes or row["dn"].split(",")[-1].split("=")[0] in classes]}

    def _query_kpi(self, arguments: dict[str, Any]) -> dict[str, Any]:
        rows, means = [], []
        slices = arguments.get("slices") or [None]
        for kpi in arguments["kpis"]:
            for slice_ in slices:
                values = [(cell.id, self._kpi(kpi, cell.id, slice_)) for cell in self._named(arguments)]
                rows += [
                    {
                        "kpi": kpi,
                        "cell": cell,
                        "slice": slice_,
                        "start": f"2026-06-05T17:{minute:02d}:00+00:00",
                        "end": f"2026-06-05T17:{minute + 5:02d}:00+00:00",
                        "value": value,
                        "unit": _UNITS.get(kpi, "%"),
                        "count": 5,
                    }
                    for cell, value in values
                    for minute in (45, 50)
                ]
                measured = [pair for pair in values if pair[1] is not None]
                if measured:
                    worst = max(measured, key=lambda pair: pair[1])
                    means.append(
                        {
                            "kpi": kpi,
                            "slice": slice_,
                            "mean": sum(value for _, value in measured) / len(measured),
                            "worst": worst[1],
                            "worst_cell": worst[0],
                            "unit": _UNITS.get(kpi, "%"),
                        }
                    )
        return {"rows": rows, "means": means}

    def _kpi(self, kpi: str, cell: str, slice_: str | None) -> float | None:
        model = self.model(cell)
        share = {"eMBB": model.embb, "URLLC": model.urllc, "mMTC": 1.0, None: model.embb + model.urllc + 1}[slice_]
        return {
            "RRU.PrbTotDl": share,
            "RRU.PrbUsedDl": share,
            "DRB.PdcpSduDelayDl": model.delay,
            "DRB.UEThpDl": 12.0,
            "DRB.UEThpDl.P05": 6.0,
            "RRC.ConnMean": model.users,
            "PEE.Energy": 100.0,
            "MM.HoPingPongRate": 12.0 / self.ho_hysteresis,
            "MM.RlfRate": 0.4,
            "RRC.ConnEstabFailRate": 4.0,
            "CARR.AverageBlerDl": 9.0,
            "DRB.PacketLossRateDl": 0.1,
        }.get(kpi)

    def _detect_degradation(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"findings": [], "compared": 20}

    def _forecast_traffic(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {
            "rows": [
                {
                    "cell": cell.id,
                    "slice": slice_,
                    "users": self.model(cell.id).users * self.model(cell.id).growth,
                    "users_low": 1.0,
                    "users_high": 99.0,
                    "volume_mbps": 10.0,
                    "volume_mbps_low": 5.0,
                    "volume_mbps_high": 20.0,
                }
                for cell in self._named(arguments)
                for slice_ in ("eMBB", "URLLC")
            ],
            "method": "harmonic regression",
            "events": [],
        }

    def _retrieve_3gpp_constraint(self, arguments: dict[str, Any]) -> dict[str, Any]:
        from policies.limits.loading import load_limits

        limit = load_limits().limit(arguments["class_name"], arguments["attribute"])
        return {"limit": limit.model_dump(mode="json"), "allowed": limit.allowed, "source": limit.source, "joint_rules": []}

    def _compare_candidates(self, arguments: dict[str, Any]) -> dict[str, Any]:
        intent = Intent.model_validate(arguments["intent"])
        drafts = [{"name": "no change", "edits": []}, *arguments["candidates"]]
        candidates = [
            self.evaluate(intent, draft["name"], ChangeSet.model_validate({"edits": draft["edits"]})) for draft in drafts
        ]
        candidates.sort(key=lambda candidate: (candidate.feasible, candidate.score), reverse=True)
        return {
            "candidates": [candidate.model_dump(mode="json") for candidate in candidates],
            "seeds": list(range(arguments["seeds"])),
            "twin_gap": {},
            "window": None,
            "refused": {},
        }

    def _refine_candidate(self, arguments: dict[str, Any]) -> dict[str, Any]:
        intent = Intent.model_validate(arguments["intent"])
        knob = arguments["knobs"][0]
        choices = knob.get("choices") or [knob["high"]]
        edits = [
            edit
            for edit in arguments["start"]["edits"]
            if (edit.get("dn"), edit.get("attribute")) != (knob["dn"], knob["attribute"])
        ]
        edits.append(
            {"kind": "attribute", "dn": knob["dn"], "attribute": knob["attribute"], "old": knob["old"], "new": choices[-1]}
        )
        best = self.evaluate(intent, arguments["start"]["name"] + ", refined", ChangeSet.model_validate({"edits": edits}))
        return {"best": best.model_dump(mode="json"), "trials": []}

    def evaluate(self, intent: Intent, name: str, change_set: ChangeSet) -> Candidate:
        outlook = [self._outlook(place, target, change_set) for place, target in (*intent.bounds(), *intent.objectives())]
        misses = sum(1 for target in outlook if not target.met)
        energy = self._predict("PEE.Energy", None, change_set, 1)
        return Candidate(
            name=name,
            change_set=change_set,
            outlook=tuple(outlook),
            score=-10.0 * misses - energy / 100 - 0.002 * len(change_set.edits),
            feasible=misses == 0,
            predictions=(
                KpiPrediction(
                    kpi="PEE.Energy",
                    unit="Wh",
                    slice=None,
                    cells=(),
                    mean=energy,
                    interval=Interval(low=energy, high=energy),
                    no_change=100.0,
                ),
            ),
        )

    def _outlook(self, place: Any, target: ExpectationTarget, change_set: ChangeSet) -> TargetOutlook:
        value = self._predict(target.kpi, place.slice, change_set, max(len(place.cells), 1))
        probability = 0.95 if target.is_met_by(value) else 0.05
        return TargetOutlook(
            slice=place.slice,
            cells=place.cells,
            target=target,
            predicted=value,
            interval=Interval(low=value * 0.9, high=value * 1.1),
            probability=probability,
        )

    def _predict(self, kpi: str, slice_: Slice | None, change_set: ChangeSet, cells: int) -> float:
        edited = [edit.attribute for edit in change_set.attribute_edits()]
        effect = {"rRMPolicyMinRatio": 0.55, "schedulerWeight": 0.8, "cellIndividualOffset": 0.9}
        factor = 1.0
        for attribute in set(edited):
            factor *= effect.get(attribute, 1.0)
        if kpi.startswith("DRB.PdcpSduDelayDl"):
            return 20.0 * factor
        if kpi.startswith("DRB.UEThpDl"):
            return 4.0 / factor * (1.4 if "energySavingControl" in edited else 1.0)
        if kpi == "PEE.Energy":
            return 100.0 + 5.0 * edited.count("energySavingControl") - 2.0 * edited.count("configuredMaxTxPower")
        if kpi == "MM.HoPingPongRate":
            return 12.0 * (0.5 if "hysteresis" in edited else 0.7 if "timeToTrigger" in edited else 1.0)
        if kpi == "RRC.ConnEstabFailRate":
            return 1.0 if "maxPrbUsage" in edited else 4.0
        return 5.0


def walk(
    planner: Planner, world: World, text: str, answers: tuple[Answer, ...] = (), max_decisions: int = 20, **start: Any
) -> tuple[Decision, View]:
    """Let a planner decide until it ends; returns the last decision and its view."""
    view = View(text=text, card=world.card, tools=OFFERS, answers=answers, **start)
    for _ in range(max_decisions):
        decision = planner.decide(view)
        if isinstance(decision, Understand):
            view = view.model_copy(update={"reading": decision.reading})
        elif isinstance(decision, CallTools):
            observations = tuple(world.answer(call) for call in decision.calls)
            view = view.model_copy(update={"observations": (*view.observations, *observations)})
        else:
            return decision, view
    raise AssertionError(f"no end after {max_decisions} decisions")
