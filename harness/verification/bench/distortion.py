"""Distortions of a KPI stream after a change, as real counters show them: wrong unit, memory, users that are gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from math import exp
from statistics import fmean

from harness.verification.bench.world import CELL, du
from harness.verification.series import USERS, VOLUME
from policies.kpi import KpiFrame, KpiSample

Distortion = Callable[[KpiFrame, KpiFrame], KpiFrame]
"""Returns what is reported after the change, given what is true, and what was reported before."""


def scaled(kpi: str, factor: float) -> Distortion:
    """Report a KPI in another unit."""

    def distort(frame: KpiFrame, before: KpiFrame) -> KpiFrame:
        def report(sample: KpiSample) -> KpiSample:
            is_hit = sample.kpi == kpi and sample.value is not None
            return replace(sample, value=(sample.value or 0.0) * factor) if is_hit else sample

        return KpiFrame(tuple(map(report, frame)))

    return distort


def remembered(memory_s: float, kpis: tuple[str, ...]) -> Distortion:
    """Report counters of cells with a first-order filter: `memory_s` after the change 5 % of what was before are left."""

    def distort(frame: KpiFrame, before: KpiFrame) -> KpiFrame:
        applied_at = min(sample.start for sample in frame)
        earlier: dict[tuple[str, object, str], list[float]] = defaultdict(list)
        for sample in before:
            if sample.value is not None:
                earlier[sample.kpi, sample.slice, sample.dn].append(sample.value)

        def report(sample: KpiSample) -> KpiSample:
            values = earlier.get((sample.kpi, sample.slice, sample.dn))
            if sample.value is None or not values or sample.kpi not in kpis:
                return sample
            left = exp(-3.0 * (sample.end - applied_at).total_seconds() / memory_s)
            return replace(sample, value=sample.value + (fmean(values) - sample.value) * left)

        return KpiFrame(tuple(map(report, frame)))

    return distort


def emptied(share: float) -> Distortion:
    """Report the edited cell with `share` (0..1) fewer users; with none left nothing else is measured there."""

    def distort(frame: KpiFrame, before: KpiFrame) -> KpiFrame:
        def report(sample: KpiSample) -> KpiSample:
            if sample.dn != du(CELL) or sample.value is None:
                return sample
            if sample.kpi in (USERS, VOLUME):
                return replace(sample, value=sample.value * (1 - share))
            is_absent = share == 1 and sample.kpi.startswith(("DRB.", "MM.", "RRC."))
            return replace(sample, value=None, count=0) if is_absent else sample

        return KpiFrame(tuple(map(report, frame)))

    return distort


def silenced(kpi: str) -> Distortion:
    """Report a KPI of the edited cell no more."""

    def distort(frame: KpiFrame, before: KpiFrame) -> KpiFrame:
        return frame.keep(lambda sample: sample.kpi != kpi or sample.dn != du(CELL))

    return distort
