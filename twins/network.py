"""The Network contract: one interface for every network, twin or live.

1. A `Network` can be described, observed, read and changed, and changes can be reverted. It has no other public interface.
2. A `Twin` is a Network that can also be advanced, snapshotted, restored and reseeded.
3. `apply` validates the whole change set before it changes anything; a repeated idempotency key applies once; an edit whose
   `old` differs from the current value is refused (`StaleEditError`), so that no change is based on a stale reading.
4. `standing` reads back whether each edit of a change is in effect; neither an acknowledgement nor an earlier answer says so.
5. Time is network time, `describe().now`. All seconds below are seconds of network time.
Every implementation passes `tests/conformance/network_suite.py`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol, TypeVar, runtime_checkable

from pydantic import Field

from policies.change import A1Policy, ChangeSet, Receipt
from policies.data_card import DataCard
from policies.kpi import KpiFrame
from policies.managed_object import ManagedObject
from policies.slices import Slice
from policies.text.times import Moment
from policies.violation import Violation
from policies.word import Word
from twins.object_version import ObjectVersion
from twins.standing import EditStanding


class NetworkError(Exception):
    """A request to a network failed; the message includes the remedy."""


class UnknownObjectError(NetworkError):
    """No managed object has this DN."""


class StaleEditError(NetworkError):
    """An edit's old value differs from the network's current value: read again, then propose again."""


class InvalidChangeError(NetworkError):
    """The change set violates limits or the peer's schema; nothing was applied."""

    def __init__(self, violations: list[Violation]) -> None:
        super().__init__("; ".join(str(violation) for violation in violations))
        self.violations = violations


class UnknownReceiptError(NetworkError):
    """`revert` was given a receipt that this network did not issue."""


class NetworkUnavailableError(NetworkError):
    """The peer did not answer in time, or its answer is invalid; whether a change was applied is unknown until read back."""


class Cell(Word):
    """A cell as the operator's configuration describes it.

    Positions in metres on a local plane; azimuth in degrees from the x axis, counter-clockwise; frequency in GHz, bandwidth in
    MHz.
    """

    id: str
    dn: str
    cu_dn: str
    carrier_dn: str
    site: str
    x: float
    y: float
    azimuth: float
    height: float
    carrier_ghz: float
    bandwidth_mhz: float
    prbs: int
    subcarrier_spacing_khz: int
    kind: str = Field(default="macro", description="macro or capacity")
    nci: int | None = Field(default=None, description="NR cell identity (TS 38.413), which identifies the cell in A1 policies")
    areas: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()


class Venue(Word):
    """A named place on the operator's map: a circle on the local plane, metres."""

    name: str
    x: float
    y: float
    radius: float = Field(gt=0)


class PlannedEvent(Word):
    """An entry of the operator's event calendar: where and when a crowd is expected."""

    name: str
    area: str
    start: Moment
    end: Moment
    attendance: int | None = None


class NetworkCard(Word):
    """An operator's knowledge of a network: cells, slices, areas, calendar, capabilities and the data card."""

    name: str
    kind: str
    version: str
    now: Moment
    cells: tuple[Cell, ...]
    slices: tuple[Slice, ...]
    capabilities: tuple[str, ...]
    granularity_s: float = Field(description="length of a KPI window, seconds of network time")
    events: tuple[PlannedEvent, ...] = ()
    venues: tuple[Venue, ...] = ()
    policy_types: tuple[str, ...] = ()
    data_card: DataCard

    def cell(self, cell_id: str) -> Cell:
        """Return the cell with this id; raises UnknownObjectError."""
        for cell in self.cells:
            if cell.id == cell_id:
                return cell
        raise UnknownObjectError(f"cell={cell_id!r} is not one of {', '.join(cell.id for cell in self.cells)}")

    def areas(self) -> dict[str, tuple[str, ...]]:
        """Return the ids of the cells of each area, by area name."""
        names = sorted({area for cell in self.cells for area in cell.areas})
        return {name: tuple(cell.id for cell in self.cells if name in cell.areas) for name in names}


class KpiQuery(Word):
    """The KPIs, objects and slices to report (empty: all), from `start` to `end`, or for the last `windows` complete windows."""

    kpis: tuple[str, ...] = ()
    dns: tuple[str, ...] = ()
    slices: tuple[Slice, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    windows: int | None = Field(default=None, ge=1, le=100_000)


INSTANCE: Final = "instance "  # begins the identity of a network that tells one; of others it is their name


@runtime_checkable
class Network(Protocol):
    """A network that can be described, observed, read and changed, with revertible changes."""

    def identity(self) -> str:
        """Return what tells this network from every other one, whatever leads to it; the same after a restart with its state."""

    def describe(self) -> NetworkCard:
        """Return the network card, including the current network time."""

    def observe(self, query: KpiQuery) -> KpiFrame:
        """Return the KPI samples that match the query; raises policies.kpi.UnknownKpiError, UnknownObjectError."""

    def read(self, dn: str) -> ManagedObject:
        """Return the managed object with its current attributes; raises UnknownObjectError."""

    def find(self, class_name: str, under: str = "") -> tuple[str, ...]:
        """Return the DNs of all managed objects of a class, in a fixed order; if `under` is given, only those at or below it."""

    def configuration(self, under: str = "") -> tuple[ManagedObject, ...]:
        """Return all managed objects that have attributes, in one reading; if `under` is given, only those at or below it."""

    def apply(self, change_set: ChangeSet, idempotency_key: str) -> Receipt:
        """Apply all edits or none; raises InvalidChangeError, StaleEditError, UnknownObjectError, NetworkUnavailableError."""

    def revert(self, receipt: Receipt) -> Receipt:
        """Restore the configuration before the receipt's change, once per receipt; raises UnknownReceiptError."""

    def standing(self, change_set: ChangeSet) -> tuple[EditStanding, ...]:
        """Read back whether the network has what each edit sets, one standing per edit; what cannot be read is `unknown`."""

    def standing_policies(self) -> tuple[A1Policy, ...]:
        """Return all A1 policies that exist, whoever created them, enforced or not; raises NetworkUnavailableError."""

    def versions(self, change_set: ChangeSet) -> tuple[ObjectVersion, ...]:
        """Return the version of what each edit edits; raises UnknownObjectError, NetworkUnavailableError."""


State = TypeVar("State")


@runtime_checkable
class Twin(Network, Protocol[State]):
    """A Network whose time can be advanced and whose state can be restored."""

    def advance(self, seconds: float) -> None:
        """Let `seconds` of network time pass; raises ValueError unless 0 <= seconds and finite."""

    def snapshot(self) -> State:
        """Return the full state; later changes of the twin do not affect it."""

    def restore(self, state: State) -> None:
        """Restore `state` bit-identically: the twin then evolves exactly as it did after the snapshot."""

    def reseed(self, seed: int) -> None:
        """Use `seed` for all random draws from now on."""
