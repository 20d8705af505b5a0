"""A packet network without packets: SINR from the field, Shannon capacity, a queueing formula, and noise drawn from the seed.

`small_layout(seed)` is the test layout of this network and of ns-3: two cells 300 m apart, three users, two hosts.
"""

from __future__ import annotations

import math
import random

from policies.gym.place import Position
from policies.slices import Slice
from twins.gym.field import rsrp_dbm, sinr_db
from twins.gym.layout import Beam, CellLayout, FlowLayout, Layout, UserLayout
from twins.gym.packet_network import InfrastructureError
from twins.gym.window import FlowWindow, UserWindow, Window


def at(x: float, y: float, z: float = 1.5) -> Position:
    return Position(x_m=x, y_m=y, z_m=z)


def flow(user: str, slice_: Slice, mbps: float, packet_bytes: int = 1000) -> FlowLayout:
    choice = {"slice": slice_, "slices": tuple(Slice), "host": "edge", "hosts": ("edge", "cloud")}
    return FlowLayout(user=user, mbps=mbps, packet_bytes=packet_bytes, bursty=True, **choice)


def small_layout(seed: int = 1, **changes) -> Layout:
    shares = {Slice.EMBB: 0.5, Slice.URLLC: 0.3, Slice.MMTC: 0.2}
    values = {
        "seed": seed,
        "cells": {
            "west": CellLayout(position=at(-150, 0, 25), power_dbm=43.0, shares=shares),
            "east": CellLayout(position=at(150, 0, 25), power_dbm=43.0, shares=shares, beam=Beam(azimuth_deg=180.0)),
        },
        "users": {
            "uav-1": UserLayout(kind="uav", position=at(-110, 20, 60)),
            "ue-1": UserLayout(kind="terrestrial", position=at(-100, -40)),
            "ue-2": UserLayout(kind="terrestrial", position=at(90, 30)),
        },
        "hosts": {"edge": 2.0, "cloud": 20.0},
        "flows": {
            "uav-1": flow("uav-1", Slice.URLLC, 0.5, 300),
            "ue-1": flow("ue-1", Slice.EMBB, 2.0),
            "ue-2": flow("ue-2", Slice.EMBB, 2.0),
        },
        "interferer": at(0, 50, 10),
        "downlink_rbs": 25,
    }
    return Layout(**(values | changes))


class TinyPackets:
    """See above; the next `failures` runs fail; `runs` and `begins` count the calls."""

    label = "formulas of the tests"

    def __init__(self) -> None:
        self.runs = self.begins = self.failures = 0

    def begin(self, layout: Layout) -> None:
        self.begins += 1
        self._chance, self._now_s = random.Random(layout.seed), 0.0
        self._serving: dict[str, str] = {}

    def run(self, layout: Layout, seconds: float, settle_s: float = 0.0) -> Window:
        self.runs += 1
        if self.failures > 0:
            self.failures -= 1
            raise InfrastructureError("the tiny packets were lost")
        self._now_s += settle_s + seconds
        before = dict(self._serving)
        users = {name: self._user(layout, name, seconds) for name in layout.users}
        offered = {name: flow.mbps * self._chance.uniform(0.98, 1.02) for name, flow in layout.flows.items()}
        return Window(
            seconds=seconds,
            now_s=self._now_s,
            flows={name: _flow(layout, name, users, offered) for name in layout.flows},
            users=users,
            prb_load={cell: _load(layout, cell, users, offered) for cell in layout.cells},
            handovers=sum(before.get(name, cell) != cell for name, cell in self._serving.items()),
        )

    def _user(self, layout: Layout, name: str, seconds: float) -> UserWindow:
        user = layout.users[name]
        levels = rsrp_dbm(layout, user.position)
        usable = [cell for cell in levels if not layout.cells[cell].barred] or list(levels)
        best, current = max(usable, key=lambda cell: levels[cell]), self._serving.get(name)
        stays = current in usable and levels[best] <= levels[current] + layout.cells[current].a3_offset_db
        self._serving[name] = serving = current if stays and current is not None else best
        sinr = sinr_db(layout, user.position, serving, {}, user.noise_figure_db)
        cqi = [0] * 16
        cqi[max(0, min(15, round(sinr / 2.0 + 4.0)))] = round(200 * seconds)
        served = sinr > -10.0 and not layout.cells[serving].barred
        return UserWindow(cell=serving if served else None, rsrp_dbm=levels[serving], sinr_db=sinr, cqi=tuple(cqi))


def _capacity(layout: Layout, cell: str, slice_: Slice, sinr: float) -> float:
    """Return the capacity of a slice's blocks at `sinr`, Mbit/s."""
    return 0.18 * layout.downlink_rbs * layout.cells[cell].shares[slice_] * math.log2(1.0 + 10.0 ** (sinr / 10.0))


def _use(layout: Layout, cell: str, slice_: Slice, users: dict, offered: dict) -> float:
    """Return the demand over the capacity of the slice's blocks."""
    names = [name for name, flow in layout.flows.items() if flow.slice is slice_ and users[flow.user].cell == cell]
    return sum(offered[name] / _capacity(layout, cell, slice_, users[layout.flows[name].user].sinr_db) for name in names)


def _load(layout: Layout, cell: str, users: dict, offered: dict) -> float:
    shares = layout.cells[cell].shares
    return sum(share * min(_use(layout, cell, slice_, users, offered), 1.0) for slice_, share in shares.items())


def _flow(layout: Layout, name: str, users: dict, offered: dict) -> FlowWindow:
    flow, user = layout.flows[name], users[layout.flows[name].user]
    if user.cell is None or offered[name] == 0.0:
        lost = 1.0 if offered[name] else 0.0
        return FlowWindow(latency_ms=None, jitter_ms=None, loss=lost, throughput_mbps=0.0, offered_mbps=offered[name])
    use = _use(layout, user.cell, flow.slice, users, offered)
    service_ms = 8e-3 * flow.packet_bytes / _capacity(layout, user.cell, flow.slice, user.sinr_db)
    part = min(1.0 / use, 1.0)
    return FlowWindow(
        latency_ms=layout.hosts[flow.host] + 4.0 + service_ms / (1.0 - min(use, 0.98)),
        jitter_ms=0.1 + 0.1 * service_ms,
        loss=1.0 - part,
        throughput_mbps=offered[name] * part,
        offered_mbps=offered[name],
    )
