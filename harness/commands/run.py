"""Run an intent: understand, plan, try in the twin, judge, ask for approval, apply, verify, report."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
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
from harness.commands.resumed_settings import resumed_settings
from harness.runtime.settings import DEFAULT_PLANNER
from twins.screen.exit_status import exit_status_text
from twins.screen.say import say_json

if TYPE_CHECKING:
    from harness.approvals.approver import Answerer, Approver
    from harness.engine.run_service import RunService
    from harness.records.outcome import RunOutcome
    from harness.records.run_record import RunRecord
    from harness.records.status import Mode
    from harness.runtime.settings import Settings
    from harness.views.console import RunConsole
    from twins.screen.console import SafeConsole

_EPILOG = f"""
Examples:

  twinpilot run "Keep URLLC delay below 10 ms in the stadium tonight and give every eMBB user at least 5 Mbps"

  twinpilot run "Save energy in S1 without hurting anybody" --shadow

  twinpilot run "..." --approve --json > outcome.json

  twinpilot run "..." --url http://ran.example:8710 --wait 10min     (prints the exact command: twinpilot approve RUN DIGEST)

  twinpilot run --resume last --answer "the stadium cells"

Approval: at a terminal you are asked (y / n / edit). Without one, --approve approves beforehand (recorded in the journal), and
--wait waits for `twinpilot approve` in another process; with neither nothing is applied. An approval is for what was shown:
the change set, its schedule, the KPIs before it, and the versions of what it edits. If these move before the apply, you are asked
again.

Time: a change for a later time ("from 23:00 to midnight", "tonight") is applied shortly before it begins and restored when it
ends; "permanently" or "from 23:00 onwards" keeps it. The command waits meanwhile. With --leave it returns with the status
scheduled: run --resume RUN waits and applies; what is in force is restored by the watchdog even if nobody does.

{exit_status_text()}
"""

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog=_EPILOG)
def run(
    text: Annotated[str, typer.Argument(help="The intent, in your own words.", show_default=False)] = "",
    *,
    approve: Annotated[bool, typer.Option("--approve", help="Approve beforehand what the gate lets pass.")] = False,
    wait: Annotated[
        str, typer.Option("--wait", help='How long to wait for a verdict from another process: seconds, or "10min".')
    ] = "0",
    leave: Annotated[
        bool, typer.Option("--leave", help="Do not wait for the time of a scheduled change: return with status scheduled.")
    ] = False,
    shadow: Annotated[bool, typer.Option("--shadow", help="Only recommend: there is no actuator.")] = False,
    planner: Annotated[
        str | None,
        typer.Option(
            help="rule, 6g-llm (texts read by the shipped model), 6g-planner (and planned by one) or llm (an endpoint);"
            f" else {DEFAULT_PLANNER}. A run that is resumed goes on with its own."
        ),
    ] = None,
    scenario: Annotated[str | None, typer.Option(help="Embedded network: stadium, small, or a scenario FILE.json.")] = None,
    url: Annotated[str | None, typer.Option(help="URL of a running network (see `twinpilot network serve`).")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the embedded network; default: any free port.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the embedded network and of the twins.")] = None,
    resume: Annotated[str, typer.Option("--resume", help="Continue an interrupted run: its id, or last.")] = "",
    answer: Annotated[list[str] | None, typer.Option("--answer", help="Answer to a question of the run; repeatable.")] = None,
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Run an intent from its text to a verified change, or continue a run."""
    with one_line_errors(as_json):
        from harness.engine.run_interrupted import RunInterrupted
        from harness.runtime.duration import seconds

        wait_s = seconds(wait)
        network = {"url": url, "scenario": scenario, "seed": seed, "port": port}
        settings = settings_of(config, data_dir, network=network, planner={"kind": planner})
        if bool(text.strip()) == bool(resume):
            raise typer.BadParameter('give either the intent ("...") or --resume RUN')
        embedded = ""
        if resume:
            record = _record_of(settings, resume)
            settings, embedded = resumed_settings(settings, record, settings.planner.kind if planner else None, seed)
        operator = _Operator(approve, wait_s, answer or [], as_json)
        begin = _Begin(text, resume, embedded, "shadow" if shadow else "active", waits=not leave)
        try:
            outcome = _run(settings, _view(as_json), operator, begin)
        except RunInterrupted as interrupt:
            end_interrupted(interrupt, as_json)
    if as_json:
        say_json(outcome)
    raise typer.Exit(outcome.exit_status)


@dataclass(frozen=True)
class _Begin:
    """The intent of a new run, or the id of one that goes on (`resume`) on the embedded network of this name, empty without."""

    text: str
    resume: str
    embedded: str
    mode: Mode
    waits: bool


class _Operator:
    """The operator of this call: options, a terminal, or another process give approvals and answers."""

    def __init__(self, approve: bool, wait_s: float, answers: list[str], as_json: bool) -> None:
        self._approve = approve
        self._wait_s = wait_s
        self._answers: Iterator[str] = iter(answers)
        self._terminal = sys.stdin.isatty() and sys.stdout.isatty() and not as_json

    def approver(self, service: RunService, console: SafeConsole) -> Approver | None:
        """Return the approver: the flag, another process, or the terminal; None if there is none."""
        from harness.approvals.approver import approve_by_flag, wait_for_verdict
        from harness.approvals.terminal import ask_at_terminal

        if self._approve:
            return approve_by_flag
        if self._wait_s > 0:
            return wait_for_verdict(service.approvals, self._wait_s)
        return until_end_of_input(ask_at_terminal(console)) if self._terminal else None

    def answerer(self, view: RunConsole) -> Answerer:
        """Return what answers the planner's questions: the --answer options in order, then the terminal if there is one."""

        def answer(question: str, choices: tuple[str, ...]) -> str | None:
            option = next(self._answers, None)
            if option is not None or not self._terminal:
                return option
            return answer_at_terminal(view)(question, choices)

        return answer


def _view(as_json: bool) -> RunConsole:
    from harness.views.console import RunConsole
    from twins.screen.console import SafeConsole

    return RunConsole(SafeConsole(stderr=as_json))


def _record_of(settings: Settings, name: str) -> RunRecord:
    """Return the run of this name; raises RunError."""
    from harness.records.run_record import RunStore
    from harness.runtime.paths import Paths
    from harness.runtime.store import StateStore

    return RunStore(StateStore(Paths.of(settings).state)).get(name)


def _outcome_of(settings: Settings, name: str) -> RunOutcome | None:
    """Return how the run `name` ended, as of now, None if it can go on; raises RunError."""
    from harness.records.artifacts import Artifacts
    from harness.records.outcome import RunOutcome
    from harness.runtime.paths import Paths

    record = _record_of(settings, name)
    artifacts = Artifacts(Paths.of(settings).run(record.run_id))
    return artifacts.load("outcome", RunOutcome).as_of(record.status) if artifacts.has("outcome") else None


def _run(settings: Settings, view: RunConsole, operator: _Operator, begin: _Begin) -> RunOutcome:
    from harness.records.events import Event
    from twins.network import NetworkError

    ended = _outcome_of(settings, begin.resume) if begin.resume else None
    if ended is not None and ended.status != "still applied":
        view(Event("run.ended", "", {"outcome": ended}))
        return ended
    try:
        return _go_on(settings, view, operator, begin)
    except NetworkError as error:
        if ended is None:
            raise
        view.console.print(f"its change was to be taken back now: {error}", style="bold red")
        view(Event("run.ended", "", {"outcome": ended}))
        return ended


def _go_on(settings: Settings, view: RunConsole, operator: _Operator, begin: _Begin) -> RunOutcome:
    from harness.engine.wiring import open_service

    with open_service(settings, view, begin.embedded) as service:
        approver, answerer = operator.approver(service, view.console), operator.answerer(view)
        if begin.resume:
            run_id = service.runs.get(begin.resume).run_id
            return service.resume(run_id, approver=approver, answerer=answerer, waits=begin.waits)
        return service.start(begin.text, begin.mode, approver=approver, answerer=answerer, waits=begin.waits)
