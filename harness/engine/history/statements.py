"""What one record of the journal says in words: its topic, a statement, and the reasons that it gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from pydantic import ValidationError

from harness.journal.record import JournalRecord
from policies.intent import Intent
from policies.managed_object import cell_of, class_of, id_of
from tools.run_history import AccountEntry, Topic

Body = dict[str, Any]
Said = tuple[str, tuple[str, ...]]
_MAX_REASONS: Final = 12
_DN: Final = re.compile(r"\bManagedElement=[\w.:-]+(?:,[A-Z]\w*=[\w.:-]*\w)+")


def entry_of(record: JournalRecord) -> AccountEntry | None:
    """Return what the record says; None for a record of the machinery (a step, a change of a row) that explains nothing."""
    if record.kind not in _STATEMENTS:
        return None
    topic, say = _STATEMENTS[record.kind]
    statement, reasons = say(record.body)
    shown = tuple(map(_in_words, reasons[:_MAX_REASONS]))
    return AccountEntry(record=record.seq, at=record.at, topic=topic, statement=_in_words(statement), reasons=shown)


def _in_words(text: str) -> str:
    """Return the text with each DN as the cell and the object that it names."""
    return _DN.sub(lambda match: _object(match[0]), text)


def _object(dn: str) -> str:
    try:
        cell, own = cell_of(dn), id_of(dn)
    except ValueError:
        return dn
    part = class_of(dn) if own in (cell, "1", None) else f"{class_of(dn)} {own}"
    return f"{cell} {part}" if cell else part


def _lines(value: object) -> tuple[str, ...]:
    """Return a value as lines: a list item by item, a text as one line, nothing for nothing."""
    if isinstance(value, list | tuple):
        return tuple(str(item) for item in value if str(item).strip())
    return (str(value),) if value not in (None, "", {}) else ()


def _findings(body: Body, name: str) -> tuple[str, ...]:
    """Return the findings that let nothing pass in silence: failures and warnings, with what to do."""
    found = [item for item in body.get(name) or () if isinstance(item, dict) and item.get("outcome") != "pass"]
    return tuple(
        f"{item.get('outcome')} {item.get('rule')}: {item.get('message')}"
        + (f" ({item['remedy']})" if item.get("remedy") else "")
        for item in found
    )


def _understood(body: Body) -> Said:
    try:
        intent = Intent.model_validate(body.get("intent"))
    except ValidationError:
        return "the intent was understood", ()
    targets = [
        f"{target.definition.title}{f' [{expectation.object.slice}]' if expectation.object.slice else ''}: {target.describe()}"
        for expectation in intent.expectations
        for target in expectation.targets
    ]
    return f"understood as {'; '.join(targets)}", (*_read_back(body), *intent.assumptions)


def _read_back(body: Body) -> tuple[str, ...]:
    return (f"read back: {body['read_back']}",) if body.get("read_back") else ()


def _called(body: Body) -> Said:
    result = f"failed ({body['boundary']}): {body.get('summary')}" if body.get("boundary") else str(body.get("summary"))
    return f"{body.get('tool')}{_for(body)}: {result}", ()


def _for(body: Body) -> str:
    return f" ({body['reason']})" if body.get("reason") else ""


def _proposed(body: Body) -> Said:
    others = [name for name in body.get("candidates") or () if name != body.get("best")]
    ahead = f", ahead of {', '.join(map(repr, others))}" if others else ", with no other candidate"
    return f"{body.get('best')!r} was proposed{ahead}", ()


def _by(body: Body) -> str:
    how = f" ({body['how']})" if body.get("how") else ""
    return f"by {body.get('who')}{how}"


def _why(words: str) -> Callable[[Body], Said]:
    """Return what says `words`, with the record's own why as reasons."""
    return lambda body: (words, _lines(body.get("why")))


def _taken_back(body: Body) -> Said:
    return f"the change was taken back by {body.get('by')}: {body.get('note')}", _lines(body.get("why"))


def _verified(body: Body) -> Said:
    over = f" over {body['windows']} windows" if body.get("windows") else ""
    reasons = (*_lines(body.get("reasons")), *_lines(body.get("notes")), *_lines(body.get("edits")))
    return f"the KPIs after the change{over}: {body.get('outcome')}", reasons


def _ended(body: Body) -> Said:
    return f"the run ended: {body.get('status')}", _lines(body.get("message"))


_STATEMENTS: Final[dict[str, tuple[Topic, Callable[[Body], Said]]]] = {
    "run.started": ("request", lambda body: (f"asked by {body.get('requester') or 'somebody'}: {body.get('text')}", ())),
    "intent.understood": ("request", _understood),
    "question.answered": ("request", lambda body: (f"asked back: {body.get('question')} – answer: {body.get('answer')}", ())),
    "specialist.said": ("choice", lambda body: (f"the {body.get('by')} {body.get('said')}", ())),
    "question.told": ("evidence", lambda body: (f"asked beside it: {body.get('question')}", _lines(body.get("answer")))),
    "tool.called": ("evidence", _called),
    "proposal.made": ("choice", _proposed),
    "proposal.refused": ("choice", _why("a proposal was refused by the run")),
    "plan.outdated": ("choice", _why("the network was no longer as it was read, so it was planned again")),
    "safety.reviewed": ("gate", lambda body: ("the safety specialist reviewed it", _findings(body, "findings"))),
    "gate.judged": ("gate", lambda body: (f"the gate: {body.get('ruling')}", _findings(body, "reasons"))),
    "gate.rejudged": (
        "gate",
        lambda body: (f"the gate, right before it was sent: {body.get('ruling')}",
                      (*_lines(body.get("refused")), *_lines(body.get("doubts")))),
    ),
    "shadow.recommended": ("gate", lambda body: (f"recommended only; the gate would say: {body.get('ruling')}", ())),
    "approval.requested": (
        "approval",
        lambda body: (
            f"approval was requested by {body.get('requested_by')}", (*_read_back(body), *_lines(body.get("edits")))
        ),
    ),
    "approval.decided": ("approval", lambda body: (f"{body.get('verdict')} {_by(body)}", _lines(body.get("note")))),
    "approval.refused": ("approval", lambda body: (f"an approval {_by(body)} did not count", _lines(body.get("why")))),
    "approval.withdrawn": ("approval", _why("the request was withdrawn")),
    "commitment.opened": ("change", lambda body: (f"to be verified by {body.get('until')} network time, or taken back", ())),
    "change.applied": ("change", lambda body: (f"applied at {body.get('at')} network time", ())),
    "change.failed": ("change", _why("it could not be applied for certain")),
    "change.refused": ("change", _why("the network refused it")),
    "change.cancelled": ("change", _why("it was cancelled before it was applied")),
    "change.alarm": ("change", lambda body: ("not in effect any more", _lines(body.get("edits")))),
    "change.reverted": ("change", _taken_back),
    "change.restored": ("change", lambda body: (f"restored at the end of its time: {body.get('note')}", ())),
    "change.revert_failed": ("change", _why("it could not be taken back")),
    "change.still_applied": ("change", _why("it is still on the network")),
    "change.verified": ("verification", _verified),
    "outcome.decided": ("verification", lambda body: (f"a person decided: {body.get('choice')} ({body.get('who')})", ())),
    "commitment.confirmed": ("verification", lambda body: ("the change is confirmed", ())),
    "commitment.kept": ("verification", lambda body: (f"kept by {body.get('who')}, without proof", ())),
    "commitment.in_force": ("verification", lambda body: (f"in force until {body.get('until')} network time", ())),
    "run.ended": ("ending", _ended),
    "run.corrected": ("ending", _ended),
    "run.waiting": ("ending", lambda body: (f"the run waits: {body.get('status')}", _lines(body.get("message")))),
    "run.failed": ("ending", lambda body: (f"the run failed ({body.get('boundary')})", _lines(body.get("message")))),
}  # fmt: skip
