"""The network's state after a change set: the current state overlaid with the edits. Each object is read once."""

from __future__ import annotations

from collections.abc import Callable

from policies.change import AttributeEdit, ChangeSet
from policies.managed_object import ManagedObject, Scalar

Read = Callable[[str], ManagedObject]
Find = Callable[[str, str], tuple[str, ...]]


class StateAfter:
    """The attributes of existing objects `before` and `after` the change set."""

    def __init__(self, change_set: ChangeSet, read: Read, find: Find) -> None:
        self._read = read
        self._find = find
        self._objects: dict[str, dict[str, Scalar]] = {}
        self._classes: dict[str, tuple[str, ...]] = {}
        self._members: dict[str, frozenset[str]] = {}
        self._edits: dict[str, dict[str, Scalar]] = {}
        for edit in change_set.edits:
            if isinstance(edit, AttributeEdit):
                self._edits.setdefault(edit.dn, {})[edit.attribute] = edit.new

    def all_of(self, class_name: str) -> tuple[str, ...]:
        """Return the DNs of all objects of a class."""
        if class_name not in self._classes:
            self._classes[class_name] = tuple(self._find(class_name, ""))
            self._members[class_name] = frozenset(self._classes[class_name])
        return self._classes[class_name]

    def exists(self, class_name: str, dn: str) -> bool:
        """Whether the network has this object."""
        self.all_of(class_name)
        return dn in self._members[class_name]

    def before(self, dn: str) -> dict[str, Scalar]:
        """Return the current attributes; `dn` must exist."""
        if dn not in self._objects:
            self._objects[dn] = self._read(dn).attributes
        return self._objects[dn]

    def after(self, dn: str) -> dict[str, Scalar]:
        """Return the attributes after the change set; `dn` must exist."""
        edits = self._edits.get(dn)
        return {**self.before(dn), **edits} if edits else self.before(dn)
