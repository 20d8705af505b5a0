"""MAPE-K (seed 001, section IV-B): monitor, analyze, plan, execute, over a knowledge table of 50 condition-action rules.

1. Monitor reads telemetry; analyze turns it into facts (`mape_facts`); plan selects the first rule of the table that has not been
   used yet and whose conditions all hold; execute makes its call.
2. When no rule applies, it verifies and ends. It reads the mission as data and ignores the operator's prose.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from agents.baselines.mape_facts import Facts, facts_of
from agents.baselines.mission_brief import mission_of
from agents.baselines.notes import answers, call, verification
from agents.planner import Decision, Finish, View
from policies.gym.mission import MissionSpec
from policies.gym.network_state import NetworkState

TABLE = Path(__file__).parent / "data" / "mape_k_rules.json"
_NUMBERS = ("edge_load", "prb_load", "noise_rise_db", "loss", "latency_ms", "other_load")


@cache
def rules() -> tuple[dict[str, Any], ...]:
    """The knowledge table, in order of precedence."""
    table: tuple[dict[str, Any], ...] = tuple(json.loads(TABLE.read_text(encoding="utf-8")))
    return table


class MapeK:
    """The loop; it remembers which rules it has used in the episode."""

    name = "mape-k"

    def __init__(self) -> None:
        self._used: list[str] = []

    def decide(self, view: View) -> Decision:
        """Return the next decision: telemetry after every change, a rule's call after telemetry, finally the verification."""
        mission = mission_of(view.text)
        if mission is None:
            return Finish(summary="there is no mission in what the operator wrote")
        last = view.observations[-1].call.tool if view.observations else ""
        if last == "validate_mission_completion":
            return Finish(summary="verified; see the last answer")
        if last != "read_telemetry":
            return call("read_telemetry", "monitor") if last != "verify_sla_compliance" else Finish(summary="verified")
        return self._plan(view, mission)

    def _plan(self, view: View, mission: MissionSpec) -> Decision:
        telemetry = answers(view, "read_telemetry")[-1]
        sent = frozenset(str(step.call.arguments["uav"]) for step in view.observations if step.call.tool == "set_waypoint")
        facts = facts_of(mission, telemetry, sent)
        for rule in rules():
            if self._applies(rule, facts) and (decision := _execute(rule, facts, telemetry)) is not None:
                self._used.append(rule["id"])
                return decision
        return verification(view, mission, NetworkState.model_validate(telemetry["state"]))

    def _applies(self, rule: dict[str, Any], facts: Facts) -> bool:
        if self._used.count(rule["id"]) >= rule.get("times", 1):
            return False
        return all(_holds(name, operand, facts) for name, operand in rule["when"].items())


def _holds(name: str, operand: Any, facts: Facts) -> bool:
    """Whether a condition holds: `broken` and `pending` test membership, `above_x` and `below_x` compare, others for equality."""
    if name in ("broken", "pending"):
        return operand in getattr(facts, name)
    side, _, rest = name.partition("_")
    if side in ("above", "below") and rest in _NUMBERS:
        value = getattr(facts, rest)
        return bool(value > operand if side == "above" else value < operand)
    return bool(getattr(facts, name) == operand)


def _execute(rule: dict[str, Any], facts: Facts, telemetry: dict[str, Any]) -> Decision | None:
    """The rule's action as a call; None if it has nothing to act on."""
    then, reason = rule["then"], f"{rule['id']}: {rule['why']}"
    action = then["do"]
    if action == "switch":
        return call("switch_network_slice", reason, current=facts.slice, target=then["to"])
    if action == "share":
        return call("trigger_slice_reallocation", reason, slice=facts.slice, resources={"share": then["share"]})
    if action == "degrade":
        return call("graceful_degradation", reason, degradation={"target": then["target"], "keep_rate": then["keep"]})
    if action == "offload":
        server = facts.least_loaded if then["to"] == "least loaded" else facts.nearest
        decision = call("edge_offload", reason, task=telemetry["service"], target={"server": server})
        return None if server == facts.host else decision
    if action == "wait":
        return call("heartbeat", reason, uav=sorted(telemetry["log"]["positions"])[0])
    return _errand(action, facts, reason)


def _errand(action: str, facts: Facts, reason: str) -> Decision | None:
    if action == "fly" and facts.destinations:
        uav, place = facts.destinations[0]
        return call("set_waypoint", reason, uav=uav, position=place)
    if action == "alert" and facts.alerts:
        uav, kind = facts.alerts[0]
        return call("send_alert", reason, uav=uav, alert=kind)
    if action == "hand over" and facts.handovers:
        uav, gnb = facts.handovers[0]
        return call("request_handover", reason, uav=uav, gnb=gnb)
    return None


def mape_k() -> MapeK:
    """Return the baseline, with an empty memory."""
    return MapeK()
