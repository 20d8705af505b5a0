"""Tables of a network for the terminal: configuration by cell, KPIs by cell and slice."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from policies.kpi import KpiFrame, KpiSample
from policies.managed_object import ManagedObject, cell_of, class_of, id_of
from policies.slices import Slice
from tools.oran.oran_network import OranNetwork
from twins.network import NetworkCard

# What the live table shows: (column, KPI, slice), in the KPI catalogue's units.
LIVE_COLUMNS: tuple[tuple[str, str, Slice | None], ...] = (
    ("users", "RRC.ConnMean", None),
    ("PRB %", "RRU.PrbTotDl", None),
    ("eMBB Mbit/s", "DRB.UEThpDl", Slice.EMBB),
    ("eMBB p5 Mbit/s", "DRB.UEThpDl.P05", Slice.EMBB),
    ("URLLC ms", "DRB.PdcpSduDelayDl", Slice.URLLC),
    ("URLLC p95 ms", "DRB.PdcpSduDelayDl.P95", Slice.URLLC),
    ("power W", "PEE.AvgPower", None),
)


def configuration_rows(network: OranNetwork, card: NetworkCard) -> list[dict[str, Any]]:
    """Return per cell: place, state, power and the shares of its slices, read over O1."""
    elements = dict.fromkeys(cell.dn.split(",", 1)[0] for cell in card.cells)
    objects = [found for element in elements for found in network.o1.subtree(element)]
    return [
        {
            "id": cell.id,
            "site": cell.site,
            "kind": cell.kind,
            "areas": list(cell.areas),
            "carrier_ghz": cell.carrier_ghz,
            "bandwidth_mhz": cell.bandwidth_mhz,
            **_state(cell.id, cell.carrier_dn, objects),
        }
        for cell in card.cells
    ]


def _state(cell_id: str, carrier_dn: str, objects: list[ManagedObject]) -> dict[str, Any]:
    state: dict[str, Any] = {"shares": {}}
    for found in objects:
        values = found.attributes
        if found.dn == carrier_dn:
            state["power_dbm"] = values.get("configuredMaxTxPower")
        elif cell_of(found.dn) != cell_id:
            continue
        elif found.class_name == "NRCellDU":
            state |= {"state": values.get("administrativeState"), "operational": values.get("operationalState")}
        elif found.class_name == "CESManagementFunction":
            state["energy_saving"] = values.get("energySavingState")
        elif found.class_name == "RRMPolicyRatio":
            state["shares"][id_of(found.dn)] = {
                short: values.get(f"rRMPolicy{name}Ratio")
                for short, name in (("min", "Min"), ("max", "Max"), ("dedicated", "Dedicated"))
            }
    return state


def configuration_table(console: Console, card: NetworkCard, rows: list[dict[str, Any]], policies: dict[str, list[str]]) -> None:
    """Print the configuration of a network."""
    table = Table(title=f"{card.name} ({card.kind}) at {card.now:%Y-%m-%d %H:%M:%S %Z}")
    for column in ("cell", "state", "energy saving", "power dBm", "GHz", "MHz", "areas", "slice shares min–max (dedicated) %"):
        table.add_column(column)
    for row in rows:
        shares = ", ".join(f"{name} {s['min']}–{s['max']} ({s['dedicated']})" for name, s in row["shares"].items())
        cells = (row["id"], row.get("state"), row.get("energy_saving"), row.get("power_dbm"), row["carrier_ghz"])
        table.add_row(*map(_text, cells), _text(row["bandwidth_mhz"]), ", ".join(row["areas"]), shares)
    console.print(table)
    for event in card.events:
        console.print(f"calendar: {event.name} in {event.area}, {event.start:%Y-%m-%d %H:%M} to {event.end:%H:%M %Z}")
    for type_id, ids in policies.items():
        console.print(f"A1 {type_id}: {', '.join(ids) or 'no policies'}")


def _text(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _where(sample: KpiSample) -> str:
    return sample.dn if class_of(sample.dn) != "NRCellDU" else cell_of(sample.dn) or sample.dn


def kpi_table(console: Console, frame: KpiFrame) -> None:
    """Print samples, one a row."""
    table = Table()
    for column in ("KPI", "where", "slice", "from", "to", "value", "unit"):
        table.add_column(column, justify="right" if column == "value" else "left")
    for one in frame:
        value = "–" if one.value is None else f"{one.value:.4g}"
        slice_ = one.slice.value if one.slice else ""
        table.add_row(one.kpi, _where(one), slice_, f"{one.start:%H:%M:%S}", f"{one.end:%H:%M:%S}", value, one.unit)
    console.print(table)


def live_table(card: NetworkCard, frame: KpiFrame, title: str) -> Table:
    """Return the KPIs of one window, a row per cell."""
    table = Table(title=title)
    table.add_column("cell")
    for column, _, _ in LIVE_COLUMNS:
        table.add_column(column, justify="right")
    values = {(one.kpi, one.dn, one.slice): one.value for one in frame}
    for cell in card.cells:
        row = [values.get((kpi, cell.dn, slice_)) for _, kpi, slice_ in LIVE_COLUMNS]
        table.add_row(cell.id, *("–" if value is None else f"{value:.1f}" for value in row))
    return table
