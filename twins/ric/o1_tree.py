"""Managed objects in the hierarchical form of ProvMnS: children are listed under their class name (TS 32.158 clause 4.3)."""

from __future__ import annotations

from typing import Any

from policies.managed_object import ManagedObject, class_of, id_of, parent_of
from twins.network import UnknownObjectError
from twins.ric.managed_ran import ManagedRan
from twins.ric.problem import ProblemError

SCOPES = ("BASE_ONLY", "BASE_NTH_LEVEL", "BASE_SUBTREE", "BASE_ALL")


def resource(dn: str, managed_object: ManagedObject | None, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the representation of an object with the attributes `names` (empty: all); a pure container has no attributes."""
    representation: dict[str, Any] = {"id": id_of(dn), "objectClass": class_of(dn), "objectInstance": dn}
    if managed_object is not None:
        attributes = managed_object.attributes
        representation["attributes"] = {name: value for name, value in attributes.items() if not names or name in names}
    return representation


def _read(ran: ManagedRan, dn: str) -> ManagedObject | None:
    try:
        return ran.network.read(dn)
    except UnknownObjectError:
        return None


def _level(base: str, dn: str) -> int:
    return dn.count(",") - base.count(",")


def _depths(scope: str, level: int) -> tuple[int, int]:
    if scope not in SCOPES:
        raise ProblemError(400, f"scopeType={scope!r}: one of {', '.join(SCOPES)} is required (TS 28.532 clause 12.1.1)")
    return {"BASE_ONLY": (0, 0), "BASE_NTH_LEVEL": (level, level), "BASE_SUBTREE": (0, level or 99)}.get(scope, (0, 99))


def subtree(ran: ManagedRan, base: str, scope: str, level: int, attributes: tuple[str, ...]) -> dict[str, Any]:
    """Return `base` with the objects in scope nested below it; raises ProblemError(400, 404)."""
    low, high = _depths(scope, level)
    with ran.lock:
        below = ran.tree(base) if high > 0 else ()
        top = _read(ran, base)
        if top is None and not below and not ran.tree(base):
            raise ProblemError(404, f"{base} does not exist")
        nodes = {base: resource(base, top if low == 0 else None, attributes)}
        for dn in below:
            if low <= _level(base, dn) <= high:
                nodes[dn] = resource(dn, _read(ran, dn), attributes)
    _nest(base, nodes)
    return nodes[base]


def _nest(base: str, nodes: dict[str, dict[str, Any]]) -> None:
    """Attach each node to its parent, creating the missing containers between it and `base`."""
    for dn in [dn for dn in nodes if dn != base]:
        child = dn
        while child != base:
            parent, is_new = parent_of(child), parent_of(child) not in nodes
            siblings = nodes.setdefault(parent, resource(parent, None, ())).setdefault(class_of(child), [])
            if not any(sibling is nodes[child] for sibling in siblings):
                siblings.append(nodes[child])
            if not is_new:
                break
            child = parent
