"""A packet network's whole configuration at one moment: cells, users, hosts, flows, an interferer.

A `Layout` is immutable and changed by copies, so what a measurement was made under is always written down in one value.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from policies.gym.place import Position
from policies.slices import Slice
from policies.word import Word

Shares = dict[Slice, float]
POWER_DBM = (-30.0, 46.0)
A3_OFFSET_DB = (-15.0, 15.0)  # TS 36.331, a3-Offset -30..30 in steps of 0.5 dB
INTERFERER_DBM = (0.0, 46.0)
NOISE_FIGURE_DB = (0.0, 20.0)
RATE_MBPS = (0.0, 50.0)
DELAY_MS = (0.1, 500.0)
MIN_SHARE = 1.0 / 16.0  # one resource block group of the 16 whole ones: the least with which a slice can be served


class Beam(Word):
    """Where a cell's antenna points: azimuth from the x axis counter-clockwise, tilt below the horizon, degrees."""

    azimuth_deg: float = Field(ge=-180.0, le=360.0)
    tilt_deg: float = Field(default=0.0, ge=-60.0, le=60.0)


class CellLayout(Word):
    """A cell: place, transmit power, A3 offset of its users, whether it is barred, and the share of resource blocks by slice.

    Without a `beam` its antenna is omnidirectional, 0 dBi; with one it has the element of TR 38.901 table 7.3-1.
    """

    position: Position
    beam: Beam | None = None
    power_dbm: float = Field(ge=POWER_DBM[0], le=POWER_DBM[1])
    a3_offset_db: float = Field(default=3.0, ge=A3_OFFSET_DB[0], le=A3_OFFSET_DB[1])
    barred: bool = False
    shares: Shares

    @model_validator(mode="after")
    def _whole(self) -> CellLayout:
        total, least = sum(self.shares.values()), min(self.shares.values())
        if set(self.shares) != set(Slice) or total > 1.0 + 1e-6 or least < MIN_SHARE - 1e-9:
            raise ValueError(
                f"shares={ {one.value: share for one, share in self.shares.items()} }: each of eMBB, URLLC, mMTC needs at least"
                f" {MIN_SHARE:g} (one resource block group), and together at most 1"
            )
        return self


class UserLayout(Word):
    """A user: where it is, how it moves, m/s, the noise figure of its receiver, and the cell it is ordered to (once; None: none).

    An ordered handover is undone by event A3 where another cell is better by its offset.
    """

    kind: Literal["uav", "terrestrial"]
    position: Position
    velocity_mps: tuple[float, float, float] = (0.0, 0.0, 0.0)
    noise_figure_db: float = Field(default=9.0, ge=NOISE_FIGURE_DB[0], le=NOISE_FIGURE_DB[1])
    ordered_cell: str | None = None


class FlowLayout(Word):
    """A downlink flow to `user`: sent from one of `hosts` on one of `slices`, `mbps` of `packet_bytes` (IP) packets.

    `bursty`: exponential gaps between packets; `guaranteed_mbps` is what the URLLC bearer asks for.
    """

    user: str
    slice: Slice
    slices: tuple[Slice, ...]
    host: str
    hosts: tuple[str, ...]
    mbps: float = Field(ge=RATE_MBPS[0], le=RATE_MBPS[1])
    packet_bytes: int = Field(ge=60, le=1400)
    bursty: bool = False
    guaranteed_mbps: float = Field(default=0.3, gt=0.0)

    @model_validator(mode="after")
    def _known(self) -> FlowLayout:
        if self.slice not in self.slices or self.host not in self.hosts:
            raise ValueError(
                f"slice={self.slice} and host={self.host} must be among slices={[one.value for one in self.slices]} and"
                f" hosts={list(self.hosts)}"
            )
        return self


class Layout(Word):
    """Everything, by name; `hosts` maps each to its one-way link delay in ms; `interferer_dbm` None is silence."""

    seed: int = Field(ge=1)
    cells: dict[str, CellLayout]
    users: dict[str, UserLayout]
    hosts: dict[str, float]
    flows: dict[str, FlowLayout]
    interferer: Position
    interferer_dbm: float | None = Field(default=None, ge=INTERFERER_DBM[0], le=INTERFERER_DBM[1])
    downlink_rbs: Literal[25, 50] = 50

    @model_validator(mode="after")
    def _consistent(self) -> Layout:
        for name, flow in self.flows.items():
            if flow.user not in self.users or any(host not in self.hosts for host in flow.hosts):
                raise ValueError(f"flow={name!r} goes from {flow.hosts} to {flow.user!r}: there is no such user or host")
        for name, user in self.users.items():
            if user.ordered_cell is not None and user.ordered_cell not in self.cells:
                raise ValueError(f"users.{name}.ordered_cell={user.ordered_cell!r} is none of {', '.join(self.cells)}")
        for name, delay in self.hosts.items():
            if not DELAY_MS[0] <= delay <= DELAY_MS[1]:
                raise ValueError(f"hosts.{name}={delay:g} ms is outside {DELAY_MS[0]:g}..{DELAY_MS[1]:g} ms")
        return self
