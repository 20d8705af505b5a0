"""Traffic models of a UE group. Rates are per terminal and simulated second."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from policies.word import Word


class FullBuffer(Word):
    """Unlimited data (TR 36.814 annex A.2.1.1); there is no queue, so no delay is measured."""

    kind: Literal["full_buffer"] = "full_buffer"


class Ftp3(Word):
    """FTP model 3 (TR 36.889 clause A.1.1): files of a fixed size arrive as a Poisson process."""

    kind: Literal["ftp3"] = "ftp3"
    file_bytes: int = Field(default=500_000, ge=1, le=100_000_000)
    files_per_s: float = Field(default=0.5, ge=0, le=10_000)


class Periodic(Word):
    """A packet every `period_ms`, each shifted by up to ± half of `jitter` times the period."""

    kind: Literal["periodic"] = "periodic"
    packet_bytes: int = Field(default=256, ge=1, le=1_000_000)
    period_ms: float = Field(default=10.0, ge=0.1, le=3.6e6)
    jitter: float = Field(default=0.2, ge=0, le=1)


class Bursts(Word):
    """Alternates between on and off for exponentially distributed times; while on, a packet every `period_ms`."""

    kind: Literal["bursts"] = "bursts"
    packet_bytes: int = Field(default=1500, ge=1, le=1_000_000)
    period_ms: float = Field(default=5.0, ge=0.1, le=3.6e6)
    mean_on_s: float = Field(default=1.0, gt=0, le=3600)
    mean_off_s: float = Field(default=3.0, gt=0, le=3600)


Traffic = Annotated[FullBuffer | Ftp3 | Periodic | Bursts, Field(discriminator="kind")]
