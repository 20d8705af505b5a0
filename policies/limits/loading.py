"""Loading of the catalogue from its data files, one TOML file per theme; the error for malformed data names file and entry.

A file has a `[defaults]` table (values of fields that entries omit), `[[limit]]` entries and, in `joint_rules.toml`, `[[rule]]`
entries.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from policies.limits.catalogue import LimitsCatalogue
from policies.limits.joint_rule import JointRule
from policies.limits.limit import Limit
from policies.text.validation import first_problem

DATA = Path(__file__).parent / "data"

Entry = TypeVar("Entry", bound=BaseModel)


class CatalogueError(ValueError):
    """A data file of the catalogue is malformed; the message names file, entry and field."""


@cache
def load_limits(folder: Path = DATA) -> LimitsCatalogue:
    """Return the catalogue of all `*.toml` files of `folder`; raises CatalogueError naming file, entry and field."""
    limits: list[Limit] = []
    rules: list[JointRule] = []
    for path in sorted(folder.glob("*.toml")):
        content = _read(path)
        limits += _entries(path, content, "limit", Limit)
        rules += _entries(path, content, "rule", JointRule)
    if not limits:
        raise CatalogueError(f"{folder}: no [[limit]] entry in any *.toml file")
    try:
        return LimitsCatalogue(limits, rules)
    except ValueError as error:
        raise CatalogueError(f"{folder}: {error}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{path.name}: {error}") from None
    unknown = set(content) - {"defaults", "limit", "rule"}
    if unknown:
        raise CatalogueError(f"{path.name}: {sorted(unknown)} is not one of [defaults], [[limit]], [[rule]]")
    return content


def _entries(path: Path, content: dict[str, Any], table: str, model: type[Entry]) -> list[Entry]:
    defaults = content.get("defaults", {})
    return [_entry(path, index, {**defaults, **raw}, model) for index, raw in enumerate(content.get(table, []), start=1)]


def _entry(path: Path, index: int, raw: dict[str, Any], model: type[Entry]) -> Entry:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        name = raw.get("name") or f"{raw.get('class', '?')}.{raw.get('attribute', '?')}"
        raise CatalogueError(f"{path.name}: entry {index} ({name}): {first_problem(error, 'entry')}") from None
