"""Objections of the gate and of humans: refused change sets, barred attributes, and bounds that an objection named."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from agents.planner import View
from policies.limits.loading import load_limits
from policies.restrictions.breach import RULE

_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
_NUMBER = r"(-?\d+(?:\.\d+)?)(?!\d|\.\d)(?! in one change)"  # a step is no bound on the value
_RANGE = re.compile(rf"allowed {_NUMBER}\s*\.\.\s*{_NUMBER}", re.IGNORECASE)
_AT_MOST = re.compile(
    rf"(?:at most|no more than|not above|not exceed|(?<!not )below|≤|<=|maximum(?: of)?)\s*{_NUMBER}", re.IGNORECASE
)
_AT_LEAST = re.compile(
    rf"(?:at least|not below|no less than|(?<!not )above|≥|>=|minimum(?: of)?|allowed)\s*{_NUMBER}", re.IGNORECASE
)
_MAX_DISTANCE = 80  # characters between an attribute and its bound


@dataclass(frozen=True)
class Objections:
    """Change sets (by digest) not to be proposed again, attributes not to be edited, and bounds to be kept, by attribute."""

    digests: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    ceilings: dict[str, float] = field(default_factory=dict)
    floors: dict[str, float] = field(default_factory=dict)
    messages: tuple[str, ...] = ()


def objections_of(view: View) -> Objections:
    """Return the objections in the view's verdict and feedback. A proposal returned with feedback counts as refused."""
    messages = list(view.feedback)
    digests = {digest for text in view.feedback for digest in _DIGEST.findall(text)}
    if view.verdict is not None and not view.verdict.may_proceed:
        digests.add(view.verdict.digest)
        failures = [reason for reason in view.verdict.reasons if reason.outcome == "fail"]
        messages += [f"{reason.message} {reason.remedy}" for reason in failures if reason.rule != RULE]
    if view.proposal is not None and messages:
        digests.add(view.proposal.best.change_set.digest)
    ceilings, floors, barred = _bounds_in(messages)
    return Objections(frozenset(digests), frozenset(barred), ceilings, floors, tuple(messages))


def _bounds_in(messages: Iterable[str]) -> tuple[dict[str, float], dict[str, float], set[str]]:
    """Return (ceilings, floors, barred) of the attributes in the messages; one without a bound behind it is barred."""
    ceilings: dict[str, float] = {}
    floors: dict[str, float] = {}
    barred: set[str] = set()
    # What a restriction forbids is in the view, by cell and slice: its message bars no attribute everywhere.
    messages = [message for message in messages if not message.startswith(f"{RULE}: ")]
    names = {limit.attribute for limit in load_limits()}
    for message in messages:
        for attribute in sorted(name for name in names if re.search(rf"\b{re.escape(name)}\b", message)):
            after = message.split(attribute, 1)[1][:_MAX_DISTANCE]
            between, high, low = _RANGE.search(after), _AT_MOST.search(after), _AT_LEAST.search(after)
            if between:
                floors[attribute], ceilings[attribute] = float(between[1]), float(between[2])
            elif high or low:
                ceilings |= {attribute: float(high[1])} if high else {}
                floors |= {attribute: float(low[1])} if low else {}
            else:
                barred.add(attribute)
    return ceilings, floors, barred
