"""What a packet network measured in one window."""

from __future__ import annotations

from pydantic import Field

from policies.word import Word
from twins.gym.on_demand import Named


class FlowWindow(Word):
    """A flow: means over delivered packets, None where none was; `loss` over packets whose fate is known."""

    latency_ms: float | None
    jitter_ms: float | None
    loss: float = Field(ge=0.0, le=1.0)
    throughput_mbps: float = Field(ge=0.0)
    offered_mbps: float = Field(ge=0.0)


class UserWindow(Word):
    """A user: serving cell (None: not connected), RSRP and mean SINR of it, and how often each CQI was reported."""

    cell: str | None
    rsrp_dbm: float
    sinr_db: float
    cqi: tuple[int, ...] = ()


class Window(Word):
    """`seconds` of the network: flows, users and cells by name; `prb_load` is the share of resource blocks in use, 0..1.

    A learned network tells how sure it is: 90 % of windows lie between `low` and `high`, flow by flow and field by field.
    """

    seconds: float
    now_s: float
    flows: Named[FlowWindow]
    users: Named[UserWindow]
    prb_load: Named[float]
    handovers: int = 0
    low: Named[FlowWindow] = Field(default_factory=dict)
    high: Named[FlowWindow] = Field(default_factory=dict)
