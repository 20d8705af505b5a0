"""`GymGate`: the harness's gate, before every Configuration call of an episode.

The call is tried in a twin, written as a change set of managed objects, and judged by the same seven rules, limits and
authorization policies as any change of a network. What the tool itself would refuse is left to the tool, whose error says more.

Two of the seven rules have nothing to object here: no call writes an A1 policy, and a call is made at once on what was measured,
so no proposal expires and no rollback handle goes stale between judgement and call.
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
from training.gym.gate.outlook import candidate_of, intent_of, others_of
from training.gym.gate.trial import Trial, tried
from twins.gym.world import World

GUARDRAILS = Path(__file__).parent / "guardrails.toml"
STANDS_S = 60.0  # how long a call, once judged, may wait: it is made at once


def nobody(verdict: Verdict) -> bool:
    """No approver means no."""
    return False


def yes(verdict: Verdict) -> bool:
    """A person who agrees to whatever the gate lets them decide."""
    return True


@dataclass
class GymGate:
    """Judges calls; `approves` is asked where a human must decide. Without a human, Cedar's small changes pass."""

    approves: Callable[[Verdict], bool] = nobody
    settings: GateSettings = field(default_factory=lambda: GateSettings(autonomous=True))
    guardrails: Guardrails = field(default_factory=lambda: load_guardrails(GUARDRAILS))
    limits: LimitsCatalogue = field(default_factory=load_limits)
    gate: Gate = field(default_factory=Gate)
    registry: ToolRegistry = field(default_factory=gym_registry)

    def __call__(self, world: World, call: ToolCall) -> Judgement:
        """Judge `call` in `world`; see `training.gym.episodes.episode.ChangeJudge`. What cannot be judged does not pass."""
        try:
            return self._judged(world, call)
        except Exception as error:
            why = f"the gate could not judge this call: {type(error).__name__}: {' '.join(str(error).split())}"
            return Judgement(Ruling.ESCALATE.value, why)

    def _judged(self, world: World, call: ToolCall) -> Judgement:
        trial = tried(world, call, self.registry)
        if trial.error is not None or trial.change_set.is_empty:
            return Judgement(Ruling.APPROVE.value)
        verdict = self.gate.judge(self.case(world, trial))
        if verdict.ruling is Ruling.APPROVE:
            return Judgement(verdict.ruling.value)
        if verdict.ruling is Ruling.NEEDS_HUMAN and self.approves(verdict):
            return Judgement(f"{verdict.ruling.value}, who approved")
        return Judgement(verdict.ruling.value, _why(verdict))

    def case(self, world: World, trial: Trial) -> Case:
        """Return the case of a trial as the mission stands now."""
        network = MissionNetwork(world, trial.standing)
        card = network.describe()
        return Case(
            change_set=trial.change_set,
            intent=intent_of(world, trial),
            candidate=candidate_of(world, trial),
            expires_at=card.now + timedelta(seconds=STANDS_S),
            network=network,
            card=card,
            limits=self.limits,
            guardrails=self.guardrails,
            settings=self.settings,
            # A world is measured again whenever something happened that it could feel: what was measured last holds now.
            newest_window=card.now,
            planner="gym",
            users=_users(world),
        )


def _users(world: World) -> dict[tuple[str, Slice], float]:
    """Users with traffic by cell and slice, the mission's among them."""
    layout, window = world.measured.layout, world.measured.window
    found: dict[tuple[str, Slice], float] = {(cell, one): 0.0 for cell in layout.cells for one in Slice}
    for names in (world.scenario.mission, *others_of(world).values()):
        for name in names:
            flow = layout.flows[name]
            cell = window.users[flow.user].cell
            if cell is not None:
                found[cell, flow.slice] += 1.0
    return found


def _why(verdict: Verdict) -> str:
    """What stands against it, for the agent: the severest findings with what to do."""
    kind = "fail" if any(one.outcome == "fail" for one in verdict.reasons) else "warn"
    found = [
        f"{one.rule}: {one.message}{f' ({one.remedy})' if one.remedy else ''}" for one in verdict.reasons if one.outcome == kind
    ]
    return f"the gate says {verdict.ruling.value}: {'; '.join(found)}"
