"""The command line, put together from entry points.

Each package registers its commands under `twinpilot.commands`; `twinpilot --help` reads the first line of their modules'
docstrings without importing them, so that help answers at once and no floor imports upward.

Every failure ends here or in `twins.command_errors`: one line on standard error, with --json one object on standard output, and
an exit status of `twins.screen.exit_status`. Arguments that a message quotes are made safe like any foreign text.
"""

from __future__ import annotations

import ast
import io
import os
import signal
import sys
import traceback
from functools import cache
from importlib.metadata import EntryPoint, entry_points, version
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from harness.runtime.command_line import one_command
from twins.command_errors import end_command, report_failure
from twins.screen.exit_status import FAILED, INTERRUPTED, TERMINATED, exit_status_text
from twins.screen.logs import make_logs_safe
from twins.screen.output import drop_output

# Set before anything imports numpy or torch: on small tensors more threads only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

_GROUP = "twinpilot.commands"
_ABOUT = """An agent harness for O-RAN networks.

You state an intent; TwinPilot plans, tries candidate changes in a digital twin, asks for your approval, applies the change over
A1 and O1, verifies it by KPIs and rolls it back if it does harm. Start with: twinpilot demo
"""


class Terminated(KeyboardInterrupt):
    """SIGTERM: ends the command as an interrupt does, with an exit status of its own."""


@cache
def _entries() -> dict[str, EntryPoint]:
    """Return the registered commands by name; a search through all installed distributions, so it is done once."""
    return {entry.name: entry for entry in entry_points(group=_GROUP)}


def _help_line(entry: EntryPoint) -> str:
    """Return the first line of the docstring of the command's module, without importing it."""
    spec = find_spec(entry.module)
    if spec is None or spec.origin is None:
        return f"(not installed: {entry.module})"
    return (ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or "").partition("\n")[0]


class LazyGroup(TyperGroup):
    """A group whose commands are imported only when they are called. The type of a context is private to typer."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all registered commands."""
        return sorted(_entries())

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        """Return a placeholder with the name and the help line; `resolve_command` loads the command."""
        entry = _entries().get(cmd_name)
        return None if entry is None else TyperCommand(entry.name, help=_help_line(entry))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Import the command that was called."""
        name = args[0] if args else ""
        entry = _entries().get(name)
        if entry is None:
            return super().resolve_command(ctx, args)
        command = typer.main.get_command(entry.load())
        command.name = name
        return name, command, args[1:]

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an interrupt, also the end of the input at a prompt, ends it with one line."""
        try:
            return super().invoke(ctx)
        except EOFError:
            end_command("interrupted", "the input ended", INTERRUPTED, kind="EOFError", as_json=_wants_json(sys.argv[1:]))
        except KeyboardInterrupt as interrupt:
            status = _status_of(interrupt)
            what = "terminated" if status == TERMINATED else "interrupted"
            end_command(what, "the command did not end by itself", status, kind=type(interrupt).__name__,
                        as_json=_wants_json(sys.argv[1:]))  # fmt: skip


app = typer.Typer(
    cls=LazyGroup,
    help=_ABOUT,
    epilog=exit_status_text(),
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


def _print_version(value: bool) -> None:
    if value:
        from twins.screen.say import say

        say(f"twinpilot {version('twinpilot')}")
        raise typer.Exit


@app.callback()
def _root(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def _wants_json(arguments: list[str]) -> bool:
    return "--json" in arguments[: arguments.index("--") if "--" in arguments else None]


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit status; every error is reported, none is raised."""
    as_json = _wants_json(arguments)
    try:
        with one_command():
            result = typer.main.get_command(app).main(arguments, prog_name="twinpilot", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except TyperException as error:
        return _refuse_usage(error, as_json)
    except Exception as error:  # a defect of ours: one line that can be reported, not a stack trace
        where = traceback.extract_tb(error.__traceback__)[-1]
        message = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno}); please report this"
        report_failure("internal error", message, FAILED, kind=type(error).__name__, as_json=as_json)
        return FAILED


def _refuse_usage(error: Any, as_json: bool) -> int:
    """Print usage, hint and message of an error of the argument parser."""
    from twins.screen.say import say

    context, message = getattr(error, "ctx", None), error.format_message()
    if type(error).__name__ == "NoArgsIsHelpError":
        say(*message.splitlines(), err=True)
        message = "a command is missing"
    elif context is not None:
        say(*context.get_usage().splitlines(), f"Try '{context.command_path} --help' for help.", err=True)
    report_failure("Error", message, error.exit_code, kind=type(error).__name__, as_json=as_json)
    return int(error.exit_code)


def _terminate(number: int, frame: object) -> None:
    raise Terminated


def main() -> None:
    """Run the command line as a program: signals end it with a line, a reader that went away does not."""
    signal.signal(signal.SIGTERM, _terminate)
    make_logs_safe()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8 must not end a run
    try:
        status = run(sys.argv[1:])
    except KeyboardInterrupt as interrupt:
        status = _status_of(interrupt)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        drop_output(sys.stdout.fileno())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)  # another signal, while threads end, ends the process without a word
    sys.exit(status)


def _status_of(interrupt: BaseException) -> int:
    """Return the exit status of an interrupt; that of a run names its cause."""
    return TERMINATED if isinstance(getattr(interrupt, "cause", interrupt), Terminated) else INTERRUPTED


if __name__ == "__main__":
    main()
