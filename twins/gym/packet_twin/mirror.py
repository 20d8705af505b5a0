"""From the managed object tree to the layout of the packet network."""

from __future__ import annotations

from typing import Any

from policies.managed_object import Scalar
from twins.gym.layout import POWER_DBM, Beam, CellLayout, Layout
from twins.gym.packet_twin.names import CellName
from twins.gym.packet_twin.shares import shares
from twins.system.configuration import Tree

TILT_DEG = (-60.0, 60.0)  # of `Beam`


def is_awake(tree: Tree, name: CellName) -> bool:
    """Whether a cell is configured to radiate: unlocked and not in energy saving."""
    saving = tree[f"{name.cu},CESManagementFunction=1"]["energySavingControl"] == "toBeEnergySaving"
    return tree[name.du]["administrativeState"] == "UNLOCKED" and not saving


def layout_of(start: Layout, names: dict[str, CellName], tree: Tree) -> Layout:
    """Return `start` with its cells configured by the tree."""
    cells = {name.id: _cell(start, name, tree) for name in names.values()}
    return start if cells == start.cells else start.model_copy(update={"cells": cells})


def _cell(layout: Layout, name: CellName, tree: Tree) -> CellLayout:
    start = layout.cells[name.id]
    changes: dict[str, Any] = {
        "power_dbm": _number(tree[name.carrier]["configuredMaxTxPower"]),
        "a3_offset_db": _number(tree[f"{name.cu},MobilityProfile=1"]["a3Offset"]),
        "beam": beam(start, name, tree),
        "shares": shares(layout, name.id, tree, name.du),
    }
    if not is_awake(tree, name):
        # Barring alone would leave users with weak neighbours in the cell; at minimum power they hand over.
        changes |= {"barred": True, "power_dbm": POWER_DBM[0]}
    return CellLayout.model_validate({**dict(start), **changes})


def beam(start: CellLayout, name: CellName, tree: Tree) -> Beam | None:
    """Return the beam, steered from the layout's direction by digitalAzimuth (clockwise) and digitalTilt (down), 0.1 deg each."""
    if start.beam is None:
        return None
    steering = tree[f"{name.carrier},CommonBeamformingFunction=1"]
    azimuth = start.beam.azimuth_deg - _number(steering["digitalAzimuth"]) / 10.0
    tilt = start.beam.tilt_deg + _number(steering["digitalTilt"]) / 10.0
    return Beam.model_construct(azimuth_deg=_wrapped(azimuth), tilt_deg=tilt)  # `objections` validates it before use


def _wrapped(degrees: float) -> float:
    return degrees if -180.0 <= degrees <= 360.0 else degrees % 360.0


def _number(value: Scalar) -> float:
    return float(value or 0.0)
