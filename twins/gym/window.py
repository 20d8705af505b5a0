"""The measurements of a packet network in one window."""

from __future__ import annotations

from pydantic import Field

from policies.word import Word
from twins.gym.on_demand import Named


class FlowWindow(Word):
    """A flow: means over delivered packets, None without any; `loss` over packets known to be delivered or lost."""

    latency_ms: float | None
    jitter_ms: float | None
    loss: float = Field(ge=0.0, le=1.0)
    throughput_mbps: float = Field(ge=0.0)
    offered_mbps: float = Field(ge=0.0)


class UserWindow(Word):
    """A user: serving cell (None: not connected), its RSRP and mean SINR, and the number of reports of each CQI."""

    cell: str | None
    rsrp_dbm: float
    sinr_db: float
    cqi: tuple[int, ...] = ()


class Window(Word):
    """A window of `seconds`: flows, users and cells by name; `prb_load` is the share of resource blocks in use, 0..1.

    A learned network may add 90 % prediction intervals from `low` to `high`, per flow and field.
    """

    seconds: float
    now_s: float
    flows: Named[FlowWindow]
    users: Named[UserWindow]
    prb_load: Named[float]
    handovers: int = 0
    low: Named[FlowWindow] = Field(default_factory=dict)
    high: Named[FlowWindow] = Field(default_factory=dict)
