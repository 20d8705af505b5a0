"""`read_topology` and `read_configuration`: cells, areas and events, and the configuration of managed objects."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from policies.change import digest_of
from policies.effect import Effect
from policies.evidence import Evidence
from policies.managed_object import CONFIGURABLE, ManagedObject
from policies.provenance import Provenance
from tools.context import ToolContext
from tools.contract import Boundary, ToolError, ToolRequest, ToolValue, tool
from tools.ran.scope import cells_named
from twins.network import Cell, NetworkCard, NetworkError, PlannedEvent


class ReadTopology(ToolRequest):
    """The cells or areas; empty for the whole network."""

    cells: tuple[str, ...] = Field(default=(), description="cell ids or area names; empty for all cells")


class Topology(ToolValue):
    """Cells with positions and neighbours, areas and the event calendar."""

    cells: tuple[Cell, ...]
    areas: dict[str, tuple[str, ...]]
    events: tuple[PlannedEvent, ...]


class ReadConfiguration(ToolRequest):
    """The cells or areas, and the classes of managed objects."""

    cells: tuple[str, ...] = Field(default=(), description="cell ids or area names; empty for all cells")
    classes: tuple[str, ...] = Field(default=(), description=f"of {', '.join(CONFIGURABLE)}; empty for all")


class ConfigurationTable(ToolValue):
    """The managed objects with their current attributes."""

    objects: tuple[ManagedObject, ...]


@tool(effect=Effect.OBSERVE, raises=(NetworkError,), timeout_s=30)
def read_topology(context: ToolContext, request: ReadTopology) -> Evidence[Topology]:
    """Read the cells with their positions, carriers and neighbour relations, the named areas and the planned events."""
    card = context.network.describe()
    cells = cells_named(card, request.cells, context)
    value = Topology(cells=tuple(cells), areas=card.areas(), events=card.events)
    summary = f"{len(cells)} cells on {len({cell.site for cell in cells})} sites, {len(card.events)} planned events"
    return Evidence(summary=summary, value=value, provenance=configured(card, context))


@tool(effect=Effect.OBSERVE, raises=(NetworkError,), timeout_s=60)
def read_configuration(context: ToolContext, request: ReadConfiguration) -> Evidence[ConfigurationTable]:
    """Read managed objects (TS 28.541) of cells with their current attributes, to be used as the old values of edits."""
    unknown = [name for name in request.classes if name not in CONFIGURABLE]
    if unknown:
        raise ToolError(Boundary.ARGUMENTS, f"classes={unknown}: there are {', '.join(CONFIGURABLE)}")
    card = context.network.describe()
    cells = cells_named(card, request.cells, context)
    objects = objects_of(context.network.configuration(), cells, request.classes or CONFIGURABLE)
    digest = digest_of([item.model_dump(mode="json") for item in objects])
    return Evidence(
        summary=f"{len(objects)} managed objects of {len(cells)} cells",
        value=ConfigurationTable(objects=tuple(objects)),
        provenance=configured(card, context, digest),
    )


def objects_of(objects: Iterable[ManagedObject], cells: list[Cell], classes: tuple[str, ...]) -> list[ManagedObject]:
    """Return the objects of these classes that belong to these cells, in the order of the classes."""
    roots = {root for cell in cells for root in (cell.dn, cell.cu_dn, cell.carrier_dn)}
    return sorted(
        (item for item in objects if item.class_name in classes and any(_is_below(item.dn, root) for root in roots)),
        key=lambda item: classes.index(item.class_name),
    )


def _is_below(dn: str, root: str) -> bool:
    return dn == root or dn.startswith(root + ",")


def configured(card: NetworkCard, context: ToolContext, digest: str = "") -> Provenance:
    """Return the provenance of configuration data."""
    return Provenance(
        source=card.name,
        kind="configuration",
        version=card.version,
        observed_at=context.now(),
        configuration_digest=digest,
    )
