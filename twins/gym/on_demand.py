"""A mapping with lazily computed values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import SerializerFunctionWrapHandler, WrapSerializer

Value = TypeVar("Value")


class OnDemand(Mapping[str, Value]):
    """Lazy values by name, `make(k)` returning the k-th: for mappings that are created often and rarely read completely."""

    def __init__(self, names: Iterable[str], make: Callable[[int], Value]) -> None:
        self._indices = {name: index for index, name in enumerate(names)}
        self._make = make
        self._values: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        """Return a value, computed at most once; raises KeyError."""
        if name not in self._values:
            self._values[name] = self._make(self._indices[name])
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        """Names, in order."""
        return iter(self._indices)

    def __len__(self) -> int:
        """Number of values."""
        return len(self._indices)


def _whole(values: Mapping[str, Any], write: SerializerFunctionWrapHandler) -> Any:
    return write(dict(values))


Named = Annotated[Mapping[str, Value], WrapSerializer(_whole)]  # field type: any mapping, serialized as a dict
