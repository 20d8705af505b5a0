"""The configuration of a network as it stood at one reading: `read` and `find` without asking the network again.

A check of many edits against joint rules asks dozens of objects; over O1 each would be a request.
"""

from __future__ import annotations

from collections.abc import Iterable

from policies.managed_object import ManagedObject, is_within
from twins.network import UnknownObjectError


class ConfigurationView:
    """Managed objects by DN."""

    def __init__(self, objects: Iterable[ManagedObject]) -> None:
        self._objects = {one.dn: one for one in objects}

    def read(self, dn: str) -> ManagedObject:
        """Return the object; raises UnknownObjectError."""
        if dn not in self._objects:
            raise UnknownObjectError(f"dn={dn!r} does not exist; find(class) lists what does")
        return self._objects[dn]

    def find(self, class_name: str, under: str = "") -> tuple[str, ...]:
        """Return the DNs of a class, at and below `under` where given."""
        return tuple(dn for dn, one in self._objects.items() if one.class_name == class_name and is_within(dn, under))
