"""Terminal tables of a network: configuration by cell, KPIs by cell and slice."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from rich.table import Table

from policies.kpi import KpiFrame
from policies.managed_object import ManagedObject, cell_of, id_of
from policies.quality.flaw import Flaw
from policies.slices import Slice
from policies.text.times import span_text
from tools.oran.oran_network import OranNetwork
from tools.telemetry.delivery import Losses
from twins.network import NetworkCard
from twins.screen.console import SafeConsole

_MAX_FLAWS = 20

# The columns of the live table: (title, KPI, slice), in the KPI catalogue's units.
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
    """Return site, areas, state, power and slice shares of each cell, read over O1."""
    elements = dict.fromkeys(cell.dn.split(",", 1)[0] for cell in card.cells)
    objects = [managed_object for element in elements for managed_object in network.o1.subtree(element)]
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
    for managed_object in objects:
        dn, class_name, values = managed_object.dn, managed_object.class_name, managed_object.attributes
        if dn == carrier_dn:
            state["power_dbm"] = values.get("configuredMaxTxPower")
        elif cell_of(dn) != cell_id:
            continue
        elif class_name == "NRCellDU":
            state |= {"state": values.get("administrativeState"), "operational": values.get("operationalState")}
        elif class_name == "CESManagementFunction":
            state["energy_saving"] = values.get("energySavingState")
        elif class_name == "RRMPolicyRatio":
            state["shares"][id_of(dn)] = {
                short: values.get(f"rRMPolicy{name}Ratio")
                for short, name in (("min", "Min"), ("max", "Max"), ("dedicated", "Dedicated"))
            }
    return state


def configuration_table(
    console: SafeConsole, card: NetworkCard, rows: list[dict[str, Any]], policies: dict[str, list[str]]
) -> None:
    """Print the configuration of a network."""
    table = Table(title=f"{card.name} ({card.kind}) at {card.now:%Y-%m-%d %H:%M:%S %Z}", caption="shares: min–max/dedicated %")
    for column in ("cell", "state", "asleep", "dBm", "GHz/MHz", "areas", *(slice_.value for slice_ in card.slices)):
        table.add_column(column)
    for row in rows:
        asleep = "yes" if row.get("energy_saving") == "isEnergySaving" else "no"
        values = (row["id"], row.get("state"), asleep, row.get("power_dbm"), f"{row['carrier_ghz']:g}/{row['bandwidth_mhz']:g}")
        shares = (_share(row["shares"].get(slice_.value)) for slice_ in card.slices)
        table.add_row(*map(_text, values), ", ".join(row["areas"]), *shares)
    console.print(table)
    for event in card.events:
        console.print(f"calendar: {event.name} in {event.area}, {span_text(event.start, event.end)}{event.end: %Z}")
    for type_id, ids in policies.items():
        console.print(f"A1 {type_id}: {', '.join(ids) or 'no policies'}")


def _share(share: dict[str, Any] | None) -> str:
    return "–" if share is None else f"{share['min']}–{share['max']}/{share['dedicated']}"


def _text(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _where(dn: str) -> str:
    """Return the relation as from→to, the cell id, or the object's id."""
    target = id_of(dn, "NRCellRelation")
    return f"{cell_of(dn)}→{target}" if target else cell_of(dn) or id_of(dn) or dn


def kpi_table(console: SafeConsole, frame: KpiFrame) -> None:
    """Print a table with a row per sample."""
    samples = sorted(frame, key=lambda sample: (sample.kpi, sample.dn, sample.slice or "", sample.start))
    table = Table()
    table.add_column("KPI", no_wrap=True, min_width=max((len(sample.kpi) for sample in samples), default=3))
    for column in ("where", "slice", "from", "to (UTC)"):
        table.add_column(column)
    table.add_column("value", justify="right")
    table.add_column("unit")
    for sample in samples:
        value = "–" if sample.value is None else f"{sample.value:.4g}"
        slice_ = sample.slice.value if sample.slice else ""
        start, end = (f"{moment.astimezone(UTC):%d %b %H:%M:%S}" for moment in (sample.start, sample.end))
        table.add_row(sample.kpi, _where(sample.dn), slice_, start, end, value, sample.unit)
    console.print(table)


def kpi_report(console: SafeConsole, frame: KpiFrame, flaws: tuple[Flaw, ...], losses: Losses) -> None:
    """Print the KPIs, what was thrown away and why, and what was lost."""
    kpi_table(console, frame)
    for flaw in flaws[:_MAX_FLAWS]:
        console.print(f"not used: {flaw.describe()}", style="yellow")
    if len(flaws) > _MAX_FLAWS:
        console.print(f"not used: {len(flaws) - _MAX_FLAWS} more; --json shows all", style="yellow")
    if losses.describe():
        console.print(f"PM source: {losses.describe()}", style="yellow")


def live_table(card: NetworkCard, frame: KpiFrame, title: str) -> Table:
    """Return a table of the KPIs of one window, with a row per cell."""
    table = Table(title=title)
    table.add_column("cell")
    for column, _, _ in LIVE_COLUMNS:
        table.add_column(column, justify="right")
    values = {(sample.kpi, sample.dn, sample.slice): sample.value for sample in frame}
    for cell in card.cells:
        row = [values.get((kpi, cell.dn, slice_)) for _, kpi, slice_ in LIVE_COLUMNS]
        table.add_row(cell.id, *("–" if value is None else f"{value:.1f}" for value in row))
    return table
