"""`GymGate`: the harness's gate, applied to every Configuration call of an episode.

The call is tried in a twin, expressed as a change set of managed objects, and judged by the same eight rules, limits and
authorization policies as any change of a network. A call that the tool itself refuses is passed on, because the tool's error says
more.

Three of the eight rules never object here: no call writes an A1 policy, no operator restricts anything, and a call is executed
right after its judgement, so no proposal expires and no rollback handle becomes stale in between.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from harness.gate.case import Case
from harness.gate.gate import Gate
from harness.runtime.settings import GateSettings
from policies.guardrails.guardrails import Guardrails
from policies.guardrails.loading import load_guardrails
from policies.limits.catalogue import LimitsCatalogue
from policies.limits.loading import load_limits
from policies.slices import Slice
from policies.verdict import Ruling, Verdict
from tools.calls.tool_call import ToolCall
from tools.gym.catalogue import gym_registry
from tools.registry import ToolRegistry
from training.gym.episodes.episode import Judgement
from training.gym.gate.mission_network import MissionNetwork
from training.gym.gate.outlook import bystander_flows, candidate_of, intent_of
from training.gym.gate.trial import Trial, try_call
from twins.gym.world import World

GUARDRAILS = Path(__file__).parent / "guardrails.toml"
VALID_S = 60.0  # validity of a judgement; the call follows at once


def no_approver(verdict: Verdict) -> bool:
    """Refuse everything: no approver means no."""
    return False


def approve_all(verdict: Verdict) -> bool:
    """Approve everything that the gate leaves to a human."""
    return True


@dataclass
class GymGate:
    """Judges calls; `approves` decides where a human must. By default only changes that Cedar leaves to the agent alone pass."""

    approves: Callable[[Verdict], bool] = no_approver
    settings: GateSettings = field(default_factory=lambda: GateSettings(autonomous=True))
    guardrails: Guardrails = field(default_factory=lambda: load_guardrails(GUARDRAILS))
    limits: LimitsCatalogue = field(default_factory=load_limits)
    gate: Gate = field(default_factory=Gate)
    registry: ToolRegistry = field(default_factory=gym_registry)

    def __call__(self, world: World, call: ToolCall) -> Judgement:
        """Judge `call` in `world` as a `training.gym.episodes.episode.ChangeJudge`; a call that cannot be judged is refused."""
        try:
            return self._judge(world, call)
        except Exception as error:
            reason = f"the gate could not judge this call: {type(error).__name__}: {' '.join(str(error).split())}"
            return Judgement(Ruling.ESCALATE.value, reason)

    def _judge(self, world: World, call: ToolCall) -> Judgement:
        trial = try_call(world, call, self.registry)
        if trial.error is not None or trial.change_set.is_empty:
            return Judgement(Ruling.APPROVE.value)
        verdict = self.gate.judge(self.case(world, trial))
        if verdict.ruling is Ruling.APPROVE:
            return Judgement(verdict.ruling.value)
        if verdict.ruling is Ruling.NEEDS_HUMAN and self.approves(verdict):
            return Judgement(f"{verdict.ruling.value}, who approved")
        return Judgement(verdict.ruling.value, _refusal(verdict))

    def case(self, world: World, trial: Trial) -> Case:
        """Return the gate's case of a trial, at the current mission time."""
        network = MissionNetwork(world, trial.current_tree)
        card = network.describe()
        return Case(
            change_set=trial.change_set,
            intent=intent_of(world, trial),
            candidate=candidate_of(world, trial),
            expires_at=card.now + timedelta(seconds=VALID_S),
            network=network,
            card=card,
            limits=self.limits,
            guardrails=self.guardrails,
            settings=self.settings,
            # A world is measured again after every event that affects it: the last measurement is current.
            newest_window=card.now,
            planner="gym",
            users=_users(world),
        )


def _users(world: World) -> dict[tuple[str, Slice], float]:
    """Number of users with traffic by cell and slice, including the mission's."""
    layout, window = world.measured.layout, world.measured.window
    users: dict[tuple[str, Slice], float] = {(cell, slice_): 0.0 for cell in layout.cells for slice_ in Slice}
    for names in (world.scenario.mission, *bystander_flows(world).values()):
        for name in names:
            flow = layout.flows[name]
            cell = window.users[flow.user].cell
            if cell is not None:
                users[cell, flow.slice] += 1.0
    return users


def _refusal(verdict: Verdict) -> str:
    """The most severe findings with their remedies, for the agent."""
    severity = "fail" if any(reason.outcome == "fail" for reason in verdict.reasons) else "warn"
    findings = [
        f"{reason.rule}: {reason.message}{f' ({reason.remedy})' if reason.remedy else ''}"
        for reason in verdict.reasons
        if reason.outcome == severity
    ]
    return f"the gate says {verdict.ruling.value}: {'; '.join(findings)}"
