"""The differences of a supposition as a table: without, with, the interval of the difference, and what it shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from agents.answer_table import AnswerTable, TableValue, number_column, text_column
from agents.workflows.answers.kpi_difference import KpiDifference
from policies.kpi import kpi_definition
from policies.materiality import THRESHOLDS, materiality
from tools.twinning.outlook import gap_key

_COLUMNS: Final = (
    text_column("title", "KPI"), text_column("where", "where"), number_column("without", "without"),
    number_column("with", "with"), text_column("unit", "unit"), number_column("difference", "difference"),
    text_column("interval", "95 % interval"), text_column("finding", "finding"),
)  # fmt: skip


def difference_table(
    title: str, differences: Iterable[KpiDifference], twin_gap: Mapping[str, float], notes: Iterable[str]
) -> AnswerTable:
    """Return the table of the differences; its notes begin with the twin's error and where the thresholds are."""
    rows = tuple(_row(one, twin_gap) for one in differences)
    gaps = {str(row["title"]): gap for row in rows if isinstance(gap := row["twin_gap"], float)}
    told = "; ".join(f"{name} {gap:.0%}" for name, gap in gaps.items())
    relative = {materiality(str(row["kpi"])).relative for row in rows}
    shares = " to ".join(f"{share:.0%}" for share in sorted({min(relative), max(relative)}))
    return AnswerTable(
        title=title,
        columns=_COLUMNS,
        rows=rows,
        notes=(
            f"twin gap against the network now: {told or 'not measured on these KPIs'}",
            f"material: a difference beyond {shares} of the value and the KPI's floor ({THRESHOLDS})",
            *notes,
        ),
    )


def _row(one: KpiDifference, twin_gap: Mapping[str, float]) -> dict[str, TableValue]:
    """Return the row of the table; twin_gap: the twin's relative error by KPI."""
    effect = one.effect
    return {
        "kpi": one.kpi, "title": one.title, "slice": one.slice.value if one.slice else None, "where": one.where,
        "without": one.without, "with": one.value, "unit": kpi_definition(one.kpi).unit, "difference": one.difference,
        "low": effect.low if effect else None, "high": effect.high if effect else None, "interval": one.interval or "–",
        "finding": "; ".join(filter(None, (one.finding, one.bound))), "material": one.is_material,
        "distinguishable": one.is_distinguishable, "probability": one.probability,
        "twin_gap": twin_gap.get(gap_key(one.kpi, one.slice)),
    }  # fmt: skip
