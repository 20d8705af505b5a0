"""The page of a run: one self-contained HTML file without scripts or external resources; all text is escaped."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any

from harness.records.artifacts import Artifacts
from harness.records.observed_kpi import ObservedKpi
from harness.records.outcome import RunOutcome
from harness.records.status import TONE, Tone
from harness.runtime.private import write_private
from harness.views.plots import candidates_plot, frame_of, series_plot
from policies.managed_object import short_name
from policies.proposal import Candidate
from policies.text.redaction import redacted

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid #ddd}
table{border-collapse:collapse;width:100%;font-size:13px}td,th{border-bottom:1px solid #eee;padding:.3rem .5rem;text-align:left;
vertical-align:top}th{color:#555;font-weight:600}.num{text-align:right;font-variant-numeric:tabular-nums}
.badge{display:inline-block;padding:.1rem .6rem;border-radius:1rem;color:#fff;background:#6b7280}
.good{background:#16a34a}.bad{background:#dc2626}.care{background:#d97706}
blockquote{border-left:4px solid #ddd;margin:1rem 0;padding:.2rem 1rem;color:#333}code{font-size:12px;word-break:break-all}
svg{max-width:100%;height:auto}small{color:#666}
"""
_BADGE: dict[Tone, str] = {"good": "good", "care": "care", "bad": "bad", "neutral": ""}


def write_report(outcome: RunOutcome, candidates: tuple[Candidate, ...], artifacts: Artifacts) -> None:
    """Write the page of a run; `candidates` are those that were compared in the twin. Raises OSError."""
    write_private(artifacts.page, redacted(page(outcome, candidates, artifacts)).encode())


def page(outcome: RunOutcome, candidates: tuple[Candidate, ...], artifacts: Artifacts) -> str:
    """Return the page as HTML."""
    badge = f'<span class="badge {_BADGE[TONE[outcome.status]]}">{escape(outcome.status)}</span>'
    parts = [
        f"<h1>Run {escape(outcome.run_id)} {badge}</h1>",
        f"<blockquote>{escape(outcome.text)}</blockquote><p>{escape(outcome.message)}</p>",
        _nearest(outcome),
        _recommendation(outcome),
        _intent(outcome),
        _candidates(candidates, outcome),
        _verdict(outcome),
        _timetable(outcome),
        _approval(outcome),
        _kpis(outcome),
        _plots(outcome, artifacts),
        _durations(outcome),
    ]
    title = escape(f"TwinPilot run {outcome.run_id}")
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    head = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}"><title>{title}</title>'
    return f"<!doctype html><html lang=en><head>{head}<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>"


def _table(header: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join("<tr>" + "".join(_cell(value) for value in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(value: object) -> str:
    if value is None:
        return "<td class=num>–</td>"
    if isinstance(value, int | float):
        return f"<td class=num>{value:.4g}</td>"
    return f"<td>{escape(str(value))}</td>"


def _nearest(outcome: RunOutcome) -> str:
    return f"<p>Nearest reachable: {escape(outcome.nearest)}</p>" if outcome.nearest else ""


def _recommendation(outcome: RunOutcome) -> str:
    if not outcome.recommendation:
        return ""
    note = "Nothing was changed: the network has no attribute or policy that sets this."
    return f"<h2>Recommendation</h2><p>{escape(outcome.recommendation)}</p><p><small>{note}</small></p>"


def _intent(outcome: RunOutcome) -> str:
    if outcome.intent is None:
        return ""
    rows: list[tuple[object, ...]] = [
        (
            expectation.object.slice or "all",
            expectation.object.area or ", ".join(map(short_name, expectation.object.cells)) or "all cells",
            target.describe(),
        )
        for expectation in outcome.intent.expectations
        for target in expectation.targets
    ]
    notes = (*(event.describe() for event in outcome.events), *outcome.intent.assumptions)
    assumptions = "".join(f"<li>{escape(note)}</li>" for note in notes)
    window = outcome.intent.window
    when = f"<p>{window.start:%Y-%m-%d %H:%M} – {window.end:%H:%M %Z}</p>" if window else ""
    return f"<h2>Intent as understood</h2>{_table(('slice', 'cells', 'target'), rows)}{when}<ul>{assumptions}</ul>"


def _candidates(candidates: tuple[Candidate, ...], outcome: RunOutcome) -> str:
    if not candidates:
        return ""
    rows: list[tuple[object, ...]] = [
        (
            candidate.name,
            len(candidate.change_set.edits),
            "yes" if candidate.feasible else "no",
            candidate.score,
            candidate.rationale,
        )
        for candidate in candidates
    ]
    chosen = outcome.chosen.describe() if outcome.chosen else []
    edits = "".join(f"<li><code>{escape(line)}</code></li>" for line in chosen)
    table = _table(("candidate", "edits", "meets the targets", "score", "why"), rows)
    return f"<h2>Candidates, tried in the twin</h2>{table}{candidates_plot(candidates)}<h2>Chosen</h2><ul>{edits}</ul>"


def _verdict(outcome: RunOutcome) -> str:
    if outcome.verdict is None:
        return ""
    rows: list[tuple[object, ...]] = [
        (reason.outcome, reason.rule, reason.message, reason.source, reason.remedy) for reason in outcome.verdict.reasons
    ]
    title = f"<h2>Gate: {escape(outcome.verdict.ruling.value)}</h2>"
    return title + _table(("", "rule", "finding", "source", "what to do"), rows)


def _timetable(outcome: RunOutcome) -> str:
    if outcome.timetable is None or outcome.chosen is None:
        return ""
    return f"<h2>Timetable</h2><p>{escape(outcome.timetable.describe())}</p>"


def _approval(outcome: RunOutcome) -> str:
    approval = outcome.approval
    if approval is None:
        return ""
    who = f" by {escape(approval.decided_by)} ({escape(approval.how)}) at {escape(approval.at)}" if approval.decided_by else ""
    return f"<h2>Approval</h2><p>{escape(approval.state)}{who} {escape(approval.note)}</p>"


_KPI_HEADER = ("KPI", "where", "before", "without a change", "predicted", "95 %", "after", "unit", "result")


def _kpis(outcome: RunOutcome) -> str:
    if not outcome.observed:
        return ""
    rows = [_kpi_row(kpi) for kpi in outcome.observed if kpi.result != "unharmed"]
    unharmed = [_kpi_row(kpi) for kpi in outcome.observed if kpi.result == "unharmed"]
    gaps = ", ".join(f"{escape(name)} {value:.0%}" for name, value in outcome.twin_gap.items())
    folded = f"<details><summary>{len(unharmed)} other KPIs are no worse</summary>{_table(_KPI_HEADER, unharmed)}</details>"
    return (
        f"<h2>KPIs before and after</h2>{_table(_KPI_HEADER, rows)}{folded if unharmed else ''}{_effects(outcome)}"
        f"<p><small>Twin gap: {gaps or 'not measured'}</small></p>"
    )


def _effects(outcome: RunOutcome) -> str:
    """Return what was measured of each edit: an acknowledgement is no effect."""
    edits = outcome.verification.edits if outcome.verification else ()
    lines = "".join(f"<li>{escape(edit.describe())}</li>" for edit in edits)
    return f"<h2>Measured effect of each edit</h2><ul>{lines}</ul>" if lines else ""


def _kpi_row(kpi: ObservedKpi) -> tuple[object, ...]:
    return (
        f"{kpi.kpi} {f'[{kpi.slice.value}]' if kpi.slice else ''}", kpi.cells, kpi.before, kpi.no_change, kpi.predicted,
        "" if kpi.low is None else f"{kpi.low:.4g}..{kpi.high:.4g}", kpi.after, kpi.unit,
        f"{kpi.result}, {kpi.note}" if kpi.note else kpi.result,
    )  # fmt: skip


def _plots(outcome: RunOutcome, artifacts: Artifacts) -> str:
    if not artifacts.has("series") or outcome.intent is None:
        return ""
    records: list[dict[str, Any]] = artifacts.load("series", list)
    series = frame_of(records)
    marks = _marks(outcome, artifacts)
    pairs = [(expectation.object, target) for expectation in outcome.intent.expectations for target in expectation.targets]
    return "<h2>KPIs over network time</h2>" + "".join(series_plot(outcome, series, *pair, marks) for pair in pairs)


def _marks(outcome: RunOutcome, artifacts: Artifacts) -> dict[str, datetime]:
    marks: dict[str, datetime] = {}
    if artifacts.has("applied"):
        marks["apply"] = datetime.fromisoformat(artifacts.load("applied", dict)["at"])
    if outcome.intent and outcome.intent.window:
        marks[outcome.intent.event or "intent's time"] = outcome.intent.window.start
    return marks


def _durations(outcome: RunOutcome) -> str:
    rows: list[tuple[object, ...]] = [(name, seconds) for name, seconds in outcome.durations.items()]
    note = f"<p><small>planner: {escape(outcome.planner)}; folder: {escape(outcome.folder)}</small></p>"
    return f"<h2>Duration by step</h2>{_table(('step', 'seconds'), rows)}{note}"
