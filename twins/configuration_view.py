"""A snapshot of a network's configuration, with `read` and `find` that need no further request.

Checking many edits against the joint rules reads dozens of objects; over O1, each read would be a request.
"""

from __future__ import annotations

from collections.abc import Iterable

from policies.managed_object import ManagedObject, is_within
from twins.network import UnknownObjectError


class ConfigurationView:
    """Managed objects by DN."""

    def __init__(self, objects: Iterable[ManagedObject]) -> None:
        self._objects = {managed_object.dn: managed_object for managed_object in objects}

    def read(self, dn: str) -> ManagedObject:
        """Return the object; raises UnknownObjectError."""
        if dn not in self._objects:
            raise UnknownObjectError(f"dn={dn!r} does not exist; find(class) lists what does")
        return self._objects[dn]

    def find(self, class_name: str, under: str = "") -> tuple[str, ...]:
        """Return the DNs of a class; if `under` is given, only those at or below it."""
        objects = self._objects.values()
        return tuple(item.dn for item in objects if item.class_name == class_name and is_within(item.dn, under))
