"""`Ns3Network`: the ground truth, an LTE/EPC network simulated at packet level by ns-3 in a separate process.

1. A layout is translated to the worker's requests; between windows only changes are sent.
2. The worker returns sums per flow; rates, means and shares are computed here.
3. The network is LTE: 1 ms subframes, 180 kHz resource blocks, slices as ranges of resource block groups. Windows are labelled
   accordingly.
"""

from __future__ import annotations

from typing import Any

from twins.gym.field import best_cell
from twins.gym.layout import CellLayout, FlowLayout, Layout, UserLayout
from twins.gym.window import FlowWindow, UserWindow, Window
from twins.ns3.process import Ns3Process, WorkerError

UPLINK_RBS = 15  # with more, the terminals' power per resource block does not reach beyond 250 m
BUFFER_BYTES = 100_000
SCHEDULER = "ns3::PfFfMacScheduler"
_SILENCE_DBM = -200.0


class Ns3Network:
    """Carries a layout's flows in ns-3; see `twins.gym.packet_network`."""

    label = "ns-3 LTE/EPC, packet level"

    def __init__(self, process: Ns3Process | None = None) -> None:
        self._process = process or Ns3Process()
        self._layout: Layout | None = None
        self._built: tuple[int | None, int] | None = None

    def begin(self, layout: Layout) -> None:
        """Build the network of `layout`; raises WorkerError, Ns3MissingError."""
        # Copies are unchecked, and ns-3 terminates on an invalid value.
        layout = Layout.model_validate(layout.model_dump())
        self._process.ask("build", _build(layout))
        self._layout, self._built = layout, (self._process.pid, self._process.builds)
        if layout.interferer_dbm is not None:
            self._process.ask("set", {"interferer_dbm": layout.interferer_dbm})

    def run(self, layout: Layout, seconds: float, settle_s: float = 0.0) -> Window:
        """Apply `layout`, simulate `settle_s` and then `seconds`; returns the measurements of the latter. Raises WorkerError."""
        if self._layout is None or (self._process.pid, self._process.builds) != self._built:
            raise WorkerError("run", "begin a network first: there is none, its worker ended, or another was built in it")
        changes = _changes(self._layout, Layout.model_validate(layout.model_dump()))
        if changes:
            self._process.ask("set", changes)
        self._layout = layout
        if settle_s > 0.0:
            self._process.ask("run", {"seconds": settle_s})
        return _window(layout, seconds, self._process.ask("run", {"seconds": seconds}))

    def close(self) -> None:
        """End the worker."""
        self._process.close()


def _build(layout: Layout) -> dict[str, Any]:
    cells, users, hosts = list(layout.cells), list(layout.users), list(layout.hosts)
    return {
        "seed": layout.seed,
        "downlink_rbs": layout.downlink_rbs,
        "uplink_rbs": UPLINK_RBS,
        "buffer_bytes": BUFFER_BYTES,
        "scheduler": SCHEDULER,
        "interferer": {"position": _triple(layout.interferer)},
        "cells": [{"position": _triple(cell.position), **_cell(cell)} for cell in layout.cells.values()],
        "ues": [{**_user(user), "cell": cells.index(best_cell(layout, user.position))} for user in layout.users.values()],
        "hosts": [{"delay_ms": delay} for delay in layout.hosts.values()],
        "flows": [
            {
                "name": name,
                "ue": users.index(flow.user),
                "slices": [slice_.value for slice_ in flow.slices],
                "hosts": [hosts.index(host) for host in flow.hosts],
                "packet_bytes": flow.packet_bytes,
                "bursty": flow.bursty,
                "guaranteed_mbps": flow.guaranteed_mbps,
                **_flow(flow, hosts),
            }
            for name, flow in layout.flows.items()
        ],
    }


def _triple(position: Any) -> list[float]:
    return [position.x_m, position.y_m, position.z_m]


def _user(user: UserLayout) -> dict[str, Any]:
    return {
        "position": _triple(user.position),
        "velocity": list(user.velocity_mps),
        "noise_figure_db": user.noise_figure_db,
    }


def _cell(cell: CellLayout) -> dict[str, Any]:
    return {
        "power_dbm": cell.power_dbm,
        "a3_offset_db": cell.a3_offset_db,
        "barred": cell.barred,
        "beam": None if cell.beam is None else [cell.beam.azimuth_deg, cell.beam.tilt_deg],
        "shares": {slice_.value: share for slice_, share in cell.shares.items()},
    }


def _flow(flow: FlowLayout, hosts: list[str]) -> dict[str, Any]:
    return {"slice": flow.slice.value, "host": hosts.index(flow.host), "mbps": flow.mbps}


def _changes(old: Layout, new: Layout) -> dict[str, Any]:
    """Return the parameters of the worker's `set` request from layout `old` to `new`."""
    hosts = list(new.hosts)
    changes: dict[str, Any] = {
        "cells": {str(i): _cell(cell) for i, (name, cell) in enumerate(new.cells.items()) if cell != old.cells[name]},
        "flows": {name: _flow(flow, hosts) for name, flow in new.flows.items() if flow != old.flows[name]},
        "hosts": {str(i): delay for i, (name, delay) in enumerate(new.hosts.items()) if delay != old.hosts[name]},
        "ues": {str(i): _user(user) for i, (name, user) in enumerate(new.users.items()) if user != old.users[name]},
        "handover": {
            str(i): list(new.cells).index(user.ordered_cell)
            for i, (name, user) in enumerate(new.users.items())
            if user.ordered_cell is not None and user.ordered_cell != old.users[name].ordered_cell
        },
    }
    changes = {name: value for name, value in changes.items() if value}
    if new.interferer_dbm != old.interferer_dbm:
        changes["interferer_dbm"] = _SILENCE_DBM if new.interferer_dbm is None else new.interferer_dbm
    return changes


def _window(layout: Layout, seconds: float, measured: dict[str, Any]) -> Window:
    cells = list(layout.cells)
    blocks = 1e3 * seconds * layout.downlink_rbs
    return Window(
        seconds=seconds,
        now_s=measured["now_s"],
        flows={name: _flow_window(sums, seconds) for name, sums in measured["flows"].items()},
        users={
            name: UserWindow(
                cell=cells[row["cell"]] if row["connected"] and 0 <= row["cell"] < len(cells) else None,
                rsrp_dbm=row["rsrp_dbm"],
                sinr_db=row["sinr_db"],
                cqi=tuple(row["cqi"]),
            )
            for name, row in zip(layout.users, measured["ues"], strict=True)
        },
        prb_load={name: min(row["rb_ttis"] / blocks, 1.0) for name, row in zip(cells, measured["cells"], strict=True)},
        handovers=measured["handovers"],
    )


def _flow_window(sums: dict[str, float], seconds: float) -> FlowWindow:
    received, lost = sums["received"], sums["lost"]
    # ns-3 counts a packet as lost only after 0.5 s: a flow without any delivered or lost packet counts as fully lost.
    loss_if_unknown = 1.0 if sums["sent"] else 0.0
    return FlowWindow(
        latency_ms=1e3 * sums["delay_s"] / received if received else None,
        jitter_ms=1e3 * sums["jitter_s"] / received if received else None,
        loss=lost / (received + lost) if received + lost else loss_if_unknown,
        throughput_mbps=8e-6 * sums["received_bytes"] / seconds,
        offered_mbps=8e-6 * sums["sent_bytes"] / seconds,
    )
