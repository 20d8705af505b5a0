"""The part of a network card that guardrails look at; `twins.network.NetworkCard` has it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class CellCard(Protocol):
    """A cell: its id, the DNs under which its objects lie, the areas that it belongs to."""

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


class Card(Protocol):
    """A network's card: its time, its cells, its areas."""

    @property
    def now(self) -> datetime:
        """The network's time."""

    @property
    def cells(self) -> Sequence[CellCard]:
        """All cells."""

    def areas(self) -> dict[str, tuple[str, ...]]:
        """Return area name → cell ids."""
