"""Check of the object: it has a distinguished name, and a cell is one of the network's."""

from __future__ import annotations

import re

from policies.managed_object import parse_dn
from policies.quality.reporter import Reporter

_CELL = re.compile(r"^(.*,)?NRCellDU=[^,]+")


def object_objection(dn: str, reporter: Reporter) -> str:
    """Return what is wrong with the object, empty if nothing is; others than cells may be of any kind."""
    try:
        parse_dn(dn)
    except ValueError:
        return f"dn={dn!r} is not a distinguished name (TS 32.300)"
    cell = _CELL.match(dn)
    if cell is not None and reporter.carriers and cell[0] not in reporter.carriers:
        return f"{cell[0]} is not a cell of this network's inventory: it is the report of another network element"
    return ""
