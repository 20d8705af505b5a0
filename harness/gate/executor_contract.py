"""Ninth rule, the executor's contract: the conditions that must hold at the moment of the apply.

It is judged with the other rules, and again right before the apply, which may be minutes later.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.gate.case import Case
from policies.change import ChangeSet, same_json
from policies.quality.flaw import INVALID, invalid
from policies.quality.window import allowed_skew_s
from policies.verdict import Reason, failed, passed
from twins.network import Network, UnknownObjectError

NAME = "executor contract"
_SOURCE = "executor contract"


def judge(case: Case) -> Iterator[Reason]:
    """Yield a pass or a failure for expiry, telemetry, rollback, conflicts and preconditions."""
    yield _expiry(case)
    yield _telemetry(case)
    yield _validity(case)
    yield from _rollback(case)
    yield from _conflicts(case)
    yield _precondition(case)


def _expiry(case: Case) -> Reason:
    left = (case.expires_at - case.card.now).total_seconds()
    if left <= 0:
        return failed(NAME, f"the proposal expired {-left:.0f} s ago", _SOURCE, "plan again on fresh telemetry")
    return passed(NAME, f"the proposal is valid for another {left:.0f} s", _SOURCE)


def _telemetry(case: Case) -> Reason:
    """Judge whether the newest window is fresh: at most `max_telemetry_windows` old when its reading began.

    Windows that end while the reports are read are none that the source withheld: on a network whose time runs fast several do.
    What is allowed is exceeded only by more than clocks of a network may differ, the same as for windows that end too late.
    """
    max_age, skew = case.settings.max_telemetry_windows * case.card.granularity_s, allowed_skew_s(case.card.granularity_s)
    if case.newest_window is None:
        return failed(NAME, "there is no telemetry", _SOURCE, "wait for the first KPI window")
    ahead = (case.newest_window - case.card.now).total_seconds()
    if ahead > skew:
        message = f"{INVALID}: the newest KPI window ends {ahead:.0f} s after the network's time"
        return failed(NAME, message, _SOURCE, "check the clocks of the network and of its PM source")
    age = max(0.0, ((case.read_from or case.card.now) - case.newest_window).total_seconds())
    if age > max_age + skew:
        remedy = f"wait for a KPI window younger than {max_age:.0f} s"
        return failed(NAME, f"the newest KPI window is {age:.0f} s old, allowed {max_age:.0f} s", _SOURCE, remedy)
    return passed(NAME, f"the newest KPI window is {age:.0f} s old", _SOURCE)


def _validity(case: Case) -> Reason:
    if case.flaws:
        return failed(NAME, invalid(case.flaws), _SOURCE, "correct the PM source, or wait until they are good again")
    return passed(NAME, "the measurements that the intent needs are good", _SOURCE)


def _rollback(case: Case) -> Iterator[Reason]:
    stale = stale_values(case.network, case.change_set)
    for difference in stale:
        yield failed(NAME, f"rollback handle: {difference}", _SOURCE, "read again, then propose again")
    if not stale:
        yield passed(NAME, "rollback handle: the network has the old values", _SOURCE)


def stale_values(network: Network, change_set: ChangeSet) -> list[str]:
    """Return in words which attributes have another value than the edits' old one; raises NetworkError."""
    texts = []
    for edit in change_set.attribute_edits():
        try:
            current = network.read(edit.dn).attributes.get(edit.attribute)
        except UnknownObjectError:
            texts.append(f"{edit.dn} does not exist")
            continue
        if not same_json(current, edit.old):
            texts.append(f"{edit.dn} {edit.attribute} is {current!r}, not {edit.old!r}")
    return texts


def _conflicts(case: Case) -> Iterator[Reason]:
    for commitment in case.conflicts:
        message = f"run {commitment.run_id} has an open commitment ({commitment.state}) on what this edits"
        yield failed(NAME, message, _SOURCE, "wait until it is confirmed or reverted")
    if not case.conflicts:
        yield passed(NAME, "no open commitment owns what this edits", _SOURCE)


def _precondition(case: Case) -> Reason:
    if case.intent.window is not None and case.intent.window.end <= case.card.now:
        return failed(NAME, f"the intent's time is over ({case.intent.window.end.isoformat()})", _SOURCE, "state a later time")
    return passed(NAME, "the intent's time is not over", _SOURCE)
