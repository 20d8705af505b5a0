"""Parsing of ProvMnS patch documents into operations.

Three media types (TS 28.532 clause 12.1.1, TS 32.158 clause 6.5): JSON merge patch `{"attributes": {name: value}}` and JSON patch
`[{op, path: "/attributes/name", value}]` on one object; 3GPP JSON patch, whose paths `"/Child=1,Grandchild=2#/attributes/name"`
address objects below the target, so that several objects are changed atomically. `test` operations detect a stale reading.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from policies.managed_object import Scalar, parse_dn
from twins.ric.problem import ProblemError

MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
JSON_PATCH_3GPP = "application/3gpp-json-patch+json"

_PATH = re.compile(r"^(?:/?(?P<ldn>[^#]+))?(?P<hash>#)?/attributes/(?P<attribute>[A-Za-z0-9_]+)$")
_MAX_OPERATIONS = 10_000


@dataclass(frozen=True)
class Operation:
    """An operation of a patch: `test` compares, `replace` sets `attribute` of `dn`."""

    kind: str
    dn: str
    attribute: str
    value: Scalar


def _scalar(value: Any, where: str) -> Scalar:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ProblemError(400, f"{where}: a scalar value is required, not {type(value).__name__}")


def _merge(dn: str, body: Any) -> list[Operation]:
    attributes = body.get("attributes") if isinstance(body, dict) else None
    if not isinstance(attributes, dict) or not attributes:
        raise ProblemError(400, 'merge patch must be {"attributes": {name: value, …}}')
    return [Operation("replace", dn, name, _scalar(value, name)) for name, value in attributes.items()]


def _step(dn: str, item: Any, below: bool) -> Operation:
    if not isinstance(item, dict) or not isinstance(item.get("path"), str) or "value" not in item:
        raise ProblemError(400, f"patch operation {item!r}: op, path and value are required")
    match = _PATH.match(item["path"])
    if match is None or (match["ldn"] is not None and not (below and match["hash"])):
        raise ProblemError(400, f"patch path {item['path']!r}: expected /attributes/NAME on the target")
    if item.get("op") not in ("test", "replace", "add"):
        raise ProblemError(400, f"patch op {item.get('op')!r}: test, replace and add are supported")
    target = f"{dn},{match['ldn']}" if match["ldn"] else dn
    _checked_dn(target)
    kind = "test" if item["op"] == "test" else "replace"
    return Operation(kind, target, match["attribute"], _scalar(item["value"], item["path"]))


def _steps(dn: str, body: Any, below: bool) -> list[Operation]:
    if not isinstance(body, list) or not 0 < len(body) <= _MAX_OPERATIONS:
        raise ProblemError(400, f"JSON patch must be an array of 1..{_MAX_OPERATIONS} operations")
    return [_step(dn, item, below) for item in body]


def _checked_dn(dn: str) -> str:
    try:
        parse_dn(dn)
    except ValueError as error:
        raise ProblemError(400, str(error)) from None
    return dn


_READERS: dict[str, Callable[[str, Any], list[Operation]]] = {
    MERGE_PATCH: _merge,
    "application/3gpp-merge-patch+json": _merge,
    JSON_PATCH: lambda dn, body: _steps(dn, body, below=False),
    JSON_PATCH_3GPP: lambda dn, body: _steps(dn, body, below=True),
}


def read_patch(dn: str, content_type: str, body: Any) -> list[Operation]:
    """Return the operations of a patch on `dn`; raises ProblemError(400, 415)."""
    reader = _READERS.get(content_type.partition(";")[0].strip().lower())
    if reader is None:
        raise ProblemError(415, f"Content-Type {content_type!r}: one of {', '.join(_READERS)} is required")
    return reader(_checked_dn(dn), body)


def dn_of_path(path: str) -> str:
    """Return the DN of a ProvMnS path `A=1/B=2`; raises ProblemError(400)."""
    return _checked_dn(",".join(part for part in path.split("/") if part))
