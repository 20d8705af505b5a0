"""The present configuration as a table: each setting with its values, and the cells that have them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from agents.answer_table import AnswerTable, TableValue, text_column
from policies.limits.catalogue import UnknownAttributeError
from policies.limits.loading import load_limits
from policies.managed_object import ManagedObject, Scalar, cell_of, class_of, id_of
from policies.slices import Slice

_MAX_CELLS, _MAX_VALUES = 8, 5


def configuration_table(
    objects: Iterable[ManagedObject], attributes: Sequence[str], slices: Sequence[Slice], owners: dict[str, str]
) -> AnswerTable | None:
    """Return the table of `attributes` (`Class.attribute`; none: all), None if no object has one.

    owners: the cell's id by the DN of its carrier, which does not name it. Cells with one value share a row; a setting that
    differs from cell to cell has one row, unless it was asked for.
    """
    values: dict[tuple[str, str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for item in objects:
        part, cell = _part(item.dn), owners.get(item.dn) or cell_of(item.dn) or id_of(item.dn) or item.dn
        if slices and part not in {slice_.value for slice_ in slices}:
            continue
        for name, value in item.attributes.items():
            if not attributes or f"{item.class_name}.{name}" in attributes:
                values[item.class_name, name, part][_shown(item.class_name, name, value)].append(cell)
    if not values:
        return None
    return AnswerTable(
        title="Configuration",
        columns=(text_column("setting", "setting"), text_column("value", "value"), text_column("where", "where")),
        rows=tuple(_rows(values, _MAX_VALUES if not attributes else len(owners))),
    )


def _part(dn: str) -> str:
    """Return the slice or the neighbour that an object of a cell is for, empty for the cell itself."""
    own = id_of(dn) or ""
    return "" if own in (cell_of(dn), "1") or class_of(dn) == "NRSectorCarrier" else own


def _shown(class_name: str, attribute: str, value: Scalar) -> str:
    try:
        unit = load_limits().limit(class_name, attribute).unit
    except UnknownAttributeError:
        unit = ""
    return "not set" if value is None else f"{value} {unit}".strip()


def _rows(values: dict[tuple[str, str, str], dict[str, list[str]]], most: int) -> Iterator[dict[str, TableValue]]:
    """Yield the rows; a setting of more than `most` values has one."""
    relations: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for (class_name, attribute, part), by_value in values.items():
        if class_name == "NRCellRelation":  # one for each pair of cells: a row for each value, not for each pair
            for value, cells in by_value.items():
                relations[class_name, attribute][value] += [f"{cell} → {part}" for cell in cells]
            continue
        if len(by_value) > most:  # an identity, or planned cell by cell
            ordered = sorted(by_value, key=lambda value: (len(value), value))
            span = f"{len(by_value)} values, {ordered[0]} … {ordered[-1]}"
            yield _row(class_name, attribute, part, span, [cell for cells in by_value.values() for cell in cells], True)
            continue
        for value, cells in by_value.items():
            yield _row(class_name, attribute, part, value, cells, len(by_value) == 1)
    for (class_name, attribute), by_value in relations.items():
        for value, pairs in by_value.items():
            yield _row(class_name, attribute, "", value, pairs, len(by_value) == 1)


def _row(class_name: str, attribute: str, part: str, value: str, cells: list[str], alone: bool) -> dict[str, TableValue]:
    more = f" and {len(cells) - _MAX_CELLS} more" if len(cells) > _MAX_CELLS else ""
    listed = ", ".join(cells[:_MAX_CELLS]) + more
    what = "relations" if class_name == "NRCellRelation" else "cells"
    return {
        "setting": f"{attribute} ({class_name}{f' {part}' if part else ''})",
        "attribute": f"{class_name}.{attribute}",
        "part": part or None,
        "value": value,
        "where": f"all {len(cells)} {what} read" if alone and len(cells) > _MAX_CELLS else listed,
        "cells": ", ".join(cells),
    }
