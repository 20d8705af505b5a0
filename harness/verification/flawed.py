"""Which verdicts rest on flawed telemetry: samples in quarantine of a KPI that they would need."""

from __future__ import annotations

from collections.abc import Iterable

from harness.verification.cells import slice_name
from harness.verification.comparison import Comparison
from harness.verification.series import Series
from policies.kpi import kpi_definition
from policies.managed_object import short_name
from policies.quality.flaw import Flaw
from policies.slices import Slice
from tools.telemetry.statistics import MIN_WINDOWS

_INVALID = "telemetry invalid"


def flaw_of(comparison: Comparison, kpi: str, slice: Slice | None, dns: Iterable[str]) -> str:
    """Return why a KPI of these cells cannot be judged because of flawed samples, or "".

    One flawed window after the change is enough: what it hides may be what matters, and windows without flaws can be awaited.
    Before the change nothing can be awaited; there, half of the windows must be good.
    """
    level = slice if "slice" in kpi_definition(kpi).levels else None
    names = set(dns)
    flaws = [flaw for flaw in comparison.flaws if (flaw.kpi, flaw.slice) == (kpi, level) and flaw.dn in names]
    after = [flaw for flaw in flaws if _is_after(flaw, comparison)]
    if after:
        return _invalid(after)
    before = [flaw for flaw in flaws if _is_before(flaw, comparison)]
    return _invalid(before) if before and _is_half_gone(comparison.earlier, before) else ""


def _is_before(flaw: Flaw, comparison: Comparison) -> bool:
    last = max((end for _, end in comparison.before.windows()), default=None)
    return last is not None and flaw.start < flaw.end <= last


def _is_after(flaw: Flaw, comparison: Comparison) -> bool:
    """Whether the flaw lies in the windows after the change, or its window is none (it ends before it starts)."""
    first = min(comparison.later.windows, default=None)
    return flaw.end <= flaw.start or (not _is_before(flaw, comparison) and (first is None or flaw.end > first))


def _is_half_gone(series: Series, flaws: list[Flaw]) -> bool:
    flawed = {flaw.start for flaw in flaws}
    good = len([start for start in series.windows if start not in flawed])
    return good < max(MIN_WINDOWS, len(series.windows) / 2)


def _invalid(flaws: list[Flaw]) -> str:
    flaw = flaws[0]
    name = f"{flaw.kpi}{slice_name(flaw.slice)} of {short_name(flaw.dn)}"
    return f"{_INVALID}: {name}: {len(flaws)} flawed sample(s), {flaw.quality.value} by {flaw.check}: {flaw.reason}"


def is_invalid(reason: str) -> bool:
    """Whether a reason is that telemetry is invalid."""
    return reason.startswith(_INVALID)
