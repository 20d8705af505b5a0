"""Everything that monitoring shows at once: symptoms, never causes."""

from __future__ import annotations

from pydantic import Field

from policies.gym.edge_load import EdgeLoad
from policies.gym.mission import MissionLog
from policies.gym.network_state import NetworkState
from policies.gym.place import GeofenceSpec
from policies.gym.task_spec import TaskSpec
from policies.slices import Slice
from policies.word import Word


class UavRadio(Word):
    """A UAV's radio where it is now; `noise_rise_db` is interference and noise over noise alone."""

    serving: str | None = Field(description="gNB; null where not connected")
    rsrp_dbm: dict[str, float] = Field(description="by gNB, dBm per resource element")
    sinr_db: float
    noise_rise_db: float


class SliceService(Word):
    """What the users of a slice that are not of the mission got together."""

    latency_ms: float = Field(ge=0.0)
    jitter_ms: float = Field(ge=0.0)
    loss: float = Field(ge=0.0, le=1.0)
    throughput_mbps: float = Field(ge=0.0)
    offered_mbps: float = Field(ge=0.0)


class TelemetryState(Word):
    """The network state s, the mission and what surrounds them, as far as it can be measured."""

    at_s: float = Field(ge=0.0, description="mission time, s")
    state: NetworkState
    offered_mbps: float = Field(ge=0.0, description="what the mission's service sent, Mbit/s")
    log: MissionLog
    geofence: GeofenceSpec
    service: TaskSpec
    edge: EdgeLoad
    prb_load: dict[str, float] = Field(description="share of resource blocks in use by gNB, 0..1")
    uavs: dict[str, UavRadio]
    serving: dict[str, str | None] = Field(description="gNB by user, terrestrial ones too")
    slices: dict[Slice, SliceService] = Field(description="slices where others than the mission send")
