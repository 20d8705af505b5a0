"""Fifth rule, restrictions: what an operator has forbidden for this network, and what the request itself forbids, is not done.

A restriction with a window is judged by when the change would be in effect: from its apply to its restoring, for good without
one. Taking a change of ours back is never judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.gate.case import Case
from harness.runtime.command_line import twinpilot
from harness.runtime.timetable import moment_text
from policies.change import Edit
from policies.restrictions.breach import RULE, Breaches
from policies.restrictions.prohibition import Prohibition
from policies.restrictions.restriction import Restriction
from policies.verdict import Reason, failed, passed

NAME = RULE
_SHOWN = 4  # edits


def judge(case: Case) -> Iterator[Reason]:
    """Yield a failure for each restriction that the change breaks, or one pass."""
    breaches = Breaches(case.card, case.guardrails.rules.policy.floor)
    begins = case.timetable.apply_at or case.card.now
    prohibitions: tuple[Prohibition, ...] = (*case.restrictions, *case.forbidden)
    met = [prohibition for prohibition in prohibitions if prohibition.meets(begins, case.timetable.restore_at)]
    broken = {index: _broken(breaches, case.change_set.edits, prohibition) for index, prohibition in enumerate(met)}
    for index, edits in broken.items():
        if edits:
            yield _refusal(case, met[index], edits)
    if not any(broken.values()):
        yield passed(NAME, f"none of {len(prohibitions)} is broken" if prohibitions else "there are none", "operator")


def _broken(breaches: Breaches, edits: tuple[Edit, ...], prohibition: Prohibition) -> list[str]:
    return [words for edit in edits if (words := breaches.of(edit, prohibition))]


def _refusal(case: Case, prohibition: Prohibition, edits: list[str]) -> Reason:
    more = f" and {len(edits) - _SHOWN} more" if len(edits) > _SHOWN else ""
    message = f"{prohibition.describe()}; this does so{_in_effect(case, prohibition)}: {'; '.join(edits[:_SHOWN])}{more}"
    if isinstance(prohibition, Restriction):
        command = twinpilot("restrictions", "remove", prohibition.id)
        return failed(NAME, message, f"restriction {prohibition.id}", f"leave it out, or remove the restriction with: {command}")
    return failed(NAME, message, "the request", "leave it out, or state the request without it")


def _in_effect(case: Case, prohibition: Prohibition) -> str:
    """Return in words when the change would be in effect, if that is the question."""
    if prohibition.window is None:
        return ""
    begins = moment_text(case.timetable.apply_at or case.card.now)
    ends = case.timetable.restore_at
    return f" from {begins} to {moment_text(ends)}" if ends else f" from {begins} on, for good"
