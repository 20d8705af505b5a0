"""The complete configuration of a packet network at one time: cells, users, hosts, flows, an interferer.

A `Layout` is immutable and changed by copying, so that the configuration of every measurement is recorded in a single value.
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
MIN_SHARE = 1.0 / 16.0  # one of the 16 whole resource block groups, the minimum to serve a slice


class Beam(Word):
    """The direction of a cell's antenna: azimuth counter-clockwise from the x axis, tilt below the horizon, degrees."""

    azimuth_deg: float = Field(ge=-180.0, le=360.0)
    tilt_deg: float = Field(default=0.0, ge=-60.0, le=60.0)


class CellLayout(Word):
    """A cell: position, transmit power, A3 offset of its users, barring, and the share of resource blocks by slice.

    Without a `beam` the antenna is omnidirectional with 0 dBi, otherwise the element of TR 38.901 table 7.3-1.
    """

    position: Position
    beam: Beam | None = None
    power_dbm: float = Field(ge=POWER_DBM[0], le=POWER_DBM[1])
    a3_offset_db: float = Field(default=3.0, ge=A3_OFFSET_DB[0], le=A3_OFFSET_DB[1])
    barred: bool = False
    shares: Shares

    @model_validator(mode="after")
    def _whole(self) -> CellLayout:
        total, smallest = sum(self.shares.values()), min(self.shares.values())
        if set(self.shares) != set(Slice) or total > 1.0 + 1e-6 or smallest < MIN_SHARE - 1e-9:
            raise ValueError(
                f"shares={ {name.value: share for name, share in self.shares.items()} }: each of eMBB, URLLC, mMTC needs at least"
                f" {MIN_SHARE:g} (one resource block group), and together at most 1"
            )
        return self


class UserLayout(Word):
    """A user: position, velocity, receiver noise figure, and the target cell of a commanded handover (executed once).

    Event A3 may undo a commanded handover if another cell is better by the offset.
    """

    kind: Literal["uav", "terrestrial"]
    position: Position
    velocity_mps: tuple[float, float, float] = (0.0, 0.0, 0.0)
    noise_figure_db: float = Field(default=9.0, ge=NOISE_FIGURE_DB[0], le=NOISE_FIGURE_DB[1])
    ordered_cell: str | None = None


class FlowLayout(Word):
    """A downlink flow to `user`, sent from one of `hosts` on one of `slices`: `mbps` in IP packets of `packet_bytes`.

    `bursty`: exponential gaps between packets; `guaranteed_mbps` is the guaranteed bit rate of the URLLC bearer.
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
                f"slice={self.slice} and host={self.host} must be among slices={[name.value for name in self.slices]} and"
                f" hosts={list(self.hosts)}"
            )
        return self


class Layout(Word):
    """The configuration by name; `hosts` maps hosts to their one-way link delay in ms; `interferer_dbm` None means off."""

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
                raise ValueError(f"users.{name}.ordered_cell={user.ordered_cell!r} is not one of {', '.join(self.cells)}")
        for name, delay in self.hosts.items():
            if not DELAY_MS[0] <= delay <= DELAY_MS[1]:
                raise ValueError(f"hosts.{name}={delay:g} ms is outside {DELAY_MS[0]:g}..{DELAY_MS[1]:g} ms")
        return self
