"""A whole small world for runs: the twin of `small_network`, real tools over it, and a planner that does what a test wants."""

from dataclasses import replace
from datetime import timedelta

from small_network import SmallNetwork, embb_minimum

from agents.planner import Ask, CallTools, Escalate, Finish, Propose, Understand
from agents.understanding.result import Understood
from harness.engine.embedded_network import EmbeddedNetwork
from harness.engine.parts import Parts
from harness.engine.run_service import RunService
from harness.runtime.settings import load_settings
from policies.change import ChangeSet
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
from tools.oran.clock import EmbeddedClock
from tools.oran.oran_network import OranNetwork
from tools.ran.candidate_tools import CompareCandidates, Comparison
from tools.ran.configure_tools import set_slice_ratios
from tools.ran.kpi_tool import query_kpi
from tools.registry import ToolRegistry
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.store import KpiStore
from twins.network import KpiQuery

THROUGHPUT = ExpectationTarget(kpi="DRB.UEThpDl.P05", condition=Condition.AT_LEAST, value=5.0, unit="Mbit/s")
DELAY = ExpectationTarget(kpi="DRB.PdcpSduDelayDl", condition=Condition.AT_MOST, value=10.0, unit="ms")


def intent(text="give every eMBB user at least 5 Mbps and keep URLLC below 10 ms", cells=("S1C1",), **when):
    return Intent(
        text=text,
        **when,
        expectations=(
            IntentExpectation(object=ExpectationObject(cells=cells, slice=Slice.EMBB), targets=(THROUGHPUT,)),
            IntentExpectation(object=ExpectationObject(cells=cells, slice=Slice.URLLC), targets=(DELAY,)),
        ),
    )


def predicted(change_set):
    """What the small network does, about: eMBB's throughput in Mbit/s and URLLC's delay in ms."""
    minimum = next((edit.new for edit in change_set.attribute_edits() if edit.attribute == "rRMPolicyMinRatio"), 0)
    return max(0.25 * minimum, 2.0), 1.6


def candidate(name, change_set, goal):
    throughput, delay = predicted(change_set)
    base = predicted(embb_minimum(0))
    outlook, predictions = [], []
    for (obj, target), value, unchanged in zip(goal.bounds(), (throughput, delay), base, strict=False):
        interval = Interval(low=value * 0.95, high=value * 1.05)
        outlook.append(
            TargetOutlook(
                slice=obj.slice, cells=obj.cells, target=target, predicted=value, interval=interval,
                probability=0.97 if target.is_met_by(value) else 0.03, no_change=unchanged,
            )
        )  # fmt: skip
        predictions.append(
            KpiPrediction(
                kpi=target.kpi, unit=target.unit, slice=obj.slice, cells=obj.cells, mean=value, interval=interval,
                no_change=unchanged, twin_gap=0.03,
            )
        )  # fmt: skip
    feasible = all(target.met for target in outlook)
    return Candidate(
        name=name, change_set=change_set, predictions=tuple(predictions), outlook=tuple(outlook),
        score=float(feasible), feasible=feasible,
    )  # fmt: skip


def provenance(context):
    return Provenance(source="small twin", kind="simulation", version="1", observed_at=context.now())


@tool(effect=Effect.REASON)
def compare_candidates(context: ToolContext, request: CompareCandidates) -> Evidence[Comparison]:
    """Predict candidates as a twin that is known to be right would: by `predicted`."""
    drafts = {"no change": ChangeSet()} | {draft.name: ChangeSet(edits=draft.edits) for draft in request.candidates}
    candidates = [candidate(name, change_set, request.intent) for name, change_set in drafts.items()]
    candidates.sort(key=lambda candidate: -candidate.score)
    value = Comparison(candidates=tuple(candidates), seeds=(1, 2, 3), twin_gap={"DRB.UEThpDl.P05[eMBB]": 0.03}, window=None)
    return Evidence(summary=f"best {candidates[0].name}", value=value, provenance=provenance(context))


class SmallPlanner:
    """Understands, queries, compares, proposes; `minimums` are tried in turn, one per round of feedback."""

    name = "small-planner"
    rollback_conditions = ("DRB.PdcpSduDelayDl of URLLC breaks 10 ms in two consecutive windows",)

    def __init__(self, minimums=(40,), calls=(), ask=False, lie=False, explode=False, policies=(), **when):
        self.minimums, self.calls, self.ask, self.lie, self.explode = minimums, calls, ask, lie, explode
        self.when = when  # fields of the intent: its time window, and whether the change stays after it
        self.policies = policies

    def decide(self, view):
        if self.explode:
            raise RuntimeError("the model answered garbage")
        if self.ask and not view.answers:
            return Ask(question="Which cells?", choices=("S1C1", "S1C2"))
        if view.intent is None:
            return Understand(reading=Understood(intent=intent(view.text, **self.when), plan=("look", "compare", "propose")))
        called = [observation.call.tool for observation in view.observations]
        if "query_kpi" not in called:
            kpi = ToolCall(tool="query_kpi", arguments={"kpis": ["DRB.UEThpDl.P05"], "cells": ["S1C1"], "slices": ["eMBB"]})
            return CallTools(calls=(*self.calls, kpi))
        if len(view.feedback) >= len(self.minimums):
            return Escalate(reason="no candidate passes the gate", nearest="4.9 Mbit/s")
        change_set = embb_minimum(self.minimums[len(view.feedback)])
        if change_set.edits[0].new == 0:
            return Finish(summary="the targets are met")
        return self._compare_then_propose(view, ChangeSet(edits=(*change_set.edits, *self.policies)))

    def _compare_then_propose(self, view, change_set):
        edits = change_set.model_dump(mode="json")["edits"]
        compared = [observation for observation in view.observations if observation.call.tool == "compare_candidates"]
        if len(compared) <= len(view.feedback) and not self.lie:
            call = ToolCall(
                tool="compare_candidates",
                arguments={"intent": view.intent.model_dump(mode="json"), "candidates": [{"name": "raise eMBB", "edits": edits}]},
            )
            return CallTools(calls=(call,))
        # The planner's own prediction is rosy on purpose: the harness must not believe it.
        best = candidate("raise eMBB", change_set, view.intent).model_copy(
            update={"feasible": True, "score": 99.0, "rollback_conditions": self.rollback_conditions}
        )
        now = view.card.now
        return Propose(
            proposal=Proposal(
                intent=view.intent, candidates=(best,), made_at=now, expires_at=now + timedelta(hours=1), seeds=(1, 2, 3)
            )
        )


class TwinClock:
    """The clock of a twin in this process, whose KPIs go into a store."""

    def __init__(self, twin, store):
        self._twin, self._store, self._reported = twin, store, None

    def start(self):
        pass

    def now(self):
        return self._twin.describe().now

    def wait(self, seconds):
        self._twin.advance(seconds)
        self.report()

    def report(self):
        """Write the windows that have ended since the last report; at first, those that a run compares with."""
        frame = self._twin.observe(KpiQuery(windows=50, start=self._reported))
        self._store.write(frame)
        self._reported = max((sample.end for sample in frame), default=self._reported)


def parts(root, planner, network=None, tools=()):
    """The parts of a run over a twin in this process, or over one that an OranNetwork reaches."""
    if isinstance(network, EmbeddedNetwork):
        clock, kpis, schema_of = network, network.kpis, lambda policy_type: None
    elif isinstance(network, OranNetwork):
        network.pull()
        clock, kpis, schema_of = EmbeddedClock(network), network.kpis, network.a1.schema
    else:
        network, store = network or SmallNetwork(), KpiStore(root / "kpi.sqlite")
        clock, kpis, schema_of = TwinClock(network, store), KpiSource(store), lambda policy_type: None
        clock.report()
    context = ToolContext(
        network=network, kpis=kpis, limits=load_limits(), standards=None, laboratory=None, now=clock.now, work_dir=root
    )
    return Parts(
        network=network, network_name=getattr(network, "name", "small"), clock=clock, planner=planner, context=context,
        schema_of=schema_of,
        registry=ToolRegistry((query_kpi, compare_candidates, set_slice_ratios, *tools)),
    )  # fmt: skip


def service(root, planner=None, listener=None, network=None, tools=(), guardrails=None, **overrides):
    settings = load_settings(overrides={"data_dir": root / "data", **overrides})
    run_parts = parts(root, planner or SmallPlanner(), network, tools)
    if guardrails is not None:
        run_parts = replace(run_parts, guardrails=guardrails)
    return RunService(settings, run_parts, **({"listener": listener} if listener else {}))
