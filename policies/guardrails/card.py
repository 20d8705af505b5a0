"""The part of a network card that the guardrails use; `twins.network.NetworkCard` satisfies it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class CellCard(Protocol):
    """A cell: its id and the DNs of its root objects."""

    @property
    def id(self) -> str:
        """The cell's id."""

    @property
    def dn(self) -> str:
        """DN of its NRCellDU."""

    @property
    def cu_dn(self) -> str:
        """DN of its NRCellCU."""

    @property
    def carrier_dn(self) -> str:
        """DN of its NRSectorCarrier."""

    @property
    def nci(self) -> int | None:
        """Its NR cell identity (TS 38.413), by which A1 policies name it; None if it is not known."""


class Card(Protocol):
    """The card of a network: its time, cells and areas."""

    @property
    def now(self) -> datetime:
        """The network's time."""

    @property
    def cells(self) -> Sequence[CellCard]:
        """All cells."""

    def areas(self) -> dict[str, tuple[str, ...]]:
        """Return area name → cell ids."""
