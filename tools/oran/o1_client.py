"""O1 provisioning over ProvMnS (TS 28.532 clause 12.1.1): read, find and write managed objects, and verify by reading back.

Three patch styles: `3gpp-json-patch` changes all objects of a managed element atomically in one request, `json-patch` and
`merge-patch` change one object. Both JSON patches include a `test` of each old value, so that the peer refuses a stale edit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal
from urllib.parse import quote

from pydantic import ValidationError

from policies.change import AttributeEdit
from policies.managed_object import ManagedObject, parse_dn, same_value
from policies.text.validation import first_problem
from tools.oran.peer import Answer, Peer, PeerError, PeerSettings
from twins.network import UnknownObjectError

PatchStyle = Literal["3gpp-json-patch", "json-patch", "merge-patch"]
_NODE_KEYS = frozenset({"id", "objectClass", "objectInstance", "attributes"})


class O1Client:
    """ProvMnS over `url`; `prefix` is the MnS root with its version."""

    def __init__(
        self,
        url: str,
        settings: PeerSettings | None = None,
        prefix: str = "/3GPPManagement/ProvMnS/v1",
        style: PatchStyle = "3gpp-json-patch",
    ) -> None:
        self.peer = Peer("O1", url, settings)
        self.prefix = prefix.rstrip("/")
        self.style = style

    def close(self) -> None:
        """Close the connections."""
        self.peer.close()

    def read(self, dn: str) -> ManagedObject:
        """Return an object with its current attributes; raises UnknownObjectError, PeerError, ValueError for a malformed DN."""
        return self.versioned(dn)[0]

    def versioned(self, dn: str) -> tuple[ManagedObject, str]:
        """Return an object with its version, the entity tag of the answer, empty if the peer gives none; raises as `read`."""
        answer = self.peer.request("GET", self._path(dn))
        node = _node(answer)
        if "attributes" not in node:
            raise UnknownObjectError(f"O1 at {self.peer.url}: {dn} only contains other objects and has no attributes")
        return _managed_object(dn, node), answer.etag

    def subtree(self, dn: str) -> list[ManagedObject]:
        """Return the objects at and below `dn` that have attributes; raises UnknownObjectError, PeerError."""
        answer = self.peer.request("GET", self._path(dn), params={"scopeType": "BASE_ALL"})
        return list(_walk(dn, _node(answer)))

    def find(self, class_name: str, under: str) -> tuple[str, ...]:
        """Return the DNs of the objects of a class in the subtree of `under`, in the order of the peer's tree."""
        return tuple(managed.dn for managed in self.subtree(under) if managed.class_name == class_name)

    def groups(self, edits: Sequence[AttributeEdit]) -> list[tuple[AttributeEdit, ...]]:
        """Group the edits into requests: by managed element or by object, depending on the patch style."""
        grouped: dict[str, list[AttributeEdit]] = {}
        for edit in edits:
            grouped.setdefault(self._target(edit.dn), []).append(edit)
        return [tuple(group) for group in grouped.values()]

    def write(self, edits: Sequence[AttributeEdit], idempotency_key: str | None = None) -> None:
        """Send one group of edits as one PATCH.

        Not retried if its outcome is unknown: the caller reads back. Raises InvalidChangeError, StaleEditError,
        UnknownObjectError, PeerError.
        """
        target = self._target(edits[0].dn)
        self.peer.request(
            "PATCH",
            self._path(target),
            body=self._document(target, edits),
            content_type=f"application/{self.style}+json",
            headers={"Idempotency-Key": idempotency_key} if idempotency_key else {},
            accept=(200, 204),
            repeatable=False,
        )

    def differing(self, edits: Sequence[AttributeEdit]) -> list[AttributeEdit]:
        """Read back and return the edits that are not applied; a later edit of an attribute overrides an earlier one."""
        latest = {(edit.dn, edit.attribute): edit for edit in edits}
        objects = {dn: self.read(dn) for dn, _ in latest}
        return [
            edit for (dn, attribute), edit in latest.items() if not same_value(objects[dn].attributes.get(attribute), edit.new)
        ]

    def _target(self, dn: str) -> str:
        return dn.split(",", 1)[0] if self.style == "3gpp-json-patch" else dn

    def _document(self, target: str, edits: Sequence[AttributeEdit]) -> Any:
        if self.style == "merge-patch":
            return {"attributes": {edit.attribute: edit.new for edit in edits}}
        return [step for edit in edits for step in self._steps(target, edit)]

    def _steps(self, target: str, edit: AttributeEdit) -> list[dict[str, Any]]:
        below = edit.dn[len(target) + 1 :]
        if self.style == "json-patch":
            path = f"/attributes/{edit.attribute}"
        else:
            path = f"/{below}#/attributes/{edit.attribute}" if below else f"#/attributes/{edit.attribute}"
        return [
            {"op": "test", "path": path, "value": edit.old},
            {"op": "replace", "path": path, "value": edit.new},
        ]

    def _path(self, dn: str) -> str:
        return self.prefix + "/" + "/".join(f"{name}={quote(identity, safe='')}" for name, identity in parse_dn(dn))


def _node(answer: Answer) -> dict[str, Any]:
    value = answer.json()
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        raise answer.garbage("a managed object was expected")
    return value


def _managed_object(dn: str, node: dict[str, Any]) -> ManagedObject:
    attributes = node["attributes"]
    if not isinstance(attributes, dict):
        raise PeerError(f"O1 answered attributes of {dn} as {str(attributes)[:80]!r}, not an object; check the peer's version")
    scalars = {name: value for name, value in attributes.items() if value is None or isinstance(value, bool | int | float | str)}
    try:
        return ManagedObject(dn=dn, attributes=scalars)
    except ValidationError as error:  # such as NaN, which Python's JSON reads, or a name that is none
        raise PeerError(f"O1 answered {dn} with {first_problem(error, 'object')}; check the peer's version") from None


def _walk(dn: str, node: dict[str, Any]) -> Iterator[ManagedObject]:
    """Yield the objects of a hierarchical answer; their DNs follow from the nesting, regardless of the peer's DN prefix."""
    if "attributes" in node:
        yield _managed_object(dn, node)
    for name, children in node.items():
        if name in _NODE_KEYS or not isinstance(children, list):
            continue
        for child in children:
            if not isinstance(child, dict) or not isinstance(child.get("id"), str | int):
                raise PeerError(f"O1 answered a child of {dn} of class {name} without id; check the peer's version")
            yield from _walk(f"{dn},{name}={child['id']}", child)
