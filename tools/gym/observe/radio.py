"""Observation of the radio at a place: levels and interference, by path loss and antennas alone, without fading."""

from __future__ import annotations

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from tools.contract import ToolValue, tool
from tools.gym.air import loads, noise_dbm
from tools.gym.context import GymContext, answer
from tools.gym.requests import AtPosition
from twins.gym.field import best_cell, interference_dbm, rsrp_dbm, sinr_db


class SignalStrength(ToolValue):
    """Reference signal received power by gNB, dBm per resource element, and SINR of the best that is not barred, dB."""

    rsrp_dbm: dict[str, float]
    best: str
    sinr_db: float


class GnbAtPosition(ToolValue):
    """A gNB as it is received at a place; `prb_load` is the share of its resource blocks in use."""

    gnb: str
    rsrp_dbm: float
    sinr_db: float
    distance_m: float
    prb_load: float
    barred: bool


class GnbList(ToolValue):
    """The gNBs at a place, strongest first."""

    gnbs: tuple[GnbAtPosition, ...]


class InterferenceLevel(ToolValue):
    """Per resource block at a place that `serving` covers best: all, noise alone, and how much of it the other cells explain."""

    serving: str
    interference_dbm: float = Field(description="interference and noise, dBm")
    noise_dbm: float
    rise_db: float = Field(description="interference and noise over noise, dB")
    from_cells_rise_db: float = Field(description="the rise that the other cells' load accounts for, dB")


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def get_signal_strength(context: GymContext, request: AtPosition) -> Evidence[SignalStrength]:
    """Read RSRP of each gNB at a place, dBm, and the best one's SINR, dB; use it before flying there."""
    world, layout = context.world, context.world.in_force
    best = best_cell(layout, request.position)
    levels = {name: round(level, 1) for name, level in rsrp_dbm(layout, request.position).items()}
    value = SignalStrength(rsrp_dbm=levels, best=best, sinr_db=round(sinr_db(layout, request.position, best, loads(world)), 2))
    said = ", ".join(f"{name} {level:.1f} dBm" for name, level in levels.items())
    return answer(context, f"{said}; best {best}, SINR {value.sinr_db:.1f} dB", value)


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def scan_available_gnbs(context: GymContext, request: AtPosition) -> Evidence[GnbList]:
    """List the gNBs at a place, strongest first: RSRP in dBm, SINR in dB, distance in m, load, and whether each is barred."""
    world, at, layout = context.world, request.position, context.world.in_force
    found = [
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
    value = GnbList(gnbs=tuple(sorted(found, key=lambda one: (-one.rsrp_dbm, one.gnb))))
    said = ", ".join(f"{one.gnb} {one.rsrp_dbm:.1f} dBm{' (barred)' if one.barred else ''}" for one in value.gnbs)
    return answer(context, said, value)


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def monitor_interference(context: GymContext, request: AtPosition) -> Evidence[InterferenceLevel]:
    """Read interference and noise per resource block at a place, dBm, and the part of the rise that other cells explain, dB."""
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
    said = f"{level:.1f} dBm, {value.rise_db:.1f} dB over noise, of which other cells explain {value.from_cells_rise_db:.1f} dB"
    return answer(context, said, value)
