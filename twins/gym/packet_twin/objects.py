"""The managed objects (TS 28.541) of a layout: classes, default attributes and writable attributes.

They are those of an NR network, so that the same management works for both, although the traffic is carried by LTE. Attributes
that a layout cannot express are read-only and have the value that describes the simulator's behaviour.
"""

from __future__ import annotations

from policies.managed_object import Scalar
from twins.gym.field import CARRIER_GHZ
from twins.gym.layout import CellLayout, Layout
from twins.gym.packet_twin.names import CellName
from twins.slice_objects import slice_objects
from twins.system.configuration import Tree, arfcn

BANDWIDTH_MHZ = {25: 5, 50: 10}  # TS 36.104 table 5.6-1
WRITABLE = {
    "NRCellDU": ("administrativeState",),
    "NRSectorCarrier": ("configuredMaxTxPower",),
    "CommonBeamformingFunction": ("digitalTilt", "digitalAzimuth"),
    "RRMPolicyRatio": ("rRMPolicyMinRatio", "rRMPolicyMaxRatio", "rRMPolicyDedicatedRatio"),
    "SchedulerProfile": ("schedulerWeight",),
    "MobilityProfile": ("a3Offset",),
    "CESManagementFunction": ("energySavingControl",),
}
_FIXED = {
    "cellIndividualOffset": "a handover is decided by the serving cell's a3Offset alone, the same towards every neighbour",
    "isHOAllowed": "a handover is decided by the serving cell's a3Offset alone, the same towards every neighbour",
    "hysteresis": "a handover follows two reports in a row, 240 ms apart, without hysteresis: change a3Offset",
    "timeToTrigger": "a handover follows two reports in a row, 240 ms apart: change a3Offset",
    "maxPrbUsage": "there is no admission control: bound a slice by rRMPolicyMaxRatio",
    "maxConnectedUes": "there is no admission control",
    "schedulerType": "the scheduler is proportional fair and fixed: change schedulerWeight or the ratios of slices",
}


def why_fixed(attribute: str) -> str:
    """Return why `attribute` cannot be written here."""
    return _FIXED.get(attribute, "the attribute is absent, read-only or fixed at run time")


def default_tree(layout: Layout, names: dict[str, CellName]) -> Tree:
    """Return every managed object with the attributes of `layout`."""
    tree: Tree = {}
    for name in names.values():
        tree.setdefault(name.element, {"userLabel": name.site})
        for function in ("GNBDUFunction=1", "GNBCUCPFunction=1"):
            tree.setdefault(f"{name.element},{function}", {"gNBId": name.gnb, "gNBIdLength": 24})
        tree.update(_du_objects(layout, name))
        tree.update(_cu_objects(layout.cells[name.id], name))
    return tree


def _du_objects(layout: Layout, name: CellName) -> Tree:
    channel: dict[str, Scalar] = {"arfcnDL": arfcn(CARRIER_GHZ), "bSChannelBwDL": BANDWIDTH_MHZ[layout.downlink_rbs]}
    cell = layout.cells[name.id]
    objects: Tree = {
        name.du: {
            "administrativeState": "UNLOCKED",
            "operationalState": "ENABLED",
            "cellLocalId": name.local,
            "nRPCI": name.nci % 1008,
            "schedulerType": "PF",
            **channel,
        },
        name.carrier: {"configuredMaxTxPower": cell.power_dbm, **channel},
    }
    if cell.beam is not None:
        objects[f"{name.carrier},CommonBeamformingFunction=1"] = {"digitalTilt": 0, "digitalAzimuth": 0}
    objects |= slice_objects(name.du)
    return objects


def _cu_objects(cell: CellLayout, name: CellName) -> Tree:
    objects: Tree = {
        name.cu: {"cellLocalId": name.local},
        f"{name.cu},MobilityProfile=1": {"a3Offset": cell.a3_offset_db, "hysteresis": 0.0},
        f"{name.cu},CESManagementFunction=1": {
            "energySavingControl": "toBeNotEnergySaving",
            "energySavingState": "isNotEnergySaving",
        },
    }
    for neighbour in name.neighbours:
        objects[name.relation(neighbour)] = {"cellIndividualOffset": 0, "isHOAllowed": True}
    return objects
