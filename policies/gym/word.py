"""The base of the gym's words: frozen, closed, finite."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Word(BaseModel):
    """A typed value of the gym; unknown fields, NaN and infinity are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def trusted(cls, **values: Any) -> Self:
        """Return a value of all fields, unchecked: for what code computed itself, thousands of times a second."""
        made = cls.__new__(cls)
        object.__setattr__(made, "__dict__", values)
        object.__setattr__(made, "__pydantic_fields_set__", set(values))
        object.__setattr__(made, "__pydantic_extra__", None)
        object.__setattr__(made, "__pydantic_private__", None)
        return made

    def changed(self, **values: Any) -> Self:
        """Return a copy with other values, unchecked: `model_copy` in a tenth of its time."""
        return self.trusted(**{**self.__dict__, **values})
