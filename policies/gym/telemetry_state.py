"""A full monitoring snapshot: symptoms only, no causes."""

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
    """The radio conditions of a UAV at its position; `noise_rise_db` is interference plus noise over thermal noise."""

    serving: str | None = Field(description="gNB; null where not connected")
    rsrp_dbm: dict[str, float] = Field(description="by gNB, dBm per resource element")
    sinr_db: float
    noise_rise_db: float


class SliceService(Word):
    """The aggregate QoS of a slice's users outside the mission."""

    latency_ms: float = Field(ge=0.0)
    jitter_ms: float = Field(ge=0.0)
    loss: float = Field(ge=0.0, le=1.0)
    throughput_mbps: float = Field(ge=0.0)
    offered_mbps: float = Field(ge=0.0)


class TelemetryState(Word):
    """The network state s, the mission and its environment, as far as they can be measured."""

    at_s: float = Field(ge=0.0, description="mission time, s")
    state: NetworkState
    offered_mbps: float = Field(ge=0.0, description="rate sent by the mission's service, Mbit/s")
    log: MissionLog
    geofence: GeofenceSpec
    service: TaskSpec
    edge: EdgeLoad
    prb_load: dict[str, float] = Field(description="share of resource blocks in use by gNB, 0..1")
    uavs: dict[str, UavRadio]
    serving: dict[str, str | None] = Field(description="serving gNB by user, including terrestrial users")
    slices: dict[Slice, SliceService] = Field(description="slices with traffic from outside the mission")
