"""Observation of radio at a position: signal levels and interference from path loss and antenna patterns, without fading."""

from __future__ import annotations

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from tools.contract import ToolValue, tool
from tools.gym.context import GymContext, answer
from tools.gym.radio_conditions import loads, noise_dbm
from tools.gym.requests import PositionRequest
from twins.gym.field import best_cell, interference_dbm, rsrp_dbm, sinr_db


class SignalStrength(ToolValue):
    """Reference signal received power by gNB, dBm per resource element; the best gNB that is not barred, and its SINR, dB."""

    rsrp_dbm: dict[str, float]
    best: str
    sinr_db: float


class GnbAtPosition(ToolValue):
    """A gNB as received at a position; `prb_load` is the share of its resource blocks in use."""

    gnb: str
    rsrp_dbm: float
    sinr_db: float
    distance_m: float
    prb_load: float
    barred: bool


class GnbList(ToolValue):
    """The gNBs received at a position, strongest first."""

    gnbs: tuple[GnbAtPosition, ...]


class InterferenceLevel(ToolValue):
    """Interference and noise per resource block at a position whose best gNB is `serving`, and the part due to other cells."""

    serving: str
    interference_dbm: float = Field(description="interference and noise, dBm")
    noise_dbm: float
    rise_db: float = Field(description="interference and noise over noise, dB")
    from_cells_rise_db: float = Field(description="the rise that the other cells' load accounts for, dB")


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def get_signal_strength(context: GymContext, request: PositionRequest) -> Evidence[SignalStrength]:
    """Read the RSRP of each gNB at a position, dBm, and the SINR of the best one, dB; use it before flying there."""
    world, layout = context.world, context.world.in_force
    best = best_cell(layout, request.position)
    levels = {name: round(level, 1) for name, level in rsrp_dbm(layout, request.position).items()}
    value = SignalStrength(rsrp_dbm=levels, best=best, sinr_db=round(sinr_db(layout, request.position, best, loads(world)), 2))
    summary = ", ".join(f"{name} {level:.1f} dBm" for name, level in levels.items())
    return answer(context, f"{summary}; best {best}, SINR {value.sinr_db:.1f} dB", value)


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def scan_available_gnbs(context: GymContext, request: PositionRequest) -> Evidence[GnbList]:
    """List the gNBs at a position, strongest first: RSRP in dBm, SINR in dB, distance in m, load, and whether each is barred."""
    world, at, layout = context.world, request.position, context.world.in_force
    gnbs = [
        GnbAtPosition(
            gnb=name,
            rsrp_dbm=round(level, 1),
            sinr_db=round(sinr_db(layout, at, name, loads(world)), 2),
            distance_m=round(layout.cells[name].position.distance_m(at), 1),
            prb_load=round(loads(world)[name], 3),
            barred=layout.cells[name].barred,
        )
        for name, level in rsrp_dbm(layout, at).items()
    ]
    value = GnbList(gnbs=tuple(sorted(gnbs, key=lambda entry: (-entry.rsrp_dbm, entry.gnb))))
    summary = ", ".join(f"{entry.gnb} {entry.rsrp_dbm:.1f} dBm{' (barred)' if entry.barred else ''}" for entry in value.gnbs)
    return answer(context, summary, value)


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def monitor_interference(context: GymContext, request: PositionRequest) -> Evidence[InterferenceLevel]:
    """Read interference and noise per resource block at a position, dBm, and how much of the rise other cells explain, dB."""
    world, at, layout = context.world, request.position, context.world.in_force
    serving, floor = best_cell(layout, at), noise_dbm()
    level = interference_dbm(layout, at, serving, loads(world))
    cells = interference_dbm(layout.model_copy(update={"interferer_dbm": None}), at, serving, loads(world))
    value = InterferenceLevel(
        serving=serving,
        interference_dbm=round(level, 2),
        noise_dbm=round(floor, 2),
        rise_db=round(level - floor, 2),
        from_cells_rise_db=round(cells - floor, 2),
    )
    rise = f"{value.rise_db:.1f} dB over noise, of which other cells explain {value.from_cells_rise_db:.1f} dB"
    return answer(context, f"{level:.1f} dBm, {rise}", value)
