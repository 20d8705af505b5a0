"""MAPE-K (seed 001, section IV-B): monitor, analyze, plan, execute, over a knowledge table of 50 condition-action rules.

1. Monitor reads telemetry; analyze turns it into facts (`mape_facts`); plan takes the first rule of the table whose conditions
   all hold and that was not used yet; execute makes its call.
2. When no rule applies any more it verifies and ends. It reads the mission as data, never the operator's words.
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
    found: tuple[dict[str, Any], ...] = tuple(json.loads(TABLE.read_text(encoding="utf-8")))
    return found


class MapeK:
    """The loop; what it has tried is its memory of the episode."""

    name = "mape-k"

    def __init__(self) -> None:
        self._used: list[str] = []

    def decide(self, view: View) -> Decision:
        """Return the next decision: telemetry after every change, a rule's call after telemetry, at last verification."""
        mission = mission_of(view.text)
        if mission is None:
            return Finish(summary="there is no mission in what the operator wrote")
        last = view.observations[-1].call.tool if view.observations else ""
        if last == "validate_mission_completion":
            return Finish(summary="verified; see the last answer")
        if last != "read_telemetry":
            return call("read_telemetry", "monitor") if last != "verify_sla_compliance" else Finish(summary="verified")
        return self._planned(view, mission)

    def _planned(self, view: View, mission: MissionSpec) -> Decision:
        telemetry = answers(view, "read_telemetry")[-1]
        sent = frozenset(str(one.call.arguments["uav"]) for one in view.observations if one.call.tool == "set_waypoint")
        facts = facts_of(mission, telemetry, sent)
        for rule in rules():
            if self._applies(rule, facts) and (made := _executed(rule, facts, telemetry)) is not None:
                self._used.append(rule["id"])
                return made
        return verification(view, mission, NetworkState.model_validate(telemetry["state"]))

    def _applies(self, rule: dict[str, Any], facts: Facts) -> bool:
        if self._used.count(rule["id"]) >= rule.get("times", 1):
            return False
        return all(_holds(name, wanted, facts) for name, wanted in rule["when"].items())


def _holds(name: str, wanted: Any, facts: Facts) -> bool:
    """Whether one condition holds: `broken` and `pending` ask for membership, `above_x` and `below_x` compare, others equal."""
    if name in ("broken", "pending"):
        return wanted in getattr(facts, name)
    side, _, rest = name.partition("_")
    if side in ("above", "below") and rest in _NUMBERS:
        value = getattr(facts, rest)
        return bool(value > wanted if side == "above" else value < wanted)
    return bool(getattr(facts, name) == wanted)


def _executed(rule: dict[str, Any], facts: Facts, telemetry: dict[str, Any]) -> Decision | None:
    """The rule's action as a call; None where there is nothing that it could act on."""
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
        return (
            None if server == facts.host else call("edge_offload", reason, task=telemetry["service"], target={"server": server})
        )
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
