"""Show the main job in two runs: one change is confirmed by KPIs; during the other users are harmed, and it is rolled back."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from harness.commands.common import (
    Config,
    DataDir,
    Json,
    answer_at_terminal,
    end_interrupted,
    one_line_errors,
    settings_of,
    until_end_of_input,
)
from harness.runtime.settings import DEFAULT_PLANNER
from twins.screen.say import say_json

if TYPE_CHECKING:
    from harness.approvals.approver import Approver
    from harness.engine.run_service import RunService
    from harness.records.events import Event
    from harness.records.outcome import RunOutcome
    from harness.runtime.settings import Settings
    from harness.views.console import RunConsole

JAMMED_CELL = "S5C1"
_JAMMER_DBM = 52.0
_JAMMER_DISTANCE_M = 100.0
_CAUSE = (
    "about the cause: here it was the demo's interferer, not the change. KPIs show that users were harmed while the change was"
    " applied, not why, so the change is taken back; the interferer is still there, and needs another remedy."
)

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def demo(
    approve: Annotated[
        bool, typer.Option("--approve", help="Approve beforehand; needed without a terminal, and recorded in the journal.")
    ] = False,
    planner: Annotated[str | None, typer.Option(help=f"As of `twinpilot run`; else {DEFAULT_PLANNER}.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the embedded network and of the twins.")] = None,
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Run two intents on an embedded network with its near-RT RIC: one is confirmed, one is disturbed and rolled back."""
    with one_line_errors(as_json):
        from harness.engine.run_interrupted import RunInterrupted

        terminal = sys.stdin.isatty() and sys.stdout.isatty()
        if not (approve or terminal):
            raise typer.BadParameter("there is no terminal for the approval prompt: give --approve to approve beforehand")
        network = {"seed": seed, "scenario": "stadium"}
        settings = settings_of(config, data_dir, network=network, planner={"kind": planner})
        try:
            outcomes = _demo(settings, approve, as_json, asks=terminal and not as_json)
        except RunInterrupted as interrupt:
            end_interrupted(interrupt, as_json)
    if as_json:
        say_json(outcomes)
    as_expected = [outcome.status for outcome in outcomes] == ["confirmed", "rolled back"]
    raise typer.Exit(0 if as_expected else 1)


def _demo(settings: Settings, approve: bool, as_json: bool, *, asks: bool) -> list[RunOutcome]:
    from harness.engine.demo_intents import PREPARE_EVENT, SAVE_ENERGY
    from harness.engine.wiring import open_service
    from harness.views.console import RunConsole
    from twins.screen.console import SafeConsole

    view = RunConsole(SafeConsole(stderr=as_json))
    listener = _DemoListener(view)
    view.console.rule("1 of 2: prepare for tonight's event")
    view.console.print("the network: 7 sites, 21 cells, 2 capacity cells asleep, with a near-RT RIC", style="dim")
    with open_service(settings, listener) as service:
        approver, answerer = _approver(approve, view), answer_at_terminal(view) if asks else None
        first = service.start(PREPARE_EVENT, approver=approver, answerer=answerer)
        view.console.rule("2 of 2: users are harmed while a change is applied")
        view.console.print(
            f"after the apply, this demo starts an interferer in {JAMMED_CELL}: a transmitter that is not the network's"
        )
        listener.service = service
        second = service.start(SAVE_ENERGY, approver=approver, answerer=answerer)
        if second.status == "rolled back":
            view.console.print(_CAUSE, style="yellow")
        return [first, second]


def _approver(approve: bool, view: RunConsole) -> Approver:
    from harness.approvals.approver import approve_by_flag
    from harness.approvals.terminal import ask_at_terminal

    return approve_by_flag if approve else until_end_of_input(ask_at_terminal(view.console))


class _DemoListener:
    """Shows events; once `service` is set, an interferer starts to transmit when a change has been applied."""

    def __init__(self, view: RunConsole) -> None:
        self.view = view
        self.service: RunService | None = None

    def __call__(self, event: Event) -> None:
        self.view(event)
        if event.kind == "change.applied" and self.service is not None:
            self._disturb(self.service)

    def _disturb(self, service: RunService) -> None:
        import httpx

        from harness.engine.embedded_network import EmbeddedNetwork

        cell = service.parts.network.describe().cell(JAMMED_CELL)
        angle = math.radians(cell.azimuth)
        body = {
            "kind": "interferer",
            "x": cell.x + _JAMMER_DISTANCE_M * math.cos(angle),
            "y": cell.y + _JAMMER_DISTANCE_M * math.sin(angle),
            "power_dbm": _JAMMER_DBM,
        }
        network = service.parts.network
        assert isinstance(network, EmbeddedNetwork)
        url = f"{network.live().url}/embedded/v1/disturbances"
        httpx.post(url, json=body, timeout=30).raise_for_status()
        message = f"disturbance: an interferer of {_JAMMER_DBM:g} dBm, {_JAMMER_DISTANCE_M:g} m in front of {JAMMED_CELL}"
        self.view.console.print(message, style="bold red")
