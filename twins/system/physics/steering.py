"""From configuration to physics: copies attributes of the managed objects into the state's arrays."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from policies.slices import Slice
from twins.system.configuration import Tree, carrier_dn, cu_dn, du_dn, relation_dn
from twins.system.physics.power import watts
from twins.system.physics.state import State
from twins.system.scenario.scenario import CellSpec, SystemScenario
from twins.system.scenario.topology import neighbours

SCHEDULERS = ("PF", "WPF", "RR")


def is_awake(tree: Tree, cell: CellSpec) -> bool:
    """Whether a cell is configured to radiate: unlocked and not in energy saving."""
    unlocked = tree[du_dn(cell)]["administrativeState"] == "UNLOCKED"
    return unlocked and tree[f"{cu_dn(cell)},CESManagementFunction=1"]["energySavingControl"] == "toBeNotEnergySaving"


def power_per_prb_dbm(tree: Tree, cell: CellSpec) -> float:
    """Return a cell's transmit power per PRB in dBm: its maximum power divided by all PRBs."""
    return float(tree[carrier_dn(cell)]["configuredMaxTxPower"] or 0.0) - 10.0 * math.log10(cell.prbs)


def mirror(scenario: SystemScenario, tree: Tree, state: State) -> None:
    """Copy the configuration into the state, except on/off, A1 policies and received powers."""
    index = {cell.id: number for number, cell in enumerate(scenario.cells)}
    state.relations["allowed"] = 0
    for number, cell in enumerate(scenario.cells):
        _mirror_cell(scenario, tree, state, number, cell)
        for other in neighbours(scenario.cells, cell):
            relation = tree[relation_dn(cell, other)]
            state.relations[number, index[other]]["offset_db"] = relation["cellIndividualOffset"]
            state.relations[number, index[other]]["allowed"] = bool(relation["isHOAllowed"])


def _mirror_cell(scenario: SystemScenario, tree: Tree, state: State, number: int, cell: CellSpec) -> None:
    row, du = state.cells[number], du_dn(cell)
    profile = tree[f"{cu_dn(cell)},MobilityProfile=1"]
    row["scheduler"] = SCHEDULERS.index(str(tree[du]["schedulerType"]))
    row["a3_offset"], row["hysteresis"] = profile["a3Offset"], profile["hysteresis"]
    row["time_to_trigger"] = math.ceil(float(profile["timeToTrigger"] or 0) / scenario.tti_ms)
    row["idle_w"], row["load_w"], row["sleep_w"] = watts(cell.kind, float(tree[carrier_dn(cell)]["configuredMaxTxPower"] or 0))
    for position, slice_ in enumerate(Slice):
        share = state.shares[number, position]
        ratio = tree[f"{du},RRMPolicyRatio={slice_.value}"]
        share["minimum"] = float(ratio["rRMPolicyMinRatio"] or 0) / 100
        share["maximum"] = float(ratio["rRMPolicyMaxRatio"] or 0) / 100
        share["dedicated"] = float(ratio["rRMPolicyDedicatedRatio"] or 0) / 100
        share["weight"] = tree[f"{du},SchedulerProfile={slice_.value}"]["schedulerWeight"]
        admission = tree[f"{du},AdmissionControl={slice_.value}"]
        share["admit_usage"] = float(admission["maxPrbUsage"] or 0) / 100
        share["admit_ues"] = admission["maxConnectedUes"]


def mirror_powers(scenario: SystemScenario, tree: Tree, state: State) -> NDArray[np.float64]:
    """Update the power that every terminal receives from every cell; returns the transmit power per PRB float64[C] in dBm."""
    powers = np.array([power_per_prb_dbm(tree, cell) for cell in scenario.cells])
    state.links["power_dbm"] = state.links["gain_db"] + powers
    state.links["power"] = 10.0 ** (0.1 * state.links["power_dbm"])
    return powers
