"""The typed values of the JSON that was read last."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, eq=False)
class _Entry(Generic[Model]):
    """`raw` and what it is as `kind`; `value` is None where it is malformed."""

    kind: type[Model]
    raw: dict[str, Any]
    value: Model | None

    def holds(self, kind: type[BaseModel], raw: dict[str, Any]) -> bool:
        return self.kind is kind and (self.raw is raw or self.raw == raw)


class ValueCache:
    """Validates JSON into models and keeps the last `size` results.

    A planner is shown the same evidence at each of its decisions, read anew from the run's files each time: so what is kept is
    found by content. Comparing two equal tables takes a tenth of validating one. Safe to use from many threads.
    """

    def __init__(self, size: int = 64) -> None:
        self._entries: deque[_Entry[Any]] = deque(maxlen=size)
        self._lock = Lock()

    def read(self, kind: type[Model], raw: dict[str, Any]) -> Model | None:
        """Return `raw` as `kind`, None where it is malformed. Nobody may change `raw` afterwards."""
        with self._lock:
            entry = next((known for known in reversed(self._entries) if known.holds(kind, raw)), None)
            if entry is None:
                entry = _Entry(kind, raw, _validated(kind, raw))
            else:
                self._entries.remove(entry)
            self._entries.append(entry)
            return cast("Model | None", entry.value)


def _validated(kind: type[Model], raw: dict[str, Any]) -> Model | None:
    try:
        return kind.model_validate(raw)
    except ValidationError:
        return None
