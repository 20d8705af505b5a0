"""Whether a KPI has settled: no significant, material trend over the windows after the change."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from policies.kpi import kpi_definition
from policies.materiality import materiality_threshold
from tools.telemetry.statistics import correlation_of
from tools.telemetry.trend import residuals, trend_of


def noise_correlation(*series: Sequence[float]) -> float:
    """Return the lag-1 autocorrelation of several series around their own trends."""
    return correlation_of(*map(residuals, series))


def movement_of(kpi: str, after: Sequence[float], significance: float, correlation: float) -> str:
    """Return how the KPI is still moving, in either direction, or "" if it has settled; `correlation`: that of its noise."""
    trend = trend_of(after, correlation)
    if trend.p_value >= significance:
        return ""
    if abs(trend.movement) <= materiality_threshold(kpi, fmean(after)):
        return ""
    unit = kpi_definition(kpi).unit
    return f"still moving by {trend.movement:+.3g} {unit} over {len(after)} windows (Mann-Kendall p={trend.p_value:.2g})"
