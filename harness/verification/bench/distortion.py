"""Distortions of a KPI stream after a change, as real counters show them: wrong unit, memory, users that are gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from math import exp
from statistics import fmean

from harness.verification.bench.world import CELL, du
from harness.verification.series import USERS, VOLUME
from policies.kpi import KpiFrame, KpiSample

Distortion = Callable[[KpiFrame, datetime], KpiFrame]
"""Returns the stream as reported, given the true one and the time of the change."""


def scaled(kpi: str, factor: float) -> Distortion:
    """Report a KPI in another unit from the change on."""

    def distort(frame: KpiFrame, applied_at: datetime) -> KpiFrame:
        def report(sample: KpiSample) -> KpiSample:
            is_hit = sample.kpi == kpi and sample.start >= applied_at and sample.value is not None
            return replace(sample, value=(sample.value or 0.0) * factor) if is_hit else sample

        return KpiFrame(tuple(map(report, frame)))

    return distort


def remembered(memory_s: float, kpis: tuple[str, ...]) -> Distortion:
    """Report counters of cells with a first-order filter: `memory_s` after the change 5 % of what was before are left."""

    def distort(frame: KpiFrame, applied_at: datetime) -> KpiFrame:
        earlier: dict[tuple[str, object, str], list[float]] = defaultdict(list)
        for sample in frame:
            if sample.start < applied_at and sample.value is not None:
                earlier[sample.kpi, sample.slice, sample.dn].append(sample.value)

        def report(sample: KpiSample) -> KpiSample:
            before = earlier.get((sample.kpi, sample.slice, sample.dn))
            if sample.start < applied_at or sample.value is None or not before or sample.kpi not in kpis:
                return sample
            left = exp(-3.0 * (sample.end - applied_at).total_seconds() / memory_s)
            return replace(sample, value=sample.value + (fmean(before) - sample.value) * left)

        return KpiFrame(tuple(map(report, frame)))

    return distort


def emptied(share: float) -> Distortion:
    """Report the edited cell with `share` (0..1) fewer users; with none left nothing else is measured there."""

    def distort(frame: KpiFrame, applied_at: datetime) -> KpiFrame:
        def report(sample: KpiSample) -> KpiSample:
            if sample.dn != du(CELL) or sample.start < applied_at or sample.value is None:
                return sample
            if sample.kpi in (USERS, VOLUME):
                return replace(sample, value=sample.value * (1 - share))
            is_absent = share == 1 and sample.kpi.startswith(("DRB.", "MM.", "RRC."))
            return replace(sample, value=None, count=0) if is_absent else sample

        return KpiFrame(tuple(map(report, frame)))

    return distort


def silenced(kpi: str) -> Distortion:
    """Report a KPI of the edited cell no more."""

    def distort(frame: KpiFrame, applied_at: datetime) -> KpiFrame:
        return frame.keep(lambda sample: sample.kpi != kpi or sample.dn != du(CELL) or sample.start < applied_at)

    return distort
