"""The cells that a tool call names, restricted to the context's scope."""

from __future__ import annotations

from collections.abc import Iterable

from tools.context import ToolContext
from tools.contract import Boundary, ToolError
from twins.network import Cell, NetworkCard


def cells_named(card: NetworkCard, names: Iterable[str], context: ToolContext) -> list[Cell]:
    """Return the cells with these ids or in these areas (no names: all cells), within the context's scope.

    Raises ToolError("arguments") for a name that is neither, ToolError("permission") for a named cell outside the scope.
    """
    areas = card.areas()
    ids: list[str] = []
    for name in names:
        if name in areas:
            ids += areas[name]
        elif any(cell.id == name for cell in card.cells):
            ids.append(name)
        else:
            names_of_card = ", ".join([*areas, *(cell.id for cell in card.cells)])
            raise ToolError(Boundary.ARGUMENTS, f"cells={name!r}: no cell and no area has this name; there are {names_of_card}")
    chosen = [cell for cell in card.cells if not ids or cell.id in ids]
    outside = [cell.id for cell in chosen if context.scope and cell.id not in context.scope]
    if outside and ids:
        raise ToolError(Boundary.PERMISSION, f"cells={', '.join(outside)} lie outside the scope {', '.join(context.scope)}")
    return [cell for cell in chosen if cell.id not in outside]
