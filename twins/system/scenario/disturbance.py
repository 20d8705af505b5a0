"""Disturbances of the network that are not configuration. Times are network time; without an end they last indefinitely."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field, RootModel, model_validator

from policies.word import Word


class _Base(Word):
    start: AwareDatetime | None = Field(default=None, description="start time; now if omitted")
    end: AwareDatetime | None = None

    @model_validator(mode="after")
    def _ordered(self) -> _Base:
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError(f"end={self.end.isoformat()} is not after start={self.start.isoformat()}: give a later end")
        return self

    def is_active(self, now: datetime) -> bool:
        """Whether the disturbance is active at `now`."""
        return (self.start is None or self.start <= now) and (self.end is None or now < self.end)


class Surge(_Base):
    """Multiplies the packet rate of terminals in an area, or at home in some cells, by `factor` (both empty: everywhere)."""

    kind: Literal["surge"] = "surge"
    factor: float = Field(ge=0, le=100)
    area: str = ""
    cells: tuple[str, ...] = ()
    slices: tuple[str, ...] = ()


class Interferer(_Base):
    """An external transmitter at (x, y) m with `power_dbm` over the carrier's whole bandwidth, NLOS (TR 38.901 UMa)."""

    kind: Literal["interferer"] = "interferer"
    x: float
    y: float
    power_dbm: float = Field(ge=-30, le=60)


class CellOutage(_Base):
    """A cell stops radiating; its terminals fail over by radio link failure."""

    kind: Literal["cell_outage"] = "cell_outage"
    cell: str


class BackhaulDelay(_Base):
    """Delays packets of a cell on their way to the gNB-DU by `milliseconds`."""

    kind: Literal["backhaul_delay"] = "backhaul_delay"
    cell: str
    milliseconds: float = Field(ge=0, le=10_000)


AnyDisturbance = Annotated[Surge | Interferer | CellOutage | BackhaulDelay, Field(discriminator="kind")]


class Disturbance(RootModel[AnyDisturbance]):
    """Any disturbance, discriminated by `kind`: surge, interferer, cell_outage, backhaul_delay."""

    model_config = ConfigDict(frozen=True)


def named_by(disturbance: AnyDisturbance) -> tuple[set[str], set[str]]:
    """Return the cell ids and the area names that a disturbance refers to."""
    if isinstance(disturbance, Surge):
        return set(disturbance.cells), {disturbance.area} - {""}
    return ({disturbance.cell} if isinstance(disturbance, CellOutage | BackhaulDelay) else set()), set()
