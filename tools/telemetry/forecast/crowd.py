"""The crowd of a planned event without precedent in the history: as many users as the calendar, or the operator, states.

Every visitor is taken as a connected eMBB user with the volume of the present users of the event's area. The crowd is spread over
the cells of the area that carry eMBB users now, in proportion to them; evenly over all of the area's cells if none does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policies.intent import TimeWindow
from policies.slices import Slice
from tools.telemetry.forecast.planned_events import EventUse
from twins.network import NetworkCard

MAX_USERS_PER_CELL = 200.0
Key = tuple[str, Slice]


@dataclass(frozen=True)
class Crowd:
    """The users of one event by cell, and the volume of each of them, Mbit/s."""

    event: EventUse
    users: Mapping[str, float]
    mbps_per_user: float


@dataclass(frozen=True)
class Crowds:
    """The crowds of the events, the parts in which they are there, and what a reader of the forecast must know about them."""

    crowds: tuple[Crowd, ...]
    parts: Sequence[TimeWindow]
    notes: tuple[str, ...]
    unknown: tuple[str, ...]

    def added(self, part: int) -> dict[Key, tuple[float, float]]:
        """Return the users and the volume (Mbit/s) that the crowds add to each cell and slice in the part with this index."""
        added: dict[Key, tuple[float, float]] = {}
        span = self.parts[part]
        for crowd in self.crowds:
            if crowd.event.start < span.end and crowd.event.end > span.start:
                for cell, users in crowd.users.items():
                    before = added.get((cell, Slice.EMBB), (0.0, 0.0))
                    added[cell, Slice.EMBB] = (before[0] + users, before[1] + users * crowd.mbps_per_user)
        return added


def crowds_of(
    events: Sequence[EventUse],
    parts: Sequence[TimeWindow],
    card: NetworkCard,
    users: Mapping[Key, float],
    volumes: Mapping[Key, float],
) -> Crowds:
    """Return the crowds of events without precedent; `users` and `volumes` (Mbit/s) are the newest by cell and slice.

    An event in progress adds nothing: its crowd is in the measurements.
    """
    coming = [event for event in events if event.start > card.now]
    known = [_crowd(event, card, users, volumes) for event in coming if event.attendance is not None]
    unknown = tuple(event.name for event in coming if event.attendance is None)
    notes = [f"no past event at {event.area} in the history: {_note(event)}" for event in coming]
    notes += [_cut(crowd) for crowd in known if max(crowd.users.values(), default=0.0) >= MAX_USERS_PER_CELL]
    return Crowds(tuple(known), parts, tuple(notes), unknown)


def _crowd(event: EventUse, card: NetworkCard, users: Mapping[Key, float], volumes: Mapping[Key, float]) -> Crowd:
    cells = card.areas().get(event.area, ())
    present = {cell: users.get((cell, Slice.EMBB), 0.0) for cell in cells}
    total = sum(present.values())
    shares = {cell: present[cell] / total if total else 1 / len(cells) for cell in cells}
    crowd = {cell: min(share * (event.attendance or 0), MAX_USERS_PER_CELL) for cell, share in shares.items() if share}
    return Crowd(event, crowd, _mbps_per_user(cells, users, volumes) or _mbps_per_user(None, users, volumes))


def _mbps_per_user(cells: Sequence[str] | None, users: Mapping[Key, float], volumes: Mapping[Key, float]) -> float:
    """Return the mean volume of an eMBB user in the cells (None: everywhere), 0 if there is none."""
    keys = [key for key in users if key[1] is Slice.EMBB and (cells is None or key[0] in cells)]
    total = sum(users[key] for key in keys)
    return sum(volumes.get(key, 0.0) for key in keys) / total if total else 0.0


def _note(event: EventUse) -> str:
    if event.attendance is None:
        return f"the crowd of {event.name} is unknown, and none is counted in"
    return (
        f"{event.name} is counted in with {event.attendance} visitors, each an eMBB user with the volume of today's users there"
    )


def _cut(crowd: Crowd) -> str:
    counted = sum(crowd.users.values())
    limit = f"the twin holds at most {MAX_USERS_PER_CELL:g} of them in a cell"
    return f"{crowd.event.name}: {counted:.0f} of {crowd.event.attendance} visitors are counted in; {limit}"
