"""The end of a plan whose edits the operator named: they are proposed as asked, or refused with the rule that forbids them.

Another value than the one that was asked for is never proposed instead, and "no change needed" is no answer to a refused request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.planner import Escalate
from agents.workflows.direct_edits import AS_ASKED
from agents.workflows.objections import Objections
from agents.workflows.proposing import describe_outlook
from policies.proposal import Candidate

_UNCHANGED = "leave the network unchanged"


def refusal_of_request(
    evaluated: Sequence[Candidate],
    refused: Mapping[str, str],
    objections: Objections,
    feedback: Sequence[str],
    unsafe: Mapping[str, Sequence[str]],
) -> Escalate | None:
    """Return why the requested change cannot be proposed, None if it can.

    evaluated, refused: the candidates that the twin tried, and the reason by name for those that it refused. unsafe: the safety
    specialist's objections by digest. feedback: what the gate and humans said about the proposals.
    """
    if AS_ASKED in refused:
        return Escalate(reason=f"cannot, because the requested change is refused: {refused[AS_ASKED]}", nearest=_UNCHANGED)
    requested = next((candidate for candidate in evaluated if candidate.name == AS_ASKED), None)
    if requested is None:
        return Escalate(reason="cannot, because the twin gave no prediction of the requested change", nearest=_UNCHANGED)
    digest = requested.change_set.digest
    if digest in objections.digests:
        reasons = "; ".join(dict.fromkeys(feedback or objections.messages))
        return Escalate(reason=f"cannot, because the requested change was refused: {reasons}", nearest=_UNCHANGED)
    if unsafe.get(digest):
        return Escalate(reason=f"cannot, because {'; '.join(unsafe[digest])}", nearest=_UNCHANGED)
    return None if requested.feasible else _missed(requested)


def _missed(requested: Candidate) -> Escalate:
    missed = requested.missed or "a condition of the request cannot be predicted with it"
    reason = f"cannot, because the requested change breaks what was asked for: {missed}"
    return Escalate(reason=reason, nearest=describe_outlook(requested))
