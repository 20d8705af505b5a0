"""The scenario of a system twin: cells, terminals, calendar and settings, as one JSON document."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, JsonValue, model_validator

from policies.managed_object import Scalar
from policies.slices import Slice
from policies.word import Word
from twins.network import PlannedEvent
from twins.system.scenario.disturbance import AnyDisturbance, named_by
from twins.system.scenario.traffic import Traffic


class CellSpec(Word):
    """A cell: position and antenna, carrier, purpose (macro or capacity) and initial state."""

    id: str = Field(pattern=r"^[A-Za-z0-9_.\-]+$")
    site: str = Field(pattern=r"^[A-Za-z0-9_.\-]+$")
    x: float
    y: float
    azimuth: float = Field(description="degrees from the x axis, counter-clockwise")
    height: float = Field(default=25.0, gt=1.5, le=150, description="m")
    downtilt: float = Field(default=8.0, gt=-90, lt=90, description="degrees below the horizon")
    elements: int = Field(default=4, ge=1, le=64, description="vertical antenna elements")
    carrier_ghz: float = Field(default=3.5, ge=0.5, le=100)
    bandwidth_mhz: int = 40
    prbs: int = Field(default=106, ge=11, le=273, description="TS 38.104 table 5.3.2-1 at 30 kHz")
    tx_power_dbm: float = Field(default=46.0, ge=0, le=60)
    kind: Literal["macro", "capacity"] = "macro"
    propagation: Literal["UMa", "UMi"] = "UMa"
    asleep: bool = False


class Area(Word):
    """A named circle on the map with the cells that cover it."""

    name: str
    x: float
    y: float
    radius: float = Field(gt=0, description="m")
    cells: tuple[str, ...] = Field(min_length=1)


class Uniform(Word):
    """Anywhere in the network's circle."""

    kind: Literal["uniform"] = "uniform"


class InArea(Word):
    """Anywhere in a named area."""

    kind: Literal["area"] = "area"
    area: str


class Points(Word):
    """At the given points, in m: terminal i at point i."""

    kind: Literal["points"] = "points"
    points: tuple[tuple[float, float], ...] = Field(min_length=1)


Placement = Annotated[Uniform | InArea | Points, Field(discriminator="kind")]


class UeGroup(Word):
    """A group of similar terminals: slice, traffic, placement, mobility, event attendance.

    `speed_mps` 0 means static, otherwise random waypoints within the initial area. `event`: the planned event that they attend,
    arriving within `arrival_spread_min` before its start and leaving within the same time after its end. `activity`: 24 factors
    on the packet rate, one per hour of the day.
    """

    name: str
    slice: Slice
    count: int = Field(ge=1, le=10_000)
    traffic: Traffic
    placement: Placement = Uniform()
    speed_mps: float = Field(default=0.0, ge=0, le=60)
    surroundings_mps: float = Field(default=0.3, gt=0, le=60, description="m/s of the surroundings: fading of a static terminal")
    event: str = ""
    arrival_spread_min: float = Field(default=20.0, ge=0, le=600)
    only_at_event: bool = Field(default=False, description="traffic only while at the event")
    activity: tuple[float, ...] = Field(default=(), description="24 hourly factors, empty for 1")
    buffer_kbit: float = Field(default=64_000.0, gt=0, description="buffer limit per terminal at the gNB, kbit")

    @model_validator(mode="after")
    def _consistent(self) -> UeGroup:
        if self.activity and (len(self.activity) != 24 or min(self.activity) < 0):
            raise ValueError(f"group {self.name}: activity needs 24 factors that are not negative, it has {len(self.activity)}")
        if isinstance(self.placement, Points) and len(self.placement.points) != self.count:
            raise ValueError(f"group {self.name}: count={self.count} but {len(self.placement.points)} points; make them equal")
        return self


class A1Policy(Word):
    """An A1 policy that is enforced from the start."""

    policy_type: str
    body: dict[str, JsonValue]


class SystemScenario(Word):
    """A complete scenario. `configuration`: attributes by DN that differ from the defaults; `policies`: by policy id."""

    name: str
    start: AwareDatetime
    cells: tuple[CellSpec, ...] = Field(min_length=1)
    groups: tuple[UeGroup, ...] = Field(min_length=1)
    areas: tuple[Area, ...] = ()
    events: tuple[PlannedEvent, ...] = ()
    disturbances: tuple[AnyDisturbance, ...] = ()
    configuration: dict[str, dict[str, Scalar]] = Field(default_factory=dict)
    policies: dict[str, A1Policy] = Field(default_factory=dict)
    radius: float = Field(default=800.0, gt=0, description="m; terminals are placed and walk within this circle")
    time_lapse: float = Field(default=1.0, ge=1, le=3600, description="network seconds per simulated second")
    granularity_s: float = Field(default=1.0, gt=0, le=86_400, description="KPI window, network seconds")
    history_windows: int = Field(default=3000, ge=1, le=100_000)
    tti_ms: float = Field(default=1.0, description="0.5 or 1: one or two slots of 30 kHz")
    subbands: int = Field(default=8, ge=1, le=18)
    data_elements_per_prb: int = Field(default=132, ge=12, le=168, description="per slot: 12 subcarriers x 11 data symbols")
    cqi_period_ms: float = Field(default=5.0, ge=1, le=160)
    noise_figure_db: float = Field(default=7.0, ge=0, le=20)
    bler_target: float = Field(default=0.1, gt=0, lt=1)
    harq_round_trip_ms: float = Field(default=4.0, ge=1, le=40)
    harq_attempts: int = Field(default=4, ge=1, le=8)
    inactivity_s: float = Field(default=5.0, gt=0, le=600)
    fading_seed: int = Field(default=7, description="seed of the pool of fading traces, by default the same for all networks")

    @model_validator(mode="after")
    def _consistent(self) -> SystemScenario:
        problem = _objection(self)
        if problem:
            raise ValueError(problem)
        return self

    @property
    def tti_us(self) -> int:
        """Network time of one TTI in whole microseconds."""
        return round(self.tti_ms * 1000 * self.time_lapse)

    @property
    def window_ttis(self) -> int:
        """TTIs in one KPI window."""
        return round(self.granularity_s * 1e6 / self.tti_us)


def _objection(scenario: SystemScenario) -> str | None:
    ids = [cell.id for cell in scenario.cells]
    areas = {area.name for area in scenario.areas}
    if len(set(ids)) < len(ids):
        return "cells: two cells have the same id; give each its own"
    if unknown := [cell for area in scenario.areas for cell in area.cells if cell not in ids]:
        return f"areas: cells {', '.join(unknown)} do not exist"
    if missing := [event.name for event in scenario.events if event.area not in areas]:
        return f"events: {', '.join(missing)} take place in an area that does not exist"
    objection = _group_objection(scenario, areas) or _timing_objection(scenario)
    return objection or _disturbance_objection(scenario, ids, areas)


def _group_objection(scenario: SystemScenario, areas: set[str]) -> str | None:
    events = {event.name for event in scenario.events}
    for group in scenario.groups:
        if group.event and group.event not in events:
            return f"group {group.name}: event={group.event!r} is not planned"
        if isinstance(group.placement, InArea) and group.placement.area not in areas:
            return f"group {group.name}: area={group.placement.area!r} does not exist"
    return None


def _disturbance_objection(scenario: SystemScenario, ids: list[str], areas: set[str]) -> str | None:
    for disturbance in scenario.disturbances:
        cells, places = named_by(disturbance)
        if unknown := (cells - set(ids)) | (places - areas):
            return f"disturbances: {disturbance.kind} names {', '.join(sorted(unknown))}, which does not exist"
    return None


def _timing_objection(scenario: SystemScenario) -> str | None:
    if scenario.tti_ms not in (0.5, 1.0):
        return f"tti_ms={scenario.tti_ms}: must be 0.5 or 1"
    windows = scenario.granularity_s * 1e6 / scenario.tti_us
    if abs(windows - round(windows)) > 1e-6 or windows < 100 / scenario.tti_ms:
        minimum = 0.1 * scenario.time_lapse
        return f"granularity_s={scenario.granularity_s}: must be a multiple of a TTI and at least {minimum} s at this time lapse"
    return None
