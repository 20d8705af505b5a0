"""The tables of the live view: intent, candidates, verdict, KPIs. Text of planners, tools and peers is only shown."""

from __future__ import annotations

from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

from harness.verification.result import Verification
from policies.intent import Intent
from policies.managed_object import short_name
from policies.proposal import Candidate, TargetOutlook
from policies.slices import Slice
from policies.verdict import Verdict

_CONTROL = {code: None for code in range(32) if code not in (9, 10)} | {127: None}
_STYLE = {"pass": "green", "warn": "yellow", "fail": "bold red", "met": "green", "harmed": "bold red", "missed": "red",
          "inconclusive": "yellow", "demand": "cyan", "predicted": "cyan", "elsewhere": "cyan"}  # fmt: skip


def plain(text: object, style: str = "") -> Text:
    """Return text that is shown as it is: no markup, no control codes."""
    return Text(str(text).translate(_CONTROL), style=style)


def _table(title: str, *columns: tuple[str, JustifyMethod]) -> Table:
    table = Table(title=Text(title, style="bold"), title_justify="left", header_style="dim", expand=False)
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
    """Return a number with four significant digits, a dash for none."""
    return "–" if value is None else f"{value:.4g}"


def intent_table(intent: Intent) -> Table:
    """Return the expectations and targets as understood (TS 28.312)."""
    table = _table("Intent as understood (TS 28.312)", ("object", "left"), ("target", "left"), ("KPI", "left"))
    for expectation in intent.expectations:
        for target in expectation.targets:
            bound = "" if target.value is None else f" {target.value:g} {target.unit}"
            scope = _scope(expectation.object.slice, expectation.object.cells, expectation.object.area)
            title = f"{target.definition.title} ({target.definition.spec} {target.definition.clause})"
            table.add_row(plain(scope), plain(f"{target.kpi} {target.condition.symbol}{bound}"), plain(title, "dim"))
    return table


def candidates_table(candidates: tuple[Candidate, ...], chosen: str = "") -> Table:
    """Return the candidates, best first, with the predicted value and interval of every target."""
    targets = list(dict.fromkeys((one.target.kpi, one.slice) for candidate in candidates for one in candidate.outlook))
    columns: list[tuple[str, JustifyMethod]] = [(_name(kpi, slice), "right") for kpi, slice in targets]
    table = _table("Candidates by twin prediction (95 % interval; P: probability of the bound)", ("candidate", "left"),
                   ("edits", "right"), *columns, ("score", "right"))  # fmt: skip
    for candidate in candidates:
        cells = []
        for kpi, slice in targets:
            found = [one for one in candidate.outlook if (one.target.kpi, one.slice) == (kpi, slice)]
            cells.append(Text("\n").join(_outlook(one) for one in found) if found else plain("–"))
        style = "bold" if candidate.change_set.digest == chosen else ""
        mark = "▶ " if style else "  "
        table.add_row(
            plain(mark + candidate.name, style), str(len(candidate.change_set.edits)), *cells, plain(f"{candidate.score:.3f}")
        )
    table.caption = _twin_gaps(candidates, targets)
    return table


def _twin_gaps(candidates: tuple[Candidate, ...], targets: list[tuple[str, Slice | None]]) -> str:
    """Return how far the twin of the present was off on the targets' KPIs, one line."""
    measured = {
        (one.kpi, one.slice): one.twin_gap
        for candidate in candidates
        for one in candidate.predictions
        if one.twin_gap is not None
    }
    told = [f"{kpi} {measured[kpi, slice]:.0%}" for kpi, slice in targets if (kpi, slice) in measured]
    return f"twin gap against the network now: {', '.join(told) or 'not measured on these KPIs'}"


def _outlook(one: TargetOutlook) -> Text:
    style = "" if one.target.condition.is_objective else "green" if one.met else "red"
    chance = "" if one.target.condition.is_objective else f"  P {one.probability:.2f}"
    return plain(f"{number(one.predicted)}{chance}\n({number(one.interval.low)}..{number(one.interval.high)})", style)


def verdict_table(verdict: Verdict) -> Table:
    """Return the gate's findings, rule by rule."""
    table = _table(f"Gate: {verdict.ruling.value}", ("", "left"), ("rule", "left"), ("finding", "left"), ("source", "left"))
    for reason in verdict.reasons:
        message = f"{reason.message}{f' → {reason.remedy}' if reason.remedy and reason.outcome != 'pass' else ''}"
        style = _STYLE[reason.outcome]
        table.add_row(plain(reason.outcome, style), plain(reason.rule), plain(message), plain(reason.source, "dim"))
    return table


def verification_table(verification: Verification) -> Table:
    """Return the KPIs before and after against the prediction; bystanders only where there is something to tell."""
    table = _table(
        f"KPIs after {verification.windows_after} windows: {verification.outcome}",
        ("KPI", "left"), ("where", "left"), ("before", "right"), ("predicted", "right"), ("after", "right"), ("unit", "left"),
        ("result", "left"),
    )  # fmt: skip
    for one in verification.targets:
        interval = f" ({number(one.interval.low)}..{number(one.interval.high)})" if one.interval else ""
        error = "" if one.error_percent is None else f", prediction {one.error_percent:+.0f} %"
        table.add_row(
            plain(one.target.describe()), plain(_scope(one.slice, one.cells)), number(one.before),
            f"{number(one.predicted)}{interval}", number(one.observed), one.target.definition.unit,
            plain(f"{one.result}{error}", _STYLE.get(one.result, "")),
        )  # fmt: skip
    for other in verification.bystanders:
        if other.result in ("harmed", "demand", "predicted", "elsewhere"):
            name = _name(other.kpi, other.slice)
            told = f"{other.result}: {other.blame}"
            table.add_row(plain(name), plain(other.where), number(other.before), number(other.no_change), number(other.after),
                          other.unit, plain(told, _STYLE.get(other.result, "")))  # fmt: skip
    quiet = sum(other.result == "unharmed" for other in verification.bystanders)
    table.caption = f"{quiet} other KPIs of cells and slices are no worse (significance {verification.significance:g})"
    return table
