"""`small_layout(seed)`: what ns-3 and the Experiment Model are tested on, two cells 300 m apart, three users, two hosts."""

from __future__ import annotations

from policies.gym.place import Position
from policies.slices import Slice
from twins.gym.layout import Beam, CellLayout, FlowLayout, Layout, UserLayout


def at(x: float, y: float, z: float = 1.5) -> Position:
    return Position(x_m=x, y_m=y, z_m=z)


def flow(user: str, one: Slice, mbps: float, packet_bytes: int = 1000) -> FlowLayout:
    choice = {"slice": one, "slices": tuple(Slice), "host": "edge", "hosts": ("edge", "cloud")}
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
