"""A run with a change that takes a second: a scripted planner, and a forecast instead of the twin, on a small served network.

The promise is either kept (the target is low, the run ends confirmed) or not (the target is out of reach, it is rolled back).
Everything else is the product: gate, approval, commitment, A1 and O1 over HTTP, KPI verification, journal, checkpoints.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from agents.planner import CallTools, Decision, Propose, Understand, View
from agents.understanding.result import Understood
from harness.engine.parts import Parts
from harness.engine.run_service import RunService
from harness.journal.journal import WriteListener
from harness.records.events import Listener
from harness.runtime.settings import load_settings
from policies.change import AttributeEdit, ChangeSet
from policies.effect import Effect
from policies.evidence import Evidence, Interval
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation
from policies.limits.loading import load_limits
from policies.proposal import Candidate, KpiPrediction, Proposal, TargetOutlook
from policies.provenance import Provenance
from policies.slices import Slice
from tools.calls.tool_call import ToolCall
from tools.context import ToolContext
from tools.contract import tool
from tools.ran.candidate_tools import CompareCandidates, Comparison
from tools.registry import ToolRegistry

RATIO = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1,RRMPolicyRatio=eMBB"
ATTRIBUTE, OLD, NEW = "rRMPolicyMinRatio", 0, 10
CHANGE = ChangeSet(edits=(AttributeEdit(dn=RATIO, attribute=ATTRIBUTE, old=OLD, new=NEW),))
KEPT, BROKEN = "give eMBB in S1C1 at least 0.1 Mbit/s", "give eMBB in S1C1 at least 90000 Mbit/s"
_KPI = "DRB.UEThpDl"


def intent_of(text: str) -> Intent:
    """Return the intent of one of the two texts."""
    bound = 0.1 if text == KEPT else 90_000.0
    target = ExpectationTarget(kpi=_KPI, condition=Condition.AT_LEAST, value=bound, unit="Mbit/s")
    scope = ExpectationObject(cells=("S1C1",), slice=Slice.EMBB)
    return Intent(text=text, expectations=(IntentExpectation(object=scope, targets=(target,)),))


def promised(name: str, change_set: ChangeSet, intent: Intent) -> Candidate:
    """Return the candidate with a promise that meets the intent, whatever the network will do."""
    ((scope, target),) = intent.bounds()
    assert target.value is not None
    value, interval = 5 * target.value, Interval(low=target.value, high=1e6)
    shared: dict[str, Any] = {"slice": scope.slice, "cells": scope.cells, "interval": interval, "no_change": value}
    outlook = TargetOutlook(target=target, predicted=value, probability=0.99, **shared)
    prediction = KpiPrediction(kpi=target.kpi, unit=target.unit, mean=value, twin_gap=0.0, **shared)
    score = float(not change_set.is_empty)
    return Candidate(name=name, change_set=change_set, predictions=(prediction,), outlook=(outlook,), score=score, feasible=True)


@tool(effect=Effect.REASON)
def compare_candidates(context: ToolContext, request: CompareCandidates) -> Evidence[Comparison]:
    """Promise that every candidate meets the intent."""
    candidates = [promised(draft.name, ChangeSet(edits=draft.edits), request.intent) for draft in request.candidates]
    value = Comparison(candidates=tuple(candidates), seeds=(1,), twin_gap={}, window=None)
    source = Provenance(source="trust", kind="computation", version="1", observed_at=context.now())
    return Evidence(summary="a promise", value=value, provenance=source)


class ScriptedPlanner:
    """Understands, compares one candidate, proposes it."""

    name = "scripted"

    def decide(self, view: View) -> Decision:
        """Return the next step of the script."""
        if view.intent is None:
            return Understand(reading=Understood(intent=intent_of(view.text)))
        if not view.observations:
            draft = {"name": "raise", "edits": CHANGE.model_dump(mode="json")["edits"]}
            arguments = {"intent": view.intent.model_dump(mode="json"), "candidates": [draft]}
            return CallTools(calls=(ToolCall(tool="compare_candidates", arguments=arguments),))
        best = promised("raise", CHANGE, view.intent)
        best = best.model_copy(update={"rollback_conditions": (f"{_KPI} of eMBB falls in two consecutive windows",)})
        now = view.card.now
        proposal = Proposal(intent=view.intent, candidates=(best,), made_at=now, expires_at=now + timedelta(hours=1), seeds=(1,))
        return Propose(proposal=proposal)


@contextmanager
def scripted_service(
    data: Path, url: str, *, listener: Listener, on_write: WriteListener, settings: dict[str, Any]
) -> Iterator[RunService]:
    """Yield a run service with the scripted planner on the network that is served at `url`."""
    from tools.oran.clock import EmbeddedClock
    from tools.oran.oran_network import OranNetwork
    from tools.standards.index import StandardsIndex
    from tools.telemetry.store import KpiStore
    from tools.twinning.laboratory import Laboratory

    data.mkdir(parents=True, exist_ok=True)
    with OranNetwork(url, ledger=data / "ledger.sqlite", store=KpiStore(data / "kpi" / "network.sqlite")) as network:
        network.pull()
        clock = EmbeddedClock(network)
        context = ToolContext(
            network=network, kpis=network.kpis, limits=load_limits(), standards=StandardsIndex, laboratory=Laboratory(),
            now=clock.now, work_dir=data,
        )  # fmt: skip
        parts = Parts(
            network=network, network_name=network.url, clock=clock, planner=ScriptedPlanner(), has_url=True,
            registry=ToolRegistry((compare_candidates,)), context=context,
        )  # fmt: skip
        loaded = load_settings(overrides={"data_dir": data, **settings})
        yield RunService(loaded, parts, listener=listener, on_write=on_write)
