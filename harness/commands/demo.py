"""Show the main job in two runs: an intent that is confirmed by KPIs, and a change that turns out harmful and is taken back."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.commands.common import Config, DataDir, Json, one_line_errors, settings_of, tell_of_compilation

if TYPE_CHECKING:
    from harness.approvals.approver import Approver
    from harness.engine.run_service import RunService
    from harness.records.events import Event
    from harness.records.outcome import RunOutcome
    from harness.views.console import RunConsole

PREPARE = (
    "Prepare the stadium cells for tonight's event: keep URLLC delay below 10 ms, give every eMBB user at least 5 Mbps, "
    "and spend no more energy than needed."
)
SAVE = "Save energy in S5C1, S6C2 and S7C3 from 23:00 to midnight, but keep every eMBB user there at 5 Mbps or more."
JAMMED_CELL = "S5C1"
_JAMMER_DBM = 52.0
_JAMMER_DISTANCE_M = 100.0

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def demo(
    approve: Annotated[
        bool, typer.Option("--approve", help="Say yes beforehand; needed without a terminal, and the journal says so.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Of the embedded network and of the twins.")] = None,
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Run two intents on an embedded network with its near-RT RIC: one is confirmed, one is disturbed and rolled back."""
    with one_line_errors(as_json):
        terminal = sys.stdin.isatty() and sys.stdout.isatty()
        if not (approve or terminal):
            raise typer.BadParameter("there is no terminal to ask at: give --approve to say yes beforehand")
        settings = settings_of(config, data_dir, network={"seed": seed, "scenario": "stadium"})
        outcomes = _demo(settings, approve, as_json)
    if as_json:
        typer.echo("[" + ",".join(one.model_dump_json() for one in outcomes) + "]")
    as_expected = [one.status for one in outcomes] == ["confirmed", "rolled back"]
    raise typer.Exit(0 if as_expected else 1)


def _demo(settings: Any, approve: bool, as_json: bool) -> list[RunOutcome]:
    from rich.console import Console

    from harness.engine.wiring import open_service
    from harness.views.console import RunConsole

    view = RunConsole(Console(stderr=as_json, highlight=False))
    stage = _Stage(view)
    view.console.rule("1 of 2: prepare for tonight's event")
    view.console.print("starting the embedded network (7 sites, 21 cells, 2 capacity cells asleep) and its near-RT RIC …")
    tell_of_compilation(view.console)
    with open_service(settings, stage) as service:
        view.pause()
        approver = _approver(approve, view)
        first = service.start(PREPARE, approver=approver)
        view.console.rule("2 of 2: a change that turns out harmful")
        view.console.print(f"after the apply, a foreign transmitter will come on the air in {JAMMED_CELL}")
        stage.service = service
        return [first, service.start(SAVE, approver=approver)]


def _approver(approve: bool, view: RunConsole) -> Approver:
    from harness.approvals.approver import approve_by_flag
    from harness.approvals.terminal import ask_at_terminal

    return approve_by_flag if approve else ask_at_terminal(view.console)


class _Stage:
    """Shows events, and lets the interferer come on the air when the change of the second run has been applied."""

    def __init__(self, view: RunConsole) -> None:
        self.view = view
        self.service: RunService | None = None

    def __call__(self, event: Event) -> None:
        self.view(event)
        if event.kind == "change.applied" and self.service is not None:
            self._disturb(self.service)

    def _disturb(self, service: RunService) -> None:
        import httpx

        cell = service.parts.network.describe().cell(JAMMED_CELL)
        angle = math.radians(cell.azimuth)
        body = {
            "kind": "interferer",
            "x": cell.x + _JAMMER_DISTANCE_M * math.cos(angle),
            "y": cell.y + _JAMMER_DISTANCE_M * math.sin(angle),
            "power_dbm": _JAMMER_DBM,
        }
        url = f"{service.parts.network_name}/embedded/v1/disturbances"
        httpx.post(url, json=body, timeout=30).raise_for_status()
        told = f"disturbance: a foreign transmitter of {_JAMMER_DBM:g} dBm, {_JAMMER_DISTANCE_M:g} m in front of {JAMMED_CELL}"
        self.view.console.print(told, style="bold red")
