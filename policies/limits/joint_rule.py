"""A joint rule: a constraint on several attributes, as data with a name and a source.

Kinds, each evaluated on the state of the network after the change set:
1. `sum`: the sum of `attributes[0]` over all objects of the class below one parent is at most `bound`.
2. `order`: within one object `attributes` ascend (strictly if `strict`); attributes that the object lacks are skipped.
3. `total`: within one object the sum of `attributes` lies within [`low`, `bound`].
4. `handover_loop`: the two A3 triggers of a pair of neighbour relations have a gap of at least `low` dB, so that no UE is handed
   back and forth.
5. `coverage`: each cell that sleeps or is locked has at least `bound` neighbours on air.
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from policies.word import Word


class JointRule(Word):
    """A joint rule of the catalogue."""

    model_config = ConfigDict(populate_by_name=True)

    name: str = Field(pattern=r"^[a-z0-9-]+$")
    kind: Literal["sum", "order", "total", "handover_loop", "coverage"]
    class_name: str = Field(alias="class")
    attributes: tuple[str, ...] = Field(min_length=1)
    low: float | None = None
    bound: float | None = None
    strict: bool = False
    unit: str = ""
    title: str
    specification: str
    release: str = ""
    version: str = ""
    clause: str
    clause_text: str
    remedy: str

    @model_validator(mode="after")
    def _whole(self) -> JointRule:
        if self.kind in ("sum", "coverage") and self.bound is None:
            raise ValueError(f"bound: a rule of kind={self.kind!r} needs it")
        if self.kind in ("total", "handover_loop") and self.low is None and self.bound is None:
            raise ValueError(f"low, bound: a rule of kind={self.kind!r} needs one of them")
        if self.kind == "order" and len(self.attributes) < 2:
            raise ValueError("attributes: an order needs two or more")
        return self

    @property
    def source(self) -> str:
        """Rule name, specification and clause in one phrase."""
        version = f" V{self.version}" if self.version else f" {self.release}" if self.release else ""
        return f"rule {self.name}, {self.specification}{version} clause {self.clause}"
