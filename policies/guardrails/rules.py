"""The schema of a guardrails file: bounds, steps, protections and freezes, each with the source that a verdict cites."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from policies.slices import Slice
from policies.word import Word

Day = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_DAYS: tuple[Day, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Rule(Word):
    model_config = ConfigDict(populate_by_name=True)


class Bound(_Rule):
    """A bound on a count or a share: above `warn_above` the change needs a human, above `fail_above` it is refused."""

    warn_above: NonNegative | None = None
    fail_above: NonNegative | None = None
    source: str
    remedy: str

    def outcome(self, value: float) -> Literal["pass", "warn", "fail"]:
        """Return the outcome for `value`."""
        if self.fail_above is not None and value > self.fail_above:
            return "fail"
        return "warn" if self.warn_above is not None and value > self.warn_above else "pass"


class Bounds(_Rule):
    """Bounds on cells and edits (counts), on the share of the network touched and of an area off air (0..1)."""

    cells: Bound
    edits: Bound
    network_share: Bound
    area_off_air_share: Bound


class LastCell(_Rule):
    """The rule that at least one cell of the network stays on air."""

    source: str
    remedy: str


class StepBound(_Rule):
    """The largest step of an attribute in one change, down and up, in its unit; None means no bound."""

    class_name: str = Field(alias="class")
    attribute: str
    down: NonNegative | None = None
    up: NonNegative | None = None
    unit: str = ""
    source: str


class ProtectedSlice(_Rule):
    """The minimum of a slice's attribute in cells where the slice has users."""

    slice: Slice
    class_name: str = Field(alias="class")
    attribute: str
    at_least: float
    source: str


class ProtectedCells(_Rule):
    """Cells that may not be changed, by id or area."""

    cells: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    source: str


class Freeze(_Rule):
    """A change freeze: an absolute interval, or a weekly one in UTC; for the listed cells and areas, or the whole network."""

    name: str
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    days: tuple[Day, ...] = ()
    from_time: time | None = Field(default=None, alias="from")
    to_time: time | None = Field(default=None, alias="to")
    cells: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Freeze:
        absolute = self.start is not None and self.end is not None
        weekly = bool(self.days) and self.from_time is not None and self.to_time is not None
        if absolute == weekly:
            raise ValueError("give either start and end, or days, from and to")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ValueError(f"start={self.start} must lie before end={self.end}")
        return self

    def covers(self, now: datetime) -> bool:
        """Whether `now` (timezone-aware) lies in the freeze, [start, end)."""
        if self.start is not None and self.end is not None:
            return self.start <= now < self.end
        if self.from_time is None or self.to_time is None:
            return False
        at = now.astimezone(UTC)
        first_day = at if at.time() >= self.from_time else at - timedelta(days=1)
        if self.from_time < self.to_time:
            return _DAYS[at.weekday()] in self.days and self.from_time <= at.time() < self.to_time
        return _DAYS[first_day.weekday()] in self.days and (at.time() >= self.from_time or at.time() < self.to_time)


class PolicyFloor(_Rule):
    """The least value of an A1 policy's objective; below it the traffic in the policy's scope is locked out."""

    objective: str
    at_least: float
    unit: str = ""


# Holds also under an operator's guardrails file that does not speak of policies.
_FLOORS = (
    PolicyFloor(objective="maxNumberOfUes", at_least=1, unit="UEs"),
    PolicyFloor(objective="maxNumberOfPduSessions", at_least=1, unit="sessions"),
    *(
        PolicyFloor(objective=f"max{direction}Thpt{scope}", at_least=8, unit="kbit/s")
        for direction in ("Dl", "Ul")
        for scope in ("PerSlice", "PerUe")
    ),
)


class PolicyRules(_Rule):
    """The rules on the effect of A1 policies."""

    floor: tuple[PolicyFloor, ...] = _FLOORS
    source: str = "policy effect: an A1 policy locks nobody out unsaid"


class GuardrailRules(_Rule):
    """The content of a guardrails file."""

    bounds: Bounds
    last_cell: LastCell
    step: tuple[StepBound, ...] = ()
    protected_slice: tuple[ProtectedSlice, ...] = ()
    protected_cells: ProtectedCells
    policy: PolicyRules = PolicyRules()
    freeze: tuple[Freeze, ...] = ()
