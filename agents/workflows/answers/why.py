"""The reasons of a run, from its records: each statement with the number of the journal's record that says so.

What was asked about leads: the choice of the candidate, the evidence, a verdict, or how the run ended; the rest follows in order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agents.answer_table import AnswerTable, number_column, text_column
from agents.heuristics.evidence_reader import answer_to, attempts
from agents.planner import Decision, Finish, View
from agents.understanding.result import WhyQuestion
from agents.workflows.calls import call, failure_of, is_offered, malformed_evidence, pending
from policies.text.foreign import safe
from tools.calls.tool_call import ToolCall
from tools.ran.run_tools import read_run
from tools.run_history import AccountedCandidate, AccountEntry, RunAccount, Topic

_ASKED: Final[tuple[tuple[re.Pattern[str], tuple[Topic, ...]], ...]] = (
    (re.compile(r"roll(ed|ing)?.?back|revert|taken? back|undo|undone|restor", re.I), ("change", "verification", "ending")),
    (re.compile(r"reject|refus|den(y|ied)|forbid|not allowed|declin|withdrawn|approv", re.I), ("gate", "approval", "ending")),
    (re.compile(r"inconclusive|confirm|verif|harm", re.I), ("verification", "change", "ending")),
    (re.compile(r"evidence|based on|data|measure|know|read", re.I), ("evidence",)),
    (
        re.compile(r"cho(o|i|se)|pick|select|candidate|recommend|propos|suggest|prefer|instead|rather", re.I),
        ("choice", "evidence"),
    ),
)
_NEVER: Final[tuple[tuple[re.Pattern[str], str, str], ...]] = (
    (re.compile(r"roll(ed|ing)?.?back|revert|taken? back|undo|undone", re.I), "rolled back", "it was not rolled back"),
    (re.compile(r"reject", re.I), "rejected", "it was not rejected"),
    (re.compile(r"inconclusive", re.I), "inconclusive", "it was not inconclusive"),
    (re.compile(r"\bconfirm", re.I), "confirmed", "it was not confirmed"),
)
_BY_STATUS: Final[dict[str, tuple[Topic, ...]]] = {
    "rejected": ("gate", "approval", "ending"),
    "expired": ("approval", "ending"),
    "rolled back": ("verification", "change", "ending"),
    "still applied": ("verification", "change", "ending"),
    "inconclusive": ("verification", "change", "ending"),
    "confirmed": ("choice", "verification"),
    "awaiting approval": ("choice", "gate", "approval"),
}
_MAX_LED, _MAX_REASONS, _MAX_EVIDENCE, _MAX_TEXT = 4, 3, 20, 200


def answer_why(view: View, question: WhyQuestion) -> Decision:
    """Read the run in question and finish with its reasons; a run that does not exist is said not to."""
    reading = call("read_run", "the run whose reasons are asked for", run=question.run)
    if not is_offered(view, reading.tool):
        return failure_of(view, [reading]) or malformed_evidence(reading)
    if decision := pending(view, [reading]):
        return decision
    account = answer_to(view.observations, read_run, reading)
    return _untold(view, reading) if account is None else _told(account, question)


def _untold(view: View, reading: ToolCall) -> Decision:
    error = next((tried.error for tried in reversed(attempts(view.observations, reading)) if tried.error), "")
    return Finish(summary=f"that cannot be told: {error.removeprefix('read_run: ')}") if error else malformed_evidence(reading)


def _told(account: RunAccount, question: WhyQuestion) -> Finish:
    led = _leading(account, question)
    chosen = f" ({account.chosen})" if account.chosen else ""
    parts = [f"run {account.run_id}{chosen}, “{safe(account.text, _MAX_TEXT)}”: {account.status}"]
    if denial := _denial(account, question):
        parts.append(denial)
    parts += [_cited(entry) for entry in led]
    if any(entry.topic == "choice" for entry in led):
        parts += _preferred(account.candidates)
    if account.message and all(account.message not in entry.reasons for entry in led):
        parts.append(f"how it ended: {account.message}")
    if not account.entries:
        parts.append("the journal has no record of it that says why")
    tables = [_records(account), *([_candidates(account)] if account.candidates else [])]
    return Finish(summary="; ".join(parts), tables=tuple(tables))


def _denial(account: RunAccount, question: WhyQuestion) -> str:
    """Return what the question takes for granted and is not so, empty if it is."""
    for pattern, status, words in _NEVER:
        if pattern.search(question.words) and account.status != status:
            return f"{words}: it is {account.status}"
    return ""


def _leading(account: RunAccount, question: WhyQuestion) -> list[AccountEntry]:
    """Return the records that answer what was asked, newest of each topic first asked about."""
    asked = next((topics for pattern, topics in _ASKED if pattern.search(question.words)), None)
    topics = asked or _BY_STATUS.get(account.status, ("choice", "gate", "ending"))
    led: list[AccountEntry] = []
    for topic in topics:
        own = [entry for entry in account.entries if entry.topic == topic]
        told = {entry.reasons for entry in led}
        led += [entry for entry in _explaining(own) if not entry.reasons or entry.reasons not in told]
    return led[:_MAX_LED] or [entry for entry in account.entries if entry.topic == "ending"][-1:]


def _explaining(entries: Sequence[AccountEntry]) -> list[AccountEntry]:
    """Return the newest two records of a topic, those with reasons before others."""
    with_reasons = [entry for entry in entries if entry.reasons]
    return list(with_reasons[-2:] or entries[-2:])


def _preferred(candidates: Sequence[AccountedCandidate]) -> list[str]:
    """Return what spoke for the proposed candidate, and how the others did."""
    proposed = next((candidate for candidate in candidates if candidate.proposed), None)
    if proposed is None:
        return []
    others = [
        f"{other.name} (score {other.score:.3g}{'' if other.meets_targets else ', misses targets'})"
        for other in candidates
        if not other.proposed
    ]
    return [
        f"the twin showed of it: {'; '.join(proposed.outlook) or 'no target'}, score {proposed.score:.3g}",
        *([f"the planner's reason: {proposed.rationale}"] if proposed.rationale else []),
        *([f"compared with {', '.join(others)}"] if others else []),
    ]


def _cited(entry: AccountEntry) -> str:
    reasons = "; ".join(entry.reasons[:_MAX_REASONS])
    more = f" and {len(entry.reasons) - _MAX_REASONS} more reasons" if len(entry.reasons) > _MAX_REASONS else ""
    return f"record {entry.record}: {entry.statement}" + (f", because {reasons}{more}" if reasons else "")


def _records(account: RunAccount) -> AnswerTable:
    evidence = [entry for entry in account.entries if entry.topic == "evidence"]
    left_out = {entry.record for entry in evidence[:-_MAX_EVIDENCE]}
    rows = tuple(
        {
            "record": entry.record, "at": f"{entry.at:%Y-%m-%d %H:%M:%S}", "topic": entry.topic, "statement": entry.statement,
            "reasons": "; ".join(entry.reasons),
        }
        for entry in account.entries
        if entry.record not in left_out
    )  # fmt: skip
    notes = [f"{len(left_out)} older records of evidence are left out"] if left_out else []
    return AnswerTable(
        title=f"What the journal says of run {account.run_id}",
        columns=(
            number_column("record", "record"), text_column("at", "at (UTC)"), text_column("topic", "about"),
            text_column("statement", "what"), text_column("reasons", "because"),
        ),
        rows=rows,
        notes=(*notes, "`twinpilot journal verify` checks that no record was altered"),
    )  # fmt: skip


def _candidates(account: RunAccount) -> AnswerTable:
    return AnswerTable(
        title="The candidates that the twin compared with the one that was judged last",
        columns=(
            text_column("name", "candidate"), text_column("outlook", "by the twin"),
            text_column("meets_targets", "meets targets"),
            number_column("score", "score"), text_column("rationale", "why"), text_column("risks", "risks"),
        ),
        rows=tuple(_candidate_row(candidate) for candidate in account.candidates),
        notes=("numbers are the twin's; reasons and risks are the planner's",),
    )  # fmt: skip


def _candidate_row(candidate: AccountedCandidate) -> dict[str, str | bool | int | float | None]:
    return {
        "name": f"{candidate.name}{' (proposed)' if candidate.proposed else ''}",
        "proposed": candidate.proposed,
        "outlook": "; ".join(candidate.outlook),
        "meets_targets": candidate.meets_targets,
        "score": candidate.score,
        "rationale": candidate.rationale,
        "risks": "; ".join(candidate.risks),
    }
