"""The tables of the live view: intent, candidates, verdict, KPIs. Text of planners, tools and peers is never interpreted."""

from __future__ import annotations

from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

from agents.answer_table import AnswerTable, TableValue
from harness.verification.result import BystanderCheck, TargetCheck, Verification
from policies.intent import Intent
from policies.managed_object import short_name
from policies.proposal import Candidate, TargetOutlook
from policies.slices import Slice
from policies.verdict import Verdict
from twins.screen.console import plain

_STYLE = {"pass": "green", "warn": "yellow", "fail": "bold red", "met": "green", "harmed": "bold red", "missed": "red",
          "inconclusive": "yellow", "demand": "cyan", "predicted": "cyan", "elsewhere": "cyan", "moved": "cyan"}  # fmt: skip


def _table(title: str, *columns: tuple[str, JustifyMethod]) -> Table:
    table = Table(title=plain(title, "bold"), title_justify="left", caption_justify="left", header_style="dim", expand=False)
    for name, justify in columns:
        table.add_column(name, justify=justify, overflow="fold")
    return table


def _scope(slice: Slice | None, cells: tuple[str, ...], area: str = "") -> str:
    names = [short_name(cell) for cell in cells]
    where = area or (", ".join(names) if len(names) <= 4 else f"{len(names)} cells") or "all cells"
    return f"{slice.value}, {where}" if slice else where


def _name(kpi: str, slice: Slice | None) -> str:
    return f"{kpi}{f' [{slice.value}]' if slice else ''}"


def number(value: float | None) -> str:
    """Return a number with four significant digits, a dash for None."""
    return "–" if value is None else f"{value:.4g}"


def answer_table(answer: AnswerTable) -> Table:
    """Return a table of an answer; its notes are lines of their own."""
    columns: list[tuple[str, JustifyMethod]] = [(one.title, "right" if one.is_number else "left") for one in answer.columns]
    table = _table(answer.title, *columns)
    for row in answer.rows:
        table.add_row(*(plain(_value(row.get(column.key))) for column in answer.columns))
    return table


def _value(value: TableValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else number(value)


def intent_table(intent: Intent) -> Table:
    """Return the expectations and targets of the intent as understood (TS 28.312)."""
    table = _table("Intent as understood (TS 28.312)", ("object", "left"), ("target", "left"), ("KPI", "left"))
    for expectation in intent.expectations:
        for target in expectation.targets:
            bound = "" if target.value is None else f" {target.value:g} {target.unit}"
            scope = _scope(expectation.object.slice, expectation.object.cells, expectation.object.area)
            title = f"{target.definition.title} ({target.definition.spec} {target.definition.clause})"
            table.add_row(plain(scope), plain(f"{target.kpi} {target.condition.symbol}{bound}"), plain(title, "dim"))
    for context in intent.contexts:
        scope = _scope(context.object.slice, context.object.cells, context.object.area)
        bound = f"{context.target.kpi} {context.target.condition.symbol} {context.target.value:g} {context.target.unit}"
        table.add_row(plain(scope), plain(bound), plain(f"condition: {context.words}", "dim"))
    return table


def candidates_table(candidates: tuple[Candidate, ...], chosen: str = "") -> Table:
    """Return the candidates in their order, with the predicted value and interval of each target."""
    outlooks = [outlook for candidate in candidates for outlook in candidate.outlook]
    targets = list(dict.fromkeys((outlook.target.kpi, outlook.slice) for outlook in outlooks))
    columns: list[tuple[str, JustifyMethod]] = [(_name(kpi, slice), "right") for kpi, slice in targets]
    table = _table("Candidates by twin prediction (95 % interval; P: probability of the bound)", ("candidate", "left"),
                   ("edits", "right"), *columns, ("score", "right"))  # fmt: skip
    for candidate in candidates:
        predictions = [_predictions(candidate, target) for target in targets]
        style = "bold" if candidate.change_set.digest == chosen else ""
        mark = "▶ " if style else "  "
        edits, score = str(len(candidate.change_set.edits)), plain(f"{candidate.score:.3f}")
        table.add_row(plain(mark + candidate.name, style), edits, *predictions, score)
    table.caption = _twin_gaps(candidates, targets)
    return table


def _predictions(candidate: Candidate, target: tuple[str, Slice | None]) -> Text:
    outlooks = [_outlook(outlook) for outlook in candidate.outlook if (outlook.target.kpi, outlook.slice) == target]
    return Text("\n").join(outlooks) if outlooks else plain("–")


def _twin_gaps(candidates: tuple[Candidate, ...], targets: list[tuple[str, Slice | None]]) -> str:
    """Return the twin's error against the network, measured on the targets' KPIs, in one line."""
    predictions = [prediction for candidate in candidates for prediction in candidate.predictions]
    measured = [prediction for prediction in predictions if prediction.twin_gap is not None]
    gaps = {(prediction.kpi, prediction.slice): prediction.twin_gap for prediction in measured}
    lines = [f"{kpi} {gaps[kpi, slice]:.0%}" for kpi, slice in targets if (kpi, slice) in gaps]
    return f"twin gap against the network now: {', '.join(lines) or 'not measured on these KPIs'}"


def _outlook(outlook: TargetOutlook) -> Text:
    style = "" if outlook.target.condition.is_objective else "green" if outlook.met else "red"
    probability = "" if outlook.target.condition.is_objective else f"  P {outlook.probability:.2f}"
    interval = f"({number(outlook.interval.low)}..{number(outlook.interval.high)})"
    return Text("\n").join([plain(f"{number(outlook.predicted)}{probability}", style), plain(interval, style)])


def verdict_table(verdict: Verdict) -> Table:
    """Return the gate's findings, rule by rule."""
    table = _table(f"Gate: {verdict.ruling.value}", ("", "left"), ("rule", "left"), ("finding", "left"), ("source", "left"))
    for reason in verdict.reasons:
        message = f"{reason.message}{f' → {reason.remedy}' if reason.remedy and reason.outcome != 'pass' else ''}"
        style = _STYLE[reason.outcome]
        table.add_row(plain(reason.outcome, style), plain(reason.rule), plain(message), plain(reason.source, "dim"))
    return table


def verification_table(verification: Verification) -> Table:
    """Return the KPIs before and after beside the prediction; of the bystanders only those that got worse are rows."""
    table = _table(
        f"KPIs after {verification.windows_after} windows: {verification.outcome}",
        ("KPI", "left"), ("where", "left"), ("before", "right"), ("predicted", "right"), ("after", "right"), ("unit", "left"),
        ("result", "left"),
    )  # fmt: skip
    for target in verification.targets:
        table.add_row(*_target_row(target))
    for bystander in verification.bystanders:
        if bystander.result not in ("unharmed", "unknown", "moved"):
            table.add_row(*_bystander_row(bystander))
    table.caption = Text("\n").join(plain(line) for line in (*_summaries(verification), *verification.notes))
    return table


def _summaries(verification: Verification) -> list[str]:
    """Return in one line each which users and traffic moved to the cells around, and how many KPIs are no worse."""
    moved = [check for check in verification.bystanders if check.result == "moved"]
    cells = {check.kpi: sorted({other.where for other in moved if other.kpi == check.kpi}) for check in moved}
    unharmed = sum(bystander.result == "unharmed" for bystander in verification.bystanders)
    return [
        *(f"{kpi} moved from {_some(where)} to the cells around, and arrived there" for kpi, where in cells.items()),
        f"{unharmed} other KPIs of cells and slices are no worse (significance {verification.significance:g})",
    ]


def _some(names: list[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def _target_row(check: TargetCheck) -> tuple[Text | str, ...]:
    interval = f" ({number(check.interval.low)}..{number(check.interval.high)})" if check.interval else ""
    error = "" if check.error_percent is None else f", prediction {check.error_percent:+.0f} %"
    return (
        plain(check.target.describe()), plain(_scope(check.slice, check.cells)), number(check.before),
        f"{number(check.predicted)}{interval}", number(check.observed), check.target.definition.unit,
        plain("; ".join(filter(None, (f"{check.result}{error}", check.reason, check.credit))), _STYLE.get(check.result, "")),
    )  # fmt: skip


def _bystander_row(check: BystanderCheck) -> tuple[Text | str, ...]:
    return (
        plain(_name(check.kpi, check.slice)), plain(check.where), number(check.before), number(check.no_change),
        number(check.after), check.unit, plain(f"{check.result}: {check.blame}", _STYLE.get(check.result, "")),
    )  # fmt: skip
