"""A planner's run on a made network, without the run graph: tools that sometimes fail, the gate, objections, answers.

The gate and the safety review are those of every run. What the graph would do between them (approvals, the apply) has no part in
planning and is left out; a person's rejection is played by a rejection of the change set or of an attribute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, Literal

from agents.answer import Answer
from agents.planner import Ask, CallTools, Decision, Planner, Propose, Understand, View
from agents.specialists.safety import review
from harness.gate.case import Case
from harness.gate.gate import Gate
from harness.runtime.settings import GateSettings, load_settings
from harness.runtime.timetable import Timetable
from policies.evidence import Evidence
from policies.guardrails.loading import load_guardrails
from policies.kpi import KpiFrame
from policies.limits.loading import load_limits
from policies.proposal import Candidate, Proposal
from policies.slices import Slice
from policies.verdict import Verdict
from tools.calls.access import read_only
from tools.calls.caller import Caller
from tools.calls.observation import Observation
from tools.calls.tool_offer import offers_of
from tools.context import ToolContext
from tools.contract import Boundary, Tool, ToolError
from tools.registry import ToolRegistry, default_registry
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.reporting import reporter_of
from tools.telemetry.store import KpiStore
from tools.twinning.laboratory import Depth, Duration, Laboratory
from training.llm.planning.made_network import HISTORY, MadeNetwork
from training.llm.planning.made_reading import MadeReading
from twins.network import KpiQuery
from twins.scratch_folder import ScratchFolder
from twins.system.system_network import SystemNetwork

FAST: Final[dict[Depth, Duration]] = {"screen": Duration(1.0, 1.0, 1.0), "full": Duration(1.0, 1.0, 3.0)}
MAX_DECISIONS: Final = 40  # as the default limit of a run
_MAX_ROUNDS: Final = 3


@dataclass(frozen=True)
class World:
    """A made network with its past, the tools over it, and what the twin sees of it."""

    network: SystemNetwork
    context: ToolContext
    registry: ToolRegistry
    present: KpiFrame


@contextmanager
def world_of_seed(seed: int, laboratory: Laboratory) -> Iterator[World]:
    """Yield the made network of a seed after its history."""
    made = MadeNetwork.of(seed)
    network = SystemNetwork(made.scenario, seed=made.seed)
    network.advance(HISTORY * made.scenario.granularity_s)
    with ScratchFolder() as folder:
        store = KpiStore(folder / "kpi.sqlite")
        frame = network.observe(KpiQuery(windows=HISTORY))
        store.write(frame, reporter_of(network.describe()))
        context = ToolContext(
            network=network, kpis=KpiSource(store), limits=load_limits(), standards=_no_standards, laboratory=laboratory,
            now=lambda: network.describe().now, work_dir=folder, seed=seed,
        )  # fmt: skip
        yield World(network, context, default_registry(), frame)


def _no_standards() -> Any:
    raise LookupError("made networks have no standards index")


@dataclass
class Disturbance:
    """What goes wrong in a run: the share of calls that fail, tools that always do, the share of proposals that are rejected."""

    draw: Random
    failing: float = 0.0
    down: frozenset[str] = frozenset()
    rejecting: float = 0.0

    def invoke(self, tool: Tool[Any, Any], context: object, arguments: dict[str, Any]) -> Evidence[Any]:
        """Execute a call, or fail as a tool does whose peer does not answer."""
        if tool.name in self.down or self.draw.random() < self.failing:
            raise ToolError(Boundary.UNAVAILABLE, f"{tool.name}: the peer did not answer")
        return self.run_tool(tool, context, arguments)

    def run_tool(self, tool: Tool[Any, Any], context: object, arguments: dict[str, Any]) -> Evidence[Any]:
        """Execute a call."""
        return tool.run(context, arguments)

    def rejection(self, best: Candidate) -> str:
        """Return a person's objection to a proposal, empty if there is none."""
        if self.draw.random() >= self.rejecting:
            return ""
        attributes = sorted({edit.attribute for edit in best.change_set.attribute_edits()})
        if attributes and self.draw.random() < 0.4:
            return f"do not touch {self.draw.choice(attributes)}"
        return "not this one"


End = Literal["accepted", "finished", "escalated", "restricted", "rejected", "endless", "open question"]


@dataclass
class Run:
    """Views with the decisions on them, how the run ended, and what was proposed."""

    steps: list[tuple[View, Decision]] = field(default_factory=list)
    end: End = "endless"
    proposal: Proposal | None = None
    verdict: Verdict | None = None
    calls: int = 0


@dataclass
class Runner:
    """Runs planners on a world."""

    world: World
    disturbance: Disturbance
    standing: tuple[Any, ...] = ()

    def run(self, planner: Planner, text: str, reading: MadeReading, stop: Callable[[Run], bool] = lambda run: False) -> Run:
        """Let the planner decide on the understood request until it ends."""
        card = self.world.network.describe()
        view = View(
            text=text,
            card=card,
            tools=offers_of(self.world.registry),
            reading=reading,
            steps=load_guardrails().rules.step,
            restrictions=self.standing,
            steps_left=MAX_DECISIONS,
        )
        run = Run()
        rounds = 0
        while view.steps_left and not stop(run):
            decision = planner.decide(view)
            run.steps.append((view, decision))
            view = view.model_copy(update={"steps_left": view.steps_left - 1})
            match decision:
                case Understand():
                    view = view.model_copy(update={"reading": decision.reading, "unread": ()})
                case CallTools():
                    run.calls += len(decision.calls)
                    view = view.model_copy(update={"observations": (*view.observations, *self._observed(decision))})
                case Ask():
                    answer = self._answer(decision)
                    if answer is None:
                        run.end = "open question"
                        return run
                    view = view.model_copy(update={"answers": (*view.answers, answer), "unread": (answer,)})
                case Propose():
                    rounds += 1
                    run.proposal, run.verdict = decision.proposal, self._judged(decision.proposal, view)
                    objections = self._objections(run.verdict, decision.proposal)
                    if not objections:
                        run.end = "accepted"
                        return run
                    if rounds >= _MAX_ROUNDS:
                        run.end = "rejected"
                        return run
                    feedback = (*view.feedback, *objections)
                    view = view.model_copy(update={"proposal": decision.proposal, "verdict": run.verdict, "feedback": feedback})
                case _:
                    kinds: dict[str, End] = {"finish": "finished", "escalate": "escalated", "restrict": "restricted"}
                    run.end = kinds[decision.kind]
                    return run
        return run

    def _observed(self, decision: CallTools) -> list[Observation]:
        caller = Caller(self.world.registry, read_only(self.world.context), self.disturbance.invoke)
        return [caller.observe(call) for call in decision.calls]

    def _answer(self, question: Ask) -> Answer | None:
        if not question.choices:
            return None
        return Answer(question=question.question, answer=self.disturbance.draw.choice(question.choices))

    def _objections(self, verdict: Verdict, proposal: Proposal) -> list[str]:
        """Return what goes back to the planner, as the step of a run that judges has it."""
        failures = [reason for reason in verdict.reasons if reason.outcome == "fail"]
        if not verdict.may_proceed:
            return [f"{reason.describe()}{f' ({reason.remedy})' if reason.remedy else ''}" for reason in failures]
        rejection = self.disturbance.rejection(proposal.best)
        return [rejection] if rejection else []

    def _judged(self, proposal: Proposal, view: View) -> Verdict:
        world, settings = self.world, load_settings()
        card, best = world.network.describe(), proposal.best
        kpis = world.context.kpis.snapshot()
        users = {
            (cell.id, sample.slice): sample.value
            for sample in kpis.query(KpiQuery(kpis=("RRC.ConnMean",), windows=1))
            for cell in card.cells
            if cell.dn == sample.dn and isinstance(sample.slice, Slice) and sample.value is not None
        }
        case = Case(
            change_set=best.change_set,
            intent=proposal.intent,
            candidate=best,
            expires_at=proposal.expires_at,
            network=world.network,
            card=card,
            limits=load_limits(),
            guardrails=load_guardrails(),
            settings=GateSettings(),
            newest_window=kpis.newest,
            planner="planner",
            users=users,
            restrictions=self.standing,
            forbidden=view.forbidden[len(self.standing) :],
            timetable=Timetable.of(settings.commitment, card.now, card.granularity_s, proposal.intent),
        )
        verdict = Gate().judge(case)
        findings = review(best, view.observations)
        failures = tuple(finding for finding in findings if finding.outcome == "fail")
        if not failures:
            return verdict
        return verdict.model_copy(update={"ruling": verdict.ruling.MODIFY, "reasons": (*failures, *verdict.reasons)})
