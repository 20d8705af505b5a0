"""Scenarios: cells, users, servers, traffic and the mission's service, generated from a family, a topology seed and a purpose.

1. Families: `slicing` (a city block with competing slices), `swarm` (a mission of four UAVs), `emergency` (a crowded area with
   frequent events). Every scenario has three cells, ten users, a cloud and two edge servers.
2. Topology seeds 1 to 50 are for training, 51 to 80 for the benchmark (`policies.gym.split`); no other seed is valid.
3. The mission's service is a downlink flow to each UAV of the mission, all on one slice and from one host.
"""

from __future__ import annotations

import math
import random
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from pydantic import Field

from policies.gym.place import GeofenceSpec, Position, Zone
from policies.gym.split import Purpose, check_seed
from policies.gym.task_spec import TaskSpec
from policies.slices import Slice
from policies.word import Word
from twins.gym.layout import CellLayout, FlowLayout, Layout, UserLayout

CLOUD, EDGES = "cloud", ("edge-1", "edge-2")
SITE_HEIGHT_M, TERMINAL_HEIGHT_M = 25.0, 1.5


class Family(StrEnum):
    """The three scenario families."""

    SLICING = "slicing"
    SWARM = "swarm"
    EMERGENCY = "emergency"


class Server(Word):
    """A server: capacity and background load in Gcycle/s."""

    capacity_gcps: float = Field(gt=0.0)
    background_gcps: float = Field(ge=0.0)


class Vehicle(Word):
    """A UAV at the start of its mission: battery capacity, charge and speed."""

    battery_wh: float = Field(gt=0.0)
    charge: float = Field(ge=0.0, le=1.0)
    speed_mps: float = Field(gt=0.0)


class Scenario(Word):
    """A scenario; `mission` names the UAVs, `dormant` maps users that only send during a user influx to their rates in Mbit/s.

    `service` is the computing task of the mission's server: a job per video frame that it sends.
    """

    family: Family
    seed: int
    purpose: Purpose
    layout: Layout
    mission: tuple[str, ...]
    vehicles: dict[str, Vehicle]
    service: TaskSpec
    dormant: dict[str, float]
    servers: dict[str, Server]
    geofence: GeofenceSpec


class _Mix(NamedTuple):
    """The number of users by kind, ranges of their rates in Mbit/s, and initial slice shares of a family."""

    uavs: int
    embb: int
    urllc: int
    mmtc: int
    dormant: int
    embb_mbps: tuple[float, float]
    mission_mbps: tuple[float, float]
    shares: tuple[float, float, float]


_MIXES = {
    Family.SLICING: _Mix(2, 4, 1, 1, 2, (1.0, 2.4), (0.8, 1.8), (0.59, 0.25, 0.16)),
    Family.SWARM: _Mix(4, 2, 1, 1, 2, (1.0, 2.4), (0.5, 1.1), (0.59, 0.25, 0.16)),
    Family.EMERGENCY: _Mix(3, 3, 1, 1, 2, (1.2, 2.6), (0.6, 1.4), (0.59, 0.25, 0.16)),
}
_CLEAR_M, _APART_M = 15.0, 30.0
_URLLC_MBPS, _MMTC_MBPS = (0.2, 0.4), (0.03, 0.08)


@lru_cache(maxsize=512)
def scenario(family: Family, seed: int, purpose: Purpose) -> Scenario:
    """Return the scenario (cached); raises MixedSplitError if `seed` does not belong to `purpose`."""
    check_seed(seed, purpose)
    chance = random.Random(f"{family.value} {seed}")
    mix = _MIXES[family]
    cells = _cells(chance, mix)
    users = _users(chance, mix, cells)
    mission = tuple(name for name, user in users.items() if user.kind == "uav")
    flows, dormant = _flows(chance, mix, mission)
    layout = Layout(
        seed=seed,
        cells=cells,
        users=users,
        hosts={CLOUD: round(chance.uniform(15.0, 30.0), 1), **{edge: round(chance.uniform(1.0, 4.0), 1) for edge in EDGES}},
        flows=flows,
        interferer=_somewhere(chance, cells, 10.0),
    )
    return Scenario(
        family=family,
        seed=seed,
        purpose=purpose,
        layout=layout,
        mission=mission,
        vehicles={name: _vehicle(chance) for name in mission},
        service=_service(chance, sum(flows[name].mbps for name in mission)),
        dormant=dormant,
        servers=_servers(chance),
        geofence=_geofence(chance, cells, [users[name].position for name in mission]),
    )


def _cells(chance: random.Random, mix: _Mix) -> dict[str, CellLayout]:
    """Return three cells on a triangle with sides of 400 to 600 m, with random rotation and displacement."""
    side, turn = chance.uniform(400.0, 600.0), chance.uniform(0.0, 2.0 * math.pi)
    shares = dict(zip(Slice, mix.shares, strict=True))
    cells = {}
    for index in range(3):
        angle = turn + 2.0 * math.pi * index / 3.0
        x, y = (side / math.sqrt(3.0) * part + chance.uniform(-30.0, 30.0) for part in (math.cos(angle), math.sin(angle)))
        cells[f"gnb-{index + 1}"] = CellLayout(
            position=Position(x_m=round(x, 1), y_m=round(y, 1), z_m=SITE_HEIGHT_M), power_dbm=43.0, shares=shares
        )
    return cells


def _users(chance: random.Random, mix: _Mix, cells: dict[str, CellLayout]) -> dict[str, UserLayout]:
    users: dict[str, UserLayout] = {}
    for index in range(mix.uavs):
        place = _apart(chance, cells, [user.position for user in users.values()])
        users[f"uav-{index + 1}"] = UserLayout(kind="uav", position=place)
    for index in range(mix.embb + mix.urllc + mix.mmtc + mix.dormant):
        speed, heading = chance.choice((0.0, 0.8, 1.4, 8.0)), chance.uniform(0.0, 2.0 * math.pi)
        velocity = (round(speed * math.cos(heading), 3), round(speed * math.sin(heading), 3), 0.0)
        place = _somewhere(chance, cells, TERMINAL_HEIGHT_M)
        users[f"ue-{index + 1}"] = UserLayout(kind="terrestrial", position=place, velocity_mps=velocity)
    return users


def _apart(chance: random.Random, cells: dict[str, CellLayout], occupied: list[Position]) -> Position:
    """Return a position 40 to 90 m above ground, at least `_APART_M` from those `occupied`."""
    while True:
        place = _somewhere(chance, cells, round(chance.uniform(40.0, 90.0)))
        if all(place.distance_m(other) >= _APART_M for other in occupied):
            return place


def _somewhere(chance: random.Random, cells: dict[str, CellLayout], height_m: float) -> Position:
    """Return a position in the triangle of the sites, with a slight preference for its centre."""
    weights = [chance.expovariate(1.0) + 0.1 for _ in cells]
    sites = [cell.position for cell in cells.values()]
    x, y = (
        sum(w * getattr(site, axis) for w, site in zip(weights, sites, strict=True)) / sum(weights) for axis in ("x_m", "y_m")
    )
    return Position(x_m=round(x, 1), y_m=round(y, 1), z_m=height_m)


def _flows(chance: random.Random, mix: _Mix, mission: tuple[str, ...]) -> tuple[dict[str, FlowLayout], dict[str, float]]:
    rate = round(chance.uniform(*mix.mission_mbps), 2)
    flows = {
        uav: FlowLayout(
            user=uav,
            slice=Slice.EMBB,
            slices=tuple(Slice),
            host=CLOUD,
            hosts=(CLOUD, *EDGES),
            mbps=rate,
            packet_bytes=1000,
            guaranteed_mbps=max(rate, 0.1),
        )
        for uav in mission
    }
    dormant = {}
    kinds = [Slice.EMBB] * mix.embb + [Slice.URLLC] * mix.urllc + [Slice.MMTC] * mix.mmtc + [None] * mix.dormant
    for index, kind in enumerate(kinds):
        name, slice_ = f"ue-{index + 1}", kind or Slice.EMBB
        mbps = round(chance.uniform(*{Slice.EMBB: mix.embb_mbps, Slice.URLLC: _URLLC_MBPS, Slice.MMTC: _MMTC_MBPS}[slice_]), 3)
        if kind is None:
            dormant[name] = mbps
        flows[name] = FlowLayout(
            user=name,
            slice=slice_,
            slices=(slice_,),
            host=CLOUD,
            hosts=(CLOUD,),
            mbps=0.0 if kind is None else mbps,
            packet_bytes=1200 if slice_ is Slice.EMBB else 150,
            bursty=slice_ is not Slice.URLLC,
        )
    return flows, dormant


def _servers(chance: random.Random) -> dict[str, Server]:
    servers = {CLOUD: Server(capacity_gcps=200.0, background_gcps=round(200.0 * chance.uniform(0.2, 0.4), 1))}
    for name in EDGES:
        capacity = round(chance.uniform(8.0, 16.0), 1)
        servers[name] = Server(capacity_gcps=capacity, background_gcps=round(capacity * chance.uniform(0.15, 0.5), 2))
    return servers


def _vehicle(chance: random.Random) -> Vehicle:
    charge, speed = round(chance.uniform(0.5, 0.95), 2), chance.choice((8.0, 10.0, 12.0, 15.0))
    return Vehicle(battery_wh=100.0, charge=charge, speed_mps=speed)


def _service(chance: random.Random, mbps: float) -> TaskSpec:
    """Return the video analysis task: 25 frames/s of all UAVs together, 5 to 15 % of an edge server's capacity per Mbit/s."""
    demand = round(mbps * chance.uniform(0.5, 1.0), 2)
    return TaskSpec(task="service", gcycles_per_job=round(demand / 25.0, 4), jobs_per_s=25.0)


def _geofence(chance: random.Random, cells: dict[str, CellLayout], starts: list[Position]) -> GeofenceSpec:
    """Return a fence of the sites' bounding box plus 150 m, 30 to 120 m altitude, with a no-fly zone up to 60 m.

    No UAV starts in the zone or within `_CLEAR_M` of it.
    """
    xs, ys = ([getattr(cell.position, axis) for cell in cells.values()] for axis in ("x_m", "y_m"))
    while True:
        centre, radius = _somewhere(chance, cells, 0.0), round(chance.uniform(40.0, 80.0))
        if all(math.hypot(start.x_m - centre.x_m, start.y_m - centre.y_m) > radius + _CLEAR_M for start in starts):
            break
    return GeofenceSpec(
        x_min_m=round(min(xs)) - 150.0,
        x_max_m=round(max(xs)) + 150.0,
        y_min_m=round(min(ys)) - 150.0,
        y_max_m=round(max(ys)) + 150.0,
        min_altitude_m=30.0,
        max_altitude_m=120.0,
        zones=(Zone(name="hospital", x_m=centre.x_m, y_m=centre.y_m, radius_m=radius, ceiling_m=60.0),),
    )
