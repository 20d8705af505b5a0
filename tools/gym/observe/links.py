"""Observation of links: the link between a UAV and a gNB, handovers, and whether a UAV could migrate to another gNB."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from tools.contract import ToolValue, tool
from tools.gym.context import GymContext, answer, require_gnb, require_uav
from tools.gym.feasibility import FeasibilityScore, feasibility
from tools.gym.radio_conditions import attainable_mbps, loads, uav_sinr_db
from tools.gym.requests import UavGnbRequest, UavRequest
from twins.gym.field import rsrp_dbm
from twins.gym.world import World

_POOR_SINR_DB, _GOOD_SINR_DB = -6.0, 6.0  # CQI 1, below which nothing is decoded, and about CQI 8
_UNDONE_SCORE = 0.2


class LinkQuality(ToolValue):
    """Link that a UAV would have with a gNB at its current position; the rate assumes all resource blocks for it alone."""

    uav: str
    gnb: str
    serving: bool
    rsrp_dbm: float
    sinr_db: float
    attainable_mbps: float
    prb_load: float
    quality: Literal["poor", "fair", "good"] = Field(description="poor below -6 dB, good from 6 dB")


class HandoverStatus(ToolValue):
    """Serving gNB of a UAV, the ordered handover and its status.

    `undone`: event A3 reversed the handover, because another gNB was stronger by the offset; `pending`: no measurement since the
    order.
    """

    uav: str
    serving: str | None
    ordered: str | None
    status: Literal["none", "pending", "done", "undone"]
    strongest: str
    strongest_over_serving_db: float
    a3_offset_db: float
    handovers: int = Field(description="of all users, in the last window")


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def check_link_quality(context: GymContext, request: UavGnbRequest) -> Evidence[LinkQuality]:
    """Read the link between a UAV, at its position, and a gNB: RSRP, dBm, SINR, dB, rate, Mbit/s; use it before a handover."""
    uav, gnb, world = require_uav(context, request.uav), require_gnb(context, request.gnb), context.world
    sinr = uav_sinr_db(world, uav, gnb)
    value = LinkQuality(
        uav=uav,
        gnb=gnb,
        serving=world.measured.window.users[uav].cell == gnb,
        rsrp_dbm=round(rsrp_dbm(world.in_force, world.mission.fleet[uav].position)[gnb], 1),
        sinr_db=round(sinr, 2),
        attainable_mbps=round(attainable_mbps(sinr, world.layout.downlink_rbs), 2),
        prb_load=round(loads(world)[gnb], 3),
        quality="poor" if sinr < _POOR_SINR_DB else "good" if sinr >= _GOOD_SINR_DB else "fair",
    )
    return answer(context, f"{uav} from {gnb}: {value.rsrp_dbm:.1f} dBm, SINR {sinr:.1f} dB ({value.quality})", value)


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def check_handover_status(context: GymContext, request: UavRequest) -> Evidence[HandoverStatus]:
    """Read which gNB serves a UAV, whether an ordered handover is done, pending or undone, and the strongest gNB's lead, dB."""
    uav, world = require_uav(context, request.uav), context.world
    serving, ordered = world.measured.window.users[uav].cell, world.mission.ordered.get(uav)
    levels = rsrp_dbm(world.in_force, world.mission.fleet[uav].position)
    strongest = max(levels, key=lambda name: levels[name])
    value = HandoverStatus(
        uav=uav,
        serving=serving,
        ordered=ordered,
        status=_status(world, uav, serving, ordered),
        strongest=strongest,
        strongest_over_serving_db=round(levels[strongest] - levels[serving or strongest], 2),
        a3_offset_db=world.layout.cells[serving or strongest].a3_offset_db,
        handovers=world.measured.window.handovers,
    )
    summary = f"{uav} is served by {serving}, order {ordered or 'none'}: {value.status}"
    return answer(context, f"{summary}; {strongest} is {value.strongest_over_serving_db:.1f} dB over it", value)


def _status(world: World, uav: str, serving: str | None, ordered: str | None) -> Literal["none", "pending", "done", "undone"]:
    if ordered is None:
        return "none"
    if serving == ordered:
        return "done"
    return "undone" if world.measured.layout.users[uav].ordered_cell == ordered else "pending"


@tool(effect=Effect.OBSERVE, raises=(ValueError,))
def check_migration_feasibility(context: GymContext, request: UavGnbRequest) -> Evidence[FeasibilityScore]:
    """Score whether a UAV, at its position, could be handed over to a gNB and stay: SINR, free blocks, event A3, barring."""
    uav, gnb, world = require_uav(context, request.uav), require_gnb(context, request.gnb), context.world
    sinr, load, cell = uav_sinr_db(world, uav, gnb), loads(world)[gnb], world.in_force.cells[gnb]
    levels = rsrp_dbm(world.in_force, world.mission.fleet[uav].position)
    lead_db = max(
        (level - levels[gnb] for name, level in levels.items() if name != gnb and not world.layout.cells[name].barred),
        default=-99.0,
    )
    value = feasibility(
        {
            "not barred": (0.0 if cell.barred else 1.0, f"{gnb} is barred"),
            "sinr": ((sinr - _POOR_SINR_DB) / (_GOOD_SINR_DB - _POOR_SINR_DB), f"SINR {sinr:.1f} dB: 0 at -6 dB, 1 from 6 dB"),
            "free blocks": (2.0 * (1.0 - load), f"{load:.0%} of the blocks are in use: 1 up to half"),
            "stays": (
                _UNDONE_SCORE if lead_db > cell.a3_offset_db else 1.0,
                f"another gNB is {lead_db:.1f} dB stronger, A3 offset {cell.a3_offset_db:g} dB: the handover would be undone",
            ),
        }
    )
    return answer(context, f"{uav} to {gnb}: {value.score:.2f}" + "".join(f"; {reason}" for reason in value.reasons), value)
