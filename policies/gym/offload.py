"""The target server of an offloaded task."""

from __future__ import annotations

from pydantic import Field

from policies.word import Word


class OffloadTarget(Word):
    """A server and its expected load and processing time; the expectations are informative and optional."""

    server: str = Field(description="cloud, edge-1 or edge-2")
    expected_load: float | None = Field(default=None, ge=0.0, le=1.0, description="share of its capacity in use with the task")
    expected_processing_ms: float | None = Field(default=None, ge=0.0, description="mean time of one job there, ms")
