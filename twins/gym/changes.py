"""Changes of a layout, returned as new layouts: the operations of the Configuration and radio tools."""

from __future__ import annotations

from collections.abc import Iterable

from policies.slices import Slice
from twins.gym.layout import MIN_SHARE, Beam, CellLayout, Layout


def with_slice(layout: Layout, flows: Iterable[str], slice_: Slice) -> Layout:
    """Return the layout with `flows` moved to `slice_`."""
    return _flows(layout, {name: {"slice": slice_} for name in flows})


def with_host(layout: Layout, flows: Iterable[str], host: str) -> Layout:
    """Return the layout with `flows` sent from `host`."""
    return _flows(layout, {name: {"host": host} for name in flows})


def with_rates(layout: Layout, rates: dict[str, float]) -> Layout:
    """Return the layout with the flows' `rates` in Mbit/s."""
    return _flows(layout, {name: {"mbps": mbps} for name, mbps in rates.items()})


def with_share(layout: Layout, slice_: Slice, share: float, cells: Iterable[str] = ()) -> Layout:
    """Return the layout with `share` of the resource blocks of `cells` (all cells if none are named) assigned to `slice_`.

    The other slices share the rest in their previous proportion, each at least one resource block group. Raises ValueError if
    `share` leaves them less.
    """
    max_share = 1.0 - 2 * MIN_SHARE
    if not MIN_SHARE <= share <= max_share:
        raise ValueError(
            f"share={share:g} of {slice_.value} is outside {MIN_SHARE:g}..{max_share:g}: each slice keeps {MIN_SHARE:g} at least"
        )
    names = tuple(cells) or tuple(layout.cells)
    return _cells(layout, {name: {"shares": _shares(layout.cells[name].shares, slice_, share)} for name in names})


def _shares(old: dict[Slice, float], slice_: Slice, share: float) -> dict[Slice, float]:
    left, (second, third) = 1.0 - share, [other for other in old if other is not slice_]
    second_share = max(MIN_SHARE, min(left * old[second] / (old[second] + old[third]), left - MIN_SHARE))
    return {slice_: share, second: second_share, third: left - second_share}


def with_cell(layout: Layout, cell: str, **changes: float | bool | Beam | None) -> Layout:
    """Return the layout with other values of `power_dbm`, `a3_offset_db`, `barred` or `beam` for `cell`."""
    return _cells(layout, {cell: dict(changes)})


def with_noise_figure(layout: Layout, users: Iterable[str], db: float) -> Layout:
    """Return the layout with a receiver noise figure of `db` for `users`."""
    changed = {name: layout.users[name].changed(noise_figure_db=db) for name in users}
    return layout.changed(users={**layout.users, **changed})


def _cells(layout: Layout, changes: dict[str, dict[str, object]]) -> Layout:
    changed: dict[str, CellLayout] = {name: layout.cells[name].changed(**change) for name, change in changes.items()}
    return layout.changed(cells={**layout.cells, **changed})


def _flows(layout: Layout, changes: dict[str, dict[str, object]]) -> Layout:
    changed = {name: layout.flows[name].changed(**change) for name, change in changes.items()}
    return layout.changed(flows={**layout.flows, **changed})
