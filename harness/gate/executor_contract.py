"""Seventh rule, the executor's own contract: what must hold at the moment of the apply, whatever was judged before.

It is judged with the others, and once more right before the apply: minutes may lie between the two.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.gate.case import Case
from policies.change import canonical_json
from policies.verdict import Reason, failed, passed

NAME = "executor contract"
_SOURCE = "executor contract"


def judge(case: Case) -> Iterator[Reason]:
    """Yield pass or fail for expiry, telemetry, rollback, conflicts and preconditions."""
    yield _expiry(case)
    yield _telemetry(case)
    yield from _rollback(case)
    yield from _conflicts(case)
    yield _precondition(case)


def _expiry(case: Case) -> Reason:
    left = (case.expires_at - case.card.now).total_seconds()
    if left <= 0:
        return failed(NAME, f"the proposal expired {-left:.0f} s ago", _SOURCE, "plan again on fresh telemetry")
    return passed(NAME, f"the proposal stands for another {left:.0f} s", _SOURCE)


def _telemetry(case: Case) -> Reason:
    allowed = case.settings.max_telemetry_windows * case.card.granularity_s
    if case.newest_window is None:
        return failed(NAME, "there is no telemetry", _SOURCE, "wait for the first KPI window")
    age = (case.card.now - case.newest_window).total_seconds()
    if age > allowed:
        remedy = f"wait for a KPI window younger than {allowed:.0f} s"
        return failed(NAME, f"the newest KPI window is {age:.0f} s old, allowed {allowed:.0f} s", _SOURCE, remedy)
    return passed(NAME, f"the newest KPI window is {age:.0f} s old", _SOURCE)


def _rollback(case: Case) -> Iterator[Reason]:
    stale = []
    for edit in case.change_set.attribute_edits():
        now = case.network.read(edit.dn).attributes.get(edit.attribute)
        if canonical_json(now) != canonical_json(edit.old):
            stale.append(f"{edit.dn} {edit.attribute} is {now!r}, not {edit.old!r}")
    for one in stale:
        yield failed(NAME, f"rollback handle: {one}", _SOURCE, "read again, then propose again")
    if not stale:
        yield passed(NAME, "rollback handle: the old values stand on the network", _SOURCE)


def _conflicts(case: Case) -> Iterator[Reason]:
    for one in case.conflicts:
        message = f"run {one.run_id} has an open commitment ({one.state}) on what this touches"
        yield failed(NAME, message, _SOURCE, "wait until it is confirmed or reverted")
    if not case.conflicts:
        yield passed(NAME, "no open commitment touches this", _SOURCE)


def _precondition(case: Case) -> Reason:
    if case.intent.window is not None and case.intent.window.end <= case.card.now:
        return failed(NAME, f"the intent's time is over ({case.intent.window.end.isoformat()})", _SOURCE, "state a coming time")
    return passed(NAME, "the intent's time is not over", _SOURCE)
