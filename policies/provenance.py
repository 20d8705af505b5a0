"""Provenance: where a value comes from, so that anybody can make it again (seed 002, section 5 and appendix B)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from policies.word import Word


class Provenance(Word):
    """Source or simulator, its version, the configuration's digest, the seeds and the time.

    `observed_at` of what rests on KPIs (measurements, forecasts, twins synchronized from them) is the end of the newest KPI
    window that was known, network time.
    """

    source: str
    kind: Literal["measurement", "simulation", "configuration", "document", "computation", "forecast"]
    version: str
    observed_at: datetime
    scenario: str = ""
    channel_model: str = ""
    configuration_digest: str = ""
    seeds: tuple[int, ...] = ()
