"""A mission's configuration as managed objects: those of the network (TS 28.541), and a vendor model of the mission's service.

1. Shares of slices are guaranteed ratios in whole percents, rounded so that they never exceed the cell, because shares are
   exclusive here.
2. `MissionService`, `SliceTraffic` and `ComputingTask` are TwinPilot's own classes: slice, server and rate of the mission, rate
   of the other users of a slice, server of a computing task. Rates are percentages of the scenario's full rate.
"""

from __future__ import annotations

import math
import re

from policies.change import AttributeEdit, ChangeSet, digest_of
from policies.managed_object import Scalar
from policies.slices import Slice
from twins.gym.layout import Beam, CellLayout, Layout
from twins.gym.packet_twin.names import CellName, cell_names
from twins.gym.packet_twin.objects import default_tree
from twins.gym.world import World
from twins.system.configuration import Tree

ON_BOARD, NOWHERE = "on-board", "none"


def mission_tree(world: World) -> Tree:
    """Return every managed object with the current configuration of `world`, without the effect of events."""
    layout, start, names = world.layout, world.scenario.layout, cell_names(world.layout)
    tree = default_tree(layout, names)
    for name in names.values():
        for slice_, percent in _percents(layout.cells[name.id]).items():
            tree[f"{name.du},RRMPolicyRatio={slice_.value}"]["rRMPolicyMinRatio"] = percent
        tree.update(_beam(layout.cells[name.id], start.cells[name.id], name))
    tree["MissionService=1"] = {
        "slice": layout.flows[world.scenario.mission[0]].slice.value,
        "server": world.service_host,
        "rate": _rate(layout, start, list(world.scenario.mission)),
    }
    for slice_ in Slice:
        others = [name for name, flow in start.flows.items() if flow.slice is slice_ and name not in world.scenario.mission]
        if any(start.flows[name].mbps > 0.0 for name in others):
            tree[f"SliceTraffic={slice_.value}"] = {"rate": _rate(layout, start, others)}
    for uav in world.mission.fleet:
        tree[f"ReceiverProfile={uav}"] = {"noiseFigure": round(layout.users[uav].noise_figure_db, 6)}
    for flying in world.mission.fleet.values():
        tree.update({_task_dn(task.task): {"server": ON_BOARD} for task in flying.tasks})
    tree.update({_task_dn(task): {"server": server} for task, (_, server) in world.placed.items()})
    return tree


def difference(before: Tree, after: Tree) -> ChangeSet:
    """Return the edits from `before` to `after`; a new computing task is added to `before`, with server "none"."""
    edits = []
    for dn, attributes in after.items():
        old = before.setdefault(dn, {"server": NOWHERE})
        edits += [
            AttributeEdit(dn=dn, attribute=name, old=old.get(name), new=value)
            for name, value in attributes.items()
            if old.get(name) != value
        ]
    return ChangeSet(edits=tuple(edits))


def _task_dn(task: str) -> str:
    """The DN of a task; a name with characters that a DN does not allow is made unique by its digest."""
    plain = re.sub(r"[^A-Za-z0-9.:-]", "-", task)
    return f"ComputingTask={plain}" if plain == task else f"ComputingTask={plain}_{digest_of(task)[:6]}"


def _percents(cell: CellLayout) -> dict[Slice, int]:
    """Shares as whole percents whose sum does not exceed that of the shares, by largest remainder."""
    exact = {slice_: 100.0 * share for slice_, share in cell.shares.items()}
    percents = {slice_: math.floor(percent + 1e-9) for slice_, percent in exact.items()}
    spare = math.floor(sum(exact.values()) + 1e-9) - sum(percents.values())
    for slice_ in sorted(exact, key=lambda slice_: percents[slice_] - exact[slice_])[:spare]:
        percents[slice_] += 1
    return percents


def _beam(cell: CellLayout, start: CellLayout, name: CellName) -> Tree:
    """Coverage shape, 0 omnidirectional or 1 a sector; tilt and azimuth relative to the scenario's beam, in 0.1 degrees."""
    zero = start.beam or Beam(azimuth_deg=0.0, tilt_deg=0.0)
    beam = cell.beam or zero
    turned = (zero.azimuth_deg - beam.azimuth_deg + 180.0) % 360.0 - 180.0
    shape: dict[str, Scalar] = {
        "coverageShape": 0 if cell.beam is None else 1,
        "digitalTilt": round(10.0 * (beam.tilt_deg - zero.tilt_deg)),
        "digitalAzimuth": round(10.0 * turned),
    }
    return {f"{name.carrier},CommonBeamformingFunction=1": shape}


def _rate(layout: Layout, start: Layout, flows: list[str]) -> float:
    full = sum(start.flows[name].mbps for name in flows)
    return round(100.0 * sum(layout.flows[name].mbps for name in flows) / full, 3) if full else 100.0
