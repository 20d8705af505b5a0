"""The base class of every typed value of the project: frozen, no unknown fields, finite numbers."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict

# Setters of the four slots of a pydantic model: `object.__setattr__` takes twice as long.
_set_values, _set_names, _set_extra, _set_private = (
    BaseModel.__dict__[slot].__set__
    for slot in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
)


class Word(BaseModel):
    """An immutable typed value; unknown fields, NaN and infinity are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    _field_names: ClassVar[set[str]] = set()

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Store the names of all fields once for all `unchecked` values: pydantic copies the set before it modifies it."""
        cls._field_names = set(cls.model_fields)

    @classmethod
    def unchecked(cls, **values: Any) -> Self:
        """Return an instance with all fields given, without validation: for hot paths (thousands of instances per second)."""
        return cls._construct(values)

    def changed(self, **values: Any) -> Self:
        """Return a copy with some values replaced, without validation: ten times as fast as `model_copy`."""
        return self._construct(self.__dict__ | values)

    @classmethod
    def _construct(cls, values: dict[str, Any]) -> Self:
        instance = object.__new__(cls)
        _set_values(instance, values)
        _set_names(instance, cls._field_names)
        _set_extra(instance, None)
        _set_private(instance, None)
        return instance
