"""The managed objects of a system network (TS 28.541): classes, default attributes and writable attributes.

NR cell identity (TS 38.413 clause 9.3.1.7): gNB id (24 bit, the site's number) followed by the cell's local id (12 bit).
"""

from __future__ import annotations

from policies.managed_object import Scalar
from twins.network import Cell
from twins.slice_objects import slice_objects
from twins.system.scenario.scenario import CellSpec, SystemScenario
from twins.system.scenario.topology import neighbours

Tree = dict[str, dict[str, Scalar]]

LOCAL_ID_BITS = 12
WRITABLE = {
    "NRCellDU": ("administrativeState", "schedulerType"),
    "NRSectorCarrier": ("configuredMaxTxPower",),
    "RRMPolicyRatio": ("rRMPolicyMinRatio", "rRMPolicyMaxRatio", "rRMPolicyDedicatedRatio"),
    "SchedulerProfile": ("schedulerWeight",),
    "AdmissionControl": ("maxPrbUsage", "maxConnectedUes"),
    "NRCellRelation": ("cellIndividualOffset", "isHOAllowed"),
    "MobilityProfile": ("a3Offset", "hysteresis", "timeToTrigger"),
    "CESManagementFunction": ("energySavingControl",),
}


def arfcn(carrier_ghz: float) -> int:
    """Return the NR-ARFCN of a carrier (TS 38.104 clause 5.4.2.1)."""
    if carrier_ghz < 3.0:
        return round(carrier_ghz * 1e6 / 5)
    if carrier_ghz < 24.25:
        return round(600_000 + (carrier_ghz * 1e3 - 3000) / 0.015)
    return round(2_016_667 + (carrier_ghz * 1e3 - 24_250.08) / 0.06)


def du_dn(cell: CellSpec) -> str:
    """Return the DN of a cell's NRCellDU."""
    return f"ManagedElement={cell.site},GNBDUFunction=1,NRCellDU={cell.id}"


def cu_dn(cell: CellSpec) -> str:
    """Return the DN of a cell's NRCellCU."""
    return f"ManagedElement={cell.site},GNBCUCPFunction=1,NRCellCU={cell.id}"


def carrier_dn(cell: CellSpec) -> str:
    """Return the DN of a cell's NRSectorCarrier."""
    return f"ManagedElement={cell.site},GNBDUFunction=1,NRSectorCarrier={cell.id}"


def relation_dn(cell: CellSpec, neighbour: str) -> str:
    """Return the DN of the relation from a cell to a neighbour."""
    return f"{cu_dn(cell)},NRCellRelation={neighbour}"


def nr_cell_identities(scenario: SystemScenario) -> dict[int, str]:
    """Return the cell ids by NR cell identity, which identifies cells in A1 policies."""
    sites = list(dict.fromkeys(cell.site for cell in scenario.cells))
    counts: dict[str, int] = {}
    identities = {}
    for cell in scenario.cells:
        counts[cell.site] = counts.get(cell.site, 0) + 1
        identities[((sites.index(cell.site) + 1) << LOCAL_ID_BITS) | counts[cell.site]] = cell.id
    return identities


def card_cells(scenario: SystemScenario) -> tuple[Cell, ...]:
    """Return the cells of the network card."""
    identities = {identity: number for number, identity in nr_cell_identities(scenario).items()}
    return tuple(
        Cell(
            id=cell.id,
            dn=du_dn(cell),
            cu_dn=cu_dn(cell),
            carrier_dn=carrier_dn(cell),
            site=cell.site,
            x=cell.x,
            y=cell.y,
            azimuth=cell.azimuth,
            height=cell.height,
            carrier_ghz=cell.carrier_ghz,
            bandwidth_mhz=cell.bandwidth_mhz,
            prbs=cell.prbs,
            subcarrier_spacing_khz=30,
            kind=cell.kind,
            areas=tuple(area.name for area in scenario.areas if cell.id in area.cells),
            neighbours=neighbours(scenario.cells, cell),
            nci=identities[cell.id],
        )
        for cell in scenario.cells
    )


def default_tree(scenario: SystemScenario) -> Tree:
    """Return every managed object with its attributes, with the scenario's `configuration` applied; raises ValueError."""
    tree: Tree = {}
    identities = {identity: number for number, identity in nr_cell_identities(scenario).items()}
    for cell in scenario.cells:
        gnb, local = divmod(identities[cell.id], 1 << LOCAL_ID_BITS)
        element = f"ManagedElement={cell.site}"
        tree.setdefault(element, {"userLabel": cell.site})
        tree.setdefault(f"{element},GNBDUFunction=1", {"gNBId": gnb, "gNBIdLength": 24})
        tree.setdefault(f"{element},GNBCUCPFunction=1", {"gNBId": gnb, "gNBIdLength": 24})
        tree.update(_cell_objects(scenario, cell, local, identities[cell.id]))
    for dn, attributes in scenario.configuration.items():
        if dn not in tree:
            raise ValueError(f"configuration: {dn} does not exist in this scenario")
        tree[dn].update(attributes)
    return tree


def _cell_objects(scenario: SystemScenario, cell: CellSpec, local: int, nci: int) -> Tree:
    channel: dict[str, Scalar] = {"arfcnDL": arfcn(cell.carrier_ghz), "bSChannelBwDL": cell.bandwidth_mhz}
    du, cu = du_dn(cell), cu_dn(cell)
    objects: Tree = {
        du: {
            "administrativeState": "UNLOCKED",
            "operationalState": "ENABLED",
            "cellLocalId": local,
            "nRPCI": nci % 1008,
            "schedulerType": "WPF",
            **channel,
        },
        carrier_dn(cell): {"configuredMaxTxPower": cell.tx_power_dbm, **channel},
        cu: {"cellLocalId": local},
        f"{cu},MobilityProfile=1": {"a3Offset": 2.0, "hysteresis": 1.0, "timeToTrigger": 160},
        f"{cu},CESManagementFunction=1": {
            "energySavingControl": "toBeEnergySaving" if cell.asleep else "toBeNotEnergySaving",
            "energySavingState": "isEnergySaving" if cell.asleep else "isNotEnergySaving",
        },
    }
    objects |= slice_objects(du)
    for neighbour in neighbours(scenario.cells, cell):
        objects[relation_dn(cell, neighbour)] = {"cellIndividualOffset": 0, "isHOAllowed": True}
    return objects
