"""Provenance: the origin of a value, sufficient to reproduce it (seed 002, section 5 and appendix B)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from policies.word import Word


class Provenance(Word):
    """Source or simulator, its version, the digest of the configuration, the seeds and the time.

    For values based on KPIs (measurements, forecasts, twins synchronized from them), `observed_at` is the end of the newest KPI
    window used, in network time.
    """

    source: str
    kind: Literal["measurement", "simulation", "configuration", "document", "computation", "forecast"]
    version: str
    observed_at: datetime
    scenario: str = ""
    channel_model: str = ""
    configuration_digest: str = ""
    seeds: tuple[int, ...] = ()
