"""A mapping whose values are made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import SerializerFunctionWrapHandler, WrapSerializer

Value = TypeVar("Value")


class OnDemand(Mapping[str, Value]):
    """Values by name, of which `make(k)` returns the k-th: for what is computed often and hardly ever read as a whole."""

    def __init__(self, names: Iterable[str], make: Callable[[int], Value]) -> None:
        self._places = {name: place for place, name in enumerate(names)}
        self._make = make
        self._made: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        """Return a value, made at most once; raises KeyError."""
        if name not in self._made:
            self._made[name] = self._make(self._places[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        """Names, in order."""
        return iter(self._places)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._places)


def _whole(values: Mapping[str, Any], write: SerializerFunctionWrapHandler) -> Any:
    return write(dict(values))


Named = Annotated[Mapping[str, Value], WrapSerializer(_whole)]  # a field: told as a dict, whatever it is
