"""The page of a run: one self-contained HTML file without scripts or external resources; all text is made safe and escaped."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agents.answer_table import AnswerTable
from agents.planner import Tell
from harness.records.artifacts import Artifacts
from harness.records.observed_kpi import ObservedKpi
from harness.records.outcome import ApprovalNote, RunOutcome
from harness.runtime.private import write_private
from harness.views.html import document, items, table
from harness.views.plots import SERIES_LEGEND, Marks, candidates_plot, frame_of, kpi_title, series_plot
from policies.intent import ExpectationObject, ExpectationTarget
from policies.kpi import KpiFrame
from policies.limits.change_text import change_lines
from policies.managed_object import short_name
from policies.proposal import Candidate
from policies.text.html import html_text as text
from policies.text.redaction import redacted

# By result, what is said of the KPIs that are listed on demand only.
_FOLDED = {
    "moved": "moved to the cells around, and arrived there",
    "unharmed": "are no worse",
    "unknown": "were measured in too few windows to be judged",
}
_KPI_HEADER = ("KPI", "where", "before", "without a change", "predicted", "95 %", "after", "unit", "result")


def write_report(outcome: RunOutcome, candidates: tuple[Candidate, ...], artifacts: Artifacts, now: str) -> None:
    """Write the page of a run; `candidates` are those that were compared in the twin. Raises OSError.

    now: HTML of what holds now (`harness.commitments.page_now`).
    """
    write_private(artifacts.page, redacted(page(outcome, candidates, artifacts, now)).encode())


def page(outcome: RunOutcome, candidates: tuple[Candidate, ...], artifacts: Artifacts, now: str) -> str:
    """Return the page as HTML: first what holds now and what was changed when, then how that came about."""
    parts = [
        now,
        f"<blockquote>{text(outcome.text)}</blockquote>",
        f"<p>Nearest reachable: {text(outcome.nearest)}</p>" if outcome.nearest else "",
        _change(outcome, artifacts),
        _recommendation(outcome),
        *map(_answer, outcome.tables),
        *map(_told, outcome.told),
        _kpis(outcome),
        _plots(outcome, artifacts),
        _intent(outcome),
        _candidates(candidates, outcome),
        _verdict(outcome),
        _timetable(outcome),
        _approval(outcome),
        _durations(outcome),
    ]
    return document(f"TwinPilot run {outcome.run_id}", parts)


def _change(outcome: RunOutcome, artifacts: Artifacts) -> str:
    """Return what was changed on the network, and when; or that nothing was."""
    at = _applied_at(artifacts)
    if at is None:
        return "<p class=change>Nothing was changed on the network.</p>"
    edits = items(change_lines(outcome.chosen)) if outcome.chosen else ""
    return f"<div class=change><h2>Changed at {at:%Y-%m-%d %H:%M:%S %Z} (network time)</h2>{edits}</div>"


def _applied_at(artifacts: Artifacts) -> datetime | None:
    return datetime.fromisoformat(artifacts.load("applied", dict)["at"]) if artifacts.has("applied") else None


def _recommendation(outcome: RunOutcome) -> str:
    if not outcome.recommendation:
        return ""
    note = "The network has no attribute or policy that sets this."
    return f"<h2>Recommendation</h2><p>{text(outcome.recommendation)}</p><p><small>{note}</small></p>"


def _told(told: Tell) -> str:
    """Return the answer to a question that was asked beside what was to be done."""
    advice = f"<p>Recommended: {text(told.recommendation)}</p>" if told.recommendation else ""
    return f"<h2>Asked beside it</h2><blockquote>{text(told.question)}</blockquote><p>{text(told.summary)}</p>{advice}"


def _answer(answer: AnswerTable) -> str:
    rows = [[row.get(column.key) for column in answer.columns] for row in answer.rows]
    shown = table([column.title for column in answer.columns], rows)
    return f"<h2>{text(answer.title)}</h2>{shown}{items(answer.notes)}"


def _intent(outcome: RunOutcome) -> str:
    if outcome.intent is None:
        return ""
    rows = [
        (expectation.object.slice or "all", _where(expectation.object), f"{target.definition.title}: {target.describe()}")
        for expectation in outcome.intent.expectations
        for target in expectation.targets
    ]
    window, notes = outcome.intent.window, (*(event.describe() for event in outcome.events), *outcome.intent.assumptions)
    when = f"<p>{window.start:%Y-%m-%d %H:%M} – {window.end:%H:%M %Z}</p>" if window else ""
    said = f"<p><strong>Read back:</strong> {text(outcome.read_back)}</p>" if outcome.read_back else ""
    return f"<h2>Intent as understood</h2>{said}{table(('slice', 'cells', 'target'), rows)}{when}{items(notes)}"


def _where(scope: ExpectationObject) -> str:
    return scope.area or ", ".join(map(short_name, scope.cells)) or "all cells"


def _candidates(candidates: tuple[Candidate, ...], outcome: RunOutcome) -> str:
    if not candidates:
        return ""
    chosen = outcome.chosen.digest if outcome.chosen else ""
    rows = [
        (
            number,
            f"{candidate.name}{' (chosen)' if candidate.change_set.digest == chosen else ''}",
            "; ".join(change_lines(candidate.change_set)) or "no change",
            "yes" if candidate.feasible else "no",
            candidate.score,
            candidate.rationale,
        )
        for number, candidate in enumerate(candidates, 1)
    ]
    shown = table(("no.", "candidate", "change", "meets the targets", "score", "why"), rows)
    return f"<h2>Candidates, tried in the twin</h2>{candidates_plot(candidates)}{shown}"


def _verdict(outcome: RunOutcome) -> str:
    if outcome.verdict is None:
        return ""
    reasons = outcome.verdict.reasons
    rows = [(reason.outcome, reason.rule, reason.message, reason.source, reason.remedy) for reason in reasons]
    title = f"<h2>Gate: {text(outcome.verdict.ruling.value)}</h2>"
    return title + table(("result", "rule", "finding", "source", "what to do"), rows)


def _timetable(outcome: RunOutcome) -> str:
    if outcome.timetable is None or outcome.chosen is None:
        return ""
    return f"<h2>Timetable</h2><p>{text(outcome.timetable.describe())}</p>"


def _approval(outcome: RunOutcome) -> str:
    if outcome.approval is None:
        return ""
    requests = (*outcome.earlier_requests, outcome.approval)
    return f"<h2>Approval</h2>{items(map(_request, requests))}"


def _request(note: ApprovalNote) -> str:
    as_read = f"; it was read back as: {note.read_back}" if note.read_back else ""
    return f"request {note.digest[:12]}: {note.standing or note.state}{as_read}"


def _kpis(outcome: RunOutcome) -> str:
    if not outcome.observed:
        return ""
    rows = [_kpi_row(kpi) for kpi in outcome.observed if kpi.result not in _FOLDED]
    folded = "".join(_fold(outcome, result, summary) for result, summary in _FOLDED.items())
    gaps = ", ".join(f"{name} {value:.0%}" for name, value in outcome.twin_gap.items())
    return (
        f"<h2>KPIs before and after</h2>{table(_KPI_HEADER, rows)}{folded}{_effects(outcome)}"
        f"<p><small>Twin gap: {text(gaps or 'not measured')}</small></p>"
    )


def _fold(outcome: RunOutcome, result: str, summary: str) -> str:
    rows = [_kpi_row(kpi) for kpi in outcome.observed if kpi.result == result]
    return f"<details><summary>{len(rows)} other KPIs {summary}</summary>{table(_KPI_HEADER, rows)}</details>" if rows else ""


def _effects(outcome: RunOutcome) -> str:
    """Return what was measured of each edit: an acknowledgement is no effect."""
    edits = outcome.verification.edits if outcome.verification else ()
    return f"<h2>Measured effect of each edit</h2>{items(edit.describe() for edit in edits)}" if edits else ""


def _kpi_row(kpi: ObservedKpi) -> tuple[object, ...]:
    return (
        kpi_title(kpi.kpi, kpi.slice), kpi.cells, kpi.before, kpi.no_change, kpi.predicted,
        "" if kpi.low is None else f"{kpi.low:.4g}..{kpi.high:.4g}", kpi.after, kpi.unit,
        f"{kpi.result}, {kpi.note}" if kpi.note else kpi.result,
    )  # fmt: skip


def _plots(outcome: RunOutcome, artifacts: Artifacts) -> str:
    if not artifacts.has("series") or outcome.intent is None:
        return ""
    records: list[dict[str, Any]] = artifacts.load("series", list)
    series, marks = frame_of(records), Marks(_applied_at(artifacts), outcome.intent.window)
    pairs = [(expectation.object, target) for expectation in outcome.intent.expectations for target in expectation.targets]
    return f"<h2>KPIs over network time</h2>{SERIES_LEGEND}" + "".join(_plot(outcome, series, *pair, marks) for pair in pairs)


def _plot(outcome: RunOutcome, series: KpiFrame, scope: ExpectationObject, target: ExpectationTarget, marks: Marks) -> str:
    drawn = series_plot(outcome, series, scope, target, marks)
    title = f"{kpi_title(target.kpi, scope.slice)}, {target.definition.unit}: {_where(scope)}"
    return f"<h3>{text(title)}</h3>{drawn or '<p>no measurement</p>'}"


def _durations(outcome: RunOutcome) -> str:
    rows = list(outcome.durations.items())
    note = f"<p><small>planner: {text(outcome.planner)}; folder: {text(outcome.folder)}</small></p>"
    return f"<h2>Duration by step</h2>{table(('step', 'seconds'), rows)}{items(outcome.notes)}{note}"
