"""Step `judge`: the safety review and the gate's verdict on the exact change set, which determine the next step."""

from __future__ import annotations

from datetime import datetime

from harness.engine.desk import Desk
from harness.engine.nodes.fixing_time import timetable_in
from harness.engine.nodes.requesting import seek_approval
from harness.engine.nodes.reviewing import review_of, with_review
from harness.engine.restricting import forbidden_by_request, standing_restrictions
from harness.engine.state import RunState, ended
from harness.gate.case import Case
from harness.gate.context import unmet
from harness.gate.executor_contract import stale_values
from harness.records.failure import RunBoundary
from harness.records.tried import Tried
from policies.change import ChangeSet
from policies.guardrails.loading import reloaded
from policies.intent import Intent
from policies.proposal import Proposal
from policies.slices import Slice
from policies.verdict import Ruling, Verdict
from tools.telemetry.validity import recent_flaws
from tools.twinning.context_values import context_values
from twins.network import KpiQuery

_JOURNALED_FLAWS = 20


def judge(desk: Desk, state: RunState) -> RunState:
    """Judge, record the verdict, and route: to the report in shadow mode, to approval or apply, or back to the planner."""
    tried = desk.artifacts.load(state["candidate"], Tried)
    if findings := review_of(desk, state, tried):
        desk.record("safety.reviewed", digest=tried.change_set.digest, findings=[finding.model_dump() for finding in findings])
    case = case_of(desk, state, tried)
    verdict = with_review(desk.gate.judge(case), findings)
    name = desk.artifacts.save(f"verdict-{verdict.digest[:16]}-{state['rounds']}", verdict)
    desk.record("gate.judged", digest=verdict.digest, ruling=verdict.ruling.value,
                reasons=[reason.model_dump() for reason in verdict.reasons],
                newest_window=case.newest_window.isoformat() if case.newest_window else None,
                flaws=[flaw.model_dump(mode="json") for flaw in case.flaws[:_JOURNALED_FLAWS]])  # fmt: skip
    desk.emit("verdict.given", verdict=verdict, tried=tried)
    update = _route(desk, state, case, verdict)
    update["verdict"] = name
    return update


def case_of(desk: Desk, state: RunState, tried: Tried) -> Case:
    """Return the gate's case: the change set and the current state of the network."""
    read_from = desk.not_before(desk.network.describe().now)  # before the snapshot: what had ended by then could be read
    kpis = desk.kpis.snapshot()
    card = desk.network.describe()  # after the snapshot: on a running network no window of it ends later
    card = card.model_copy(update={"now": desk.not_before(card.now)})
    intent = desk.artifacts.load(state["intent"], Intent)
    frame = kpis.query(KpiQuery(kpis=("RRC.ConnMean",), windows=1))
    owners = {cell.dn: cell.id for cell in card.cells}
    users = {
        (owners[sample.dn], sample.slice): sample.value
        for sample in frame
        if sample.dn in owners and isinstance(sample.slice, Slice) and sample.value is not None
    }
    return Case(
        change_set=tried.change_set,
        intent=intent,
        candidate=tried.candidate,
        expires_at=_expires_at(desk, state),
        network=desk.network,
        card=card,
        limits=desk.limits,
        guardrails=reloaded(desk.guardrails),
        settings=desk.settings.gate,
        newest_window=kpis.newest,
        read_from=read_from,
        planner=desk.planner.name,
        conflicts=tuple(desk.commitments.conflicts(tried.change_set, desk.network_name, key_of(state, tried.change_set))),
        schema_of=desk.schema_of,
        users=users,
        flaws=recent_flaws(kpis, card, intent),
        restrictions=standing_restrictions(desk, card.now),
        forbidden=forbidden_by_request(desk, state),
        timetable=timetable_in(desk, state),
        context_values=context_values(kpis, card, intent),
    )


def not_done(why: str) -> RunState:
    """Return the ending of a run whose condition does not hold: nothing is done, and nothing waits until it does."""
    return ended("no change needed", f"nothing is done: {why}; it is not waited for, state the request again when it holds")


def _expires_at(desk: Desk, state: RunState) -> datetime:
    """Return when the proposal expires: not before the latest time at which its timetable lets it be applied."""
    expires_at, latest = desk.artifacts.load(state["proposal"], Proposal).expires_at, timetable_in(desk, state).latest
    return max(expires_at, latest) if latest else expires_at


def key_of(state: RunState, change_set: ChangeSet) -> str:
    """Return the idempotency key of a change of this run; in a later round the same change has another one."""
    later = f":{state['rounds']}" if state["rounds"] else ""
    return f"{state['run_id']}:{change_set.digest}{later}"


def back_to_plan(desk: Desk, state: RunState, objections: list[str]) -> RunState:
    """Send the run back to the planner with the objections, or end it after the maximum number of rounds."""
    rounds = state["rounds"] + 1
    if rounds >= desk.settings.gate.max_rounds:
        return ended("rejected", f"rejected {rounds} times, the last time because: {'; '.join(objections)}")
    return RunState(next="plan", rounds=rounds, feedback=[*state["feedback"], *objections])


def plan_anew(desk: Desk, state: RunState, changes: list[str]) -> RunState:
    """Send the run back to the planner since the network is no longer as it was read; or end it after the maximum of rounds.

    What was read, and tried on that, is in no later view (it stays in the journal), so that any planner reads again. The proposal
    is outdated, not refused: nothing speaks against the same values on fresh readings. changes: what differs, in words.
    """
    rounds = state["rounds"] + 1
    reason = "; ".join(changes)
    if rounds >= desk.settings.gate.max_rounds:
        return ended("cannot", f"planned {rounds} times, the last time on values that the network no longer has: {reason}")
    desk.record("plan.outdated", why=changes)
    desk.emit("plan.outdated", reasons=changes)
    return RunState(next="plan", rounds=rounds, proposal="", outdated=len(state["observations"]), changes=changes)


def _route(desk: Desk, state: RunState, case: Case, verdict: Verdict) -> RunState:
    objections = [
        f"{reason.describe()}{f' ({reason.remedy})' if reason.remedy else ''}"
        for reason in verdict.reasons
        if reason.outcome == "fail"
    ]
    if why := unmet(case):
        return not_done(why)
    if desk.mode == "shadow":
        desk.record("shadow.recommended", digest=verdict.digest, ruling=verdict.ruling.value, edits=case.change_set.describe())
        timetable = timetable_in(desk, state).describe()
        return ended("shadow", f"recommended, not applied; the gate would say: {verdict.ruling.value}; timetable: {timetable}")
    if not verdict.may_proceed and (changes := stale_values(desk.network, case.change_set)):
        return plan_anew(desk, state, changes)
    if verdict.ruling is Ruling.ESCALATE:
        return ended("cannot", "; ".join(objections), boundary=RunBoundary.GATE)
    if not verdict.may_proceed:
        return back_to_plan(desk, state, objections)
    return seek_approval(desk, state, case, verdict)
