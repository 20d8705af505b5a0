"""What `detect_degradation` found of a cell, in words."""

from __future__ import annotations

from collections.abc import Sequence

from agents.heuristics.evidence_reader import latest
from tools.calls.observation import Observation
from tools.ran.degradation_tool import detect_degradation


def degradation_words(observations: Sequence[Observation], cell: str) -> str:
    """Return the KPIs of the cell (id) that degraded, with their figures, or that none did significantly."""
    newest = latest(observations, detect_degradation)
    worse = [
        f"{finding.kpi} {finding.before:.3g} → {finding.after:.3g} {finding.unit}"
        for finding in (newest.findings if newest else ())
        if finding.cell == cell
    ]
    return f"degraded: {', '.join(worse)}" if worse else "no KPI degraded significantly"
