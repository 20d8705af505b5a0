"""Changes of a layout, as new layouts: what Configuration tools and radio tools do to the network."""

from __future__ import annotations

from collections.abc import Iterable

from policies.slices import Slice
from twins.gym.layout import MIN_SHARE, Beam, CellLayout, Layout


def with_slice(layout: Layout, flows: Iterable[str], one: Slice) -> Layout:
    """The flows on slice `one`."""
    return _flows(layout, {name: {"slice": one} for name in flows})


def with_host(layout: Layout, flows: Iterable[str], host: str) -> Layout:
    """The flows sent from `host`."""
    return _flows(layout, {name: {"host": host} for name in flows})


def with_rates(layout: Layout, rates: dict[str, float]) -> Layout:
    """Flows at `rates`, Mbit/s."""
    return _flows(layout, {name: {"mbps": mbps} for name, mbps in rates.items()})


def with_share(layout: Layout, one: Slice, share: float, cells: Iterable[str] = ()) -> Layout:
    """Slice `one` gets `share` of the resource blocks of `cells` (all, where none is named); the others share the rest as before.

    None falls below one resource block group; raises ValueError where `share` leaves less for the others.
    """
    most = 1.0 - 2 * MIN_SHARE
    if not MIN_SHARE <= share <= most:
        raise ValueError(
            f"share={share:g} of {one.value} is outside {MIN_SHARE:g}..{most:g}: each slice keeps {MIN_SHARE:g} at least"
        )
    wanted = tuple(cells) or tuple(layout.cells)
    return _cells(layout, {name: {"shares": _shares(layout.cells[name].shares, one, share)} for name in wanted})


def _shares(old: dict[Slice, float], one: Slice, share: float) -> dict[Slice, float]:
    left, others = 1.0 - share, [other for other in old if other is not one]
    total = sum(old[other] for other in others)
    first = max(MIN_SHARE, min(left * old[others[0]] / total, left - MIN_SHARE))
    return {one: share, others[0]: first, others[1]: left - first}


def with_cell(layout: Layout, cell: str, **changes: float | bool | Beam | None) -> Layout:
    """The cell with other `power_dbm`, `a3_offset_db`, `barred` or `beam`."""
    return _cells(layout, {cell: dict(changes)})


def with_noise_figure(layout: Layout, users: Iterable[str], db: float) -> Layout:
    """Users' receivers with a noise figure of `db`."""
    wanted = {name: layout.users[name].changed(noise_figure_db=db) for name in users}
    return layout.changed(users={**layout.users, **wanted})


def _cells(layout: Layout, changes: dict[str, dict[str, object]]) -> Layout:
    changed: dict[str, CellLayout] = {name: layout.cells[name].changed(**change) for name, change in changes.items()}
    return layout.changed(cells={**layout.cells, **changed})


def _flows(layout: Layout, changes: dict[str, dict[str, object]]) -> Layout:
    changed = {name: layout.flows[name].changed(**change) for name, change in changes.items()}
    return layout.changed(flows={**layout.flows, **changed})
