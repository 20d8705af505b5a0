"""Run an intent: understand, plan, try in the twin, judge, ask, apply, verify, report."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.commands.common import Config, DataDir, Json, one_line_errors, settings_of, tell_of_compilation

if TYPE_CHECKING:
    from rich.console import Console

    from harness.approvals.approver import Answerer, Approver
    from harness.engine.run_service import RunService
    from harness.records.outcome import RunOutcome
    from harness.runtime.settings import Settings
    from harness.views.console import RunConsole

_EPILOG = """
Examples:

  twinpilot run "Keep URLLC delay below 10 ms in the stadium tonight and give every eMBB user at least 5 Mbps"

  twinpilot run "Save energy in S1 without hurting anybody" --shadow

  twinpilot run "..." --approve --json > outcome.json

  twinpilot run "..." --url http://ran.example:8710 --wait 10min     (decide with: twinpilot approve last)

  twinpilot run --resume last --answer "the stadium cells"

Approval: at a terminal you are asked (y / n / edit). Without one, --approve says yes beforehand (the journal says so), --wait
waits for `twinpilot approve` in another process; with neither nothing is applied.

Exit status: 0 confirmed, recommended, nothing to change, answered, or shadow; 1 failed, or cannot be reached; 2 usage or
settings; 3 an answer or approval is missing; 4 rejected or rolled back.
"""

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog=_EPILOG)
def run(
    text: Annotated[str, typer.Argument(help="The intent, in your own words.", show_default=False)] = "",
    *,
    approve: Annotated[bool, typer.Option("--approve", help="Say yes beforehand to what the gate lets through.")] = False,
    wait: Annotated[
        str, typer.Option("--wait", help='Wait so long for a verdict from another process: seconds, or "10min".')
    ] = "0",
    shadow: Annotated[bool, typer.Option("--shadow", help="Only recommend: there is no actuator.")] = False,
    planner: Annotated[str | None, typer.Option(help="rule or llm.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Embedded network: stadium, small, or a scenario FILE.json.")] = None,
    url: Annotated[str | None, typer.Option(help="A network that runs already (see `twinpilot network serve`).")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the embedded network; any free one without.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of the embedded network and of the twins.")] = None,
    resume: Annotated[str, typer.Option("--resume", help="Go on with a run that was interrupted: its id, or last.")] = "",
    answer: Annotated[list[str] | None, typer.Option("--answer", help="Answer to a question of the run; repeatable.")] = None,
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Run an intent from its text to a verified change, or go on with a run."""
    with one_line_errors(as_json):
        from harness.runtime.duration import seconds

        patience = seconds(wait)
        network = {"url": url, "scenario": scenario, "seed": seed, "port": port}
        settings = settings_of(config, data_dir, network=network, planner={"kind": planner})
        if bool(text.strip()) == bool(resume):
            raise typer.BadParameter('give either the intent ("...") or --resume RUN')
        view = _view(as_json)
        if resume:
            settings = _of_run(settings, resume)
        outcome = _run(settings, view, (text, resume, shadow), _People(approve, patience, answer or [], as_json))
    if as_json:
        typer.echo(outcome.model_dump_json())
    raise typer.Exit(outcome.exit_status)


class _People:
    """Who answers and approves in this call."""

    def __init__(self, approve: bool, patience: float, answers: list[str], as_json: bool) -> None:
        self._approve = approve
        self._patience = patience
        self._answers: Iterator[str] = iter(answers)
        self._terminal = sys.stdin.isatty() and sys.stdout.isatty() and not as_json

    def approver(self, service: RunService, console: Console) -> Approver | None:
        """Return the flag, the other process, or the terminal; None where nobody is there."""
        from harness.approvals.approver import approve_by_flag, wait_for_verdict
        from harness.approvals.terminal import ask_at_terminal

        if self._approve:
            return approve_by_flag
        if self._patience > 0:
            return wait_for_verdict(service.approvals, self._patience)
        return ask_at_terminal(console) if self._terminal else None

    def answerer(self, view: RunConsole) -> Answerer:
        """Return what answers a planner's question: --answer, then the terminal, then nobody."""

        def answer(question: str, choices: tuple[str, ...]) -> str | None:
            given = next(self._answers, None)
            if given is not None or not self._terminal:
                return given
            from rich.prompt import Prompt

            from harness.views.tables import plain

            view.pause()
            view.console.print(plain(question, "bold"))
            for number, choice in enumerate(choices, 1):
                view.console.print(plain(f"  {number}. {choice}"))
            said = Prompt.ask("Your answer (a number picks a choice; empty ends the run)", default="", console=view.console)
            picked = int(said) - 1 if said.isdigit() else -1
            return choices[picked] if 0 <= picked < len(choices) else said

        return answer


def _view(as_json: bool) -> RunConsole:
    from rich.console import Console

    from harness.views.console import RunConsole

    return RunConsole(Console(stderr=as_json, highlight=False))


def _of_run(settings: Settings, name: str) -> Settings:
    """Return the settings with the network of the run that is to go on."""
    from harness.records.run_record import RunStore
    from harness.runtime.paths import Paths
    from harness.runtime.store import StateStore

    record = RunStore(StateStore(Paths.of(settings).state)).get(name)
    return settings.model_copy(update={"network": settings.network.model_copy(update={"url": record.network})})


def _run(settings: Settings, view: RunConsole, what: tuple[str, str, bool], people: _People) -> RunOutcome:
    from harness.engine.wiring import open_service

    text, resume, shadow = what
    _starting(settings, view)
    with open_service(settings, view) as service:
        view.pause()
        given: dict[str, Any] = {"approver": people.approver(service, view.console), "answerer": people.answerer(view)}
        if resume:
            return service.resume(service.runs.get(resume).run_id, **given)
        return service.start(text, "shadow" if shadow else "active", **given)


def _starting(settings: Settings, view: RunConsole) -> None:
    from harness.views.tables import plain

    where = settings.network.url or f"the embedded network {settings.network.scenario!r}, near-RT RIC and O1 on loopback"
    view.console.print(plain(f"connecting to {where} …", "dim"))
    if not settings.network.url:
        tell_of_compilation(view.console)
