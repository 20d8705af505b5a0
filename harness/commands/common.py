"""Parts that the commands share: options, settings, and errors in one line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from harness.commitments.guard import guard
from harness.runtime.command_line import give_options, twinpilot
from harness.runtime.errors import HarnessError
from harness.runtime.paths import Paths
from harness.runtime.settings import Settings, SettingsError, load_settings
from twins.command_errors import end_command
from twins.screen.exit_status import FAILED, USAGE

if TYPE_CHECKING:
    from harness.approvals.approver import Answerer, ApprovalAnswer, ApprovalQuestion, Approver
    from harness.engine.run_interrupted import RunInterrupted
    from harness.views.console import RunConsole

Config = Annotated[Path | None, typer.Option("--config", help="Settings file; else ./twinpilot.toml, else the user's own.")]
DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Folder of runs, journal and state.")]
Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object on stdout; progress goes to stderr.")]


@contextmanager
def one_line_errors(as_json: bool = False) -> Iterator[None]:
    """Turn an error of the product into one line and an exit status: 2 for settings, 1 for the rest."""
    from twins.network import NetworkError

    try:
        yield
    except (HarnessError, NetworkError, ValueError, OSError, sqlite3.Error) as error:
        status = USAGE if isinstance(error, SettingsError) else FAILED
        end_command("error", error, status, kind=type(error).__name__, as_json=as_json)


def settings_of(config: Path | None, data_dir: Path | None, **sections: dict[str, Any]) -> Settings:
    """Return the settings, overridden by the options of the command line; None means that an option is not set.

    Commands that are printed from now on repeat these two options. If a change in their data folder has to be watched and nobody
    does, a watchdog is started.
    """
    give_options(config, data_dir)
    overrides: dict[str, Any] = {
        name: {key: value for key, value in section.items() if value is not None} for name, section in sections.items()
    }
    if data_dir is not None:
        overrides["data_dir"] = data_dir
    settings = load_settings(config, {name: value for name, value in overrides.items() if value})
    guard(settings)
    return settings


def until_end_of_input(approver: Approver) -> Approver:
    """Return an approver that gives no verdict once the input has ended: nobody is there any more."""

    def ask(question: ApprovalQuestion) -> ApprovalAnswer | None:
        try:
            return approver(question)
        except EOFError:
            return None

    return ask


def answer_at_terminal(view: RunConsole) -> Answerer:
    """Return what puts the planner's questions to the person at the terminal; no answer once the input has ended."""

    def answer(question: str, choices: tuple[str, ...]) -> str | None:
        try:
            return _prompt(view, question, choices)
        except EOFError:
            return None

    return answer


def _prompt(view: RunConsole, question: str, choices: tuple[str, ...]) -> str:
    from rich.prompt import Prompt

    view.pause()
    view.console.print(f"question: {question}", style="bold")
    for number, choice in enumerate(choices, 1):
        view.console.print(f"  {number}. {choice}")
    reply = Prompt.ask("Your answer (a number picks a choice; empty ends the run)", default="", console=view.console)
    index = int(reply) - 1 if reply.isdecimal() else -1
    return choices[index] if 0 <= index < len(choices) else reply


def end_interrupted(interrupt: RunInterrupted, as_json: bool) -> NoReturn:
    """Say in one line how an interrupted run goes on, and exit."""
    from twins.screen.exit_status import INTERRUPTED, TERMINATED

    is_interrupt = type(interrupt.cause) is KeyboardInterrupt
    following = twinpilot("run", "--resume", interrupt.run_id)
    open_ends = "".join(f"; {line}" for line in interrupt.open_ends)
    waits = "waits for an answer" if interrupt.status == "asked" else f"is {interrupt.status}"
    end_command(
        "interrupted" if is_interrupt else "terminated",
        f"run {interrupt.run_id} {waits}{open_ends}; go on with: {following}",
        INTERRUPTED if is_interrupt else TERMINATED,
        kind=type(interrupt.cause).__name__,
        as_json=as_json,
        run_id=interrupt.run_id,
        run_status=interrupt.status,
        open_ends=list(interrupt.open_ends),
        next=following,
    )


def paths(config: Path | None, data_dir: Path | None) -> Paths:
    """Return the paths of the data folder."""
    return Paths.of(settings_of(config, data_dir))
