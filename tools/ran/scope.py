"""Which cells a call may speak of."""

from __future__ import annotations

from collections.abc import Iterable

from tools.context import ToolContext
from tools.contract import Boundary, ToolError
from twins.network import Cell, NetworkCard


def cells_named(card: NetworkCard, names: Iterable[str], context: ToolContext) -> list[Cell]:
    """Return the cells with these ids or in these areas (all where none is named), inside the context's scope.

    Raises ToolError("arguments") for a name that is neither, ToolError("permission") for a cell outside the scope.
    """
    areas = card.areas()
    wanted: list[str] = []
    for name in names:
        if name in areas:
            wanted += areas[name]
        elif any(cell.id == name for cell in card.cells):
            wanted.append(name)
        else:
            known = ", ".join([*areas, *(cell.id for cell in card.cells)])
            raise ToolError(Boundary.ARGUMENTS, f"cells={name!r}: no cell and no area has this name; there are {known}")
    chosen = [cell for cell in card.cells if not wanted or cell.id in wanted]
    outside = [cell.id for cell in chosen if context.scope and cell.id not in context.scope]
    if outside and wanted:
        raise ToolError(Boundary.PERMISSION, f"cells={', '.join(outside)} lie outside the scope {', '.join(context.scope)}")
    return [cell for cell in chosen if cell.id not in outside]
