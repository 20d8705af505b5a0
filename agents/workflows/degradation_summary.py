"""A summary of what `detect_degradation` found for a cell."""

from __future__ import annotations

from collections.abc import Sequence

from agents.heuristics.evidence_reader import latest
from tools.calls.observation import Observation
from tools.ran.degradation_tool import detect_degradation


def degradation_summary(observations: Sequence[Observation], cell: str) -> str:
    """Return the degraded KPIs of the cell (id) with their values before and after, or that none degraded significantly."""
    newest = latest(observations, detect_degradation)
    degraded = [
        f"{finding.kpi} {finding.before:.3g} → {finding.after:.3g} {finding.unit}"
        for finding in (newest.findings if newest else ())
        if finding.cell == cell
    ]
    return f"degraded: {', '.join(degraded)}" if degraded else "no KPI degraded significantly"
