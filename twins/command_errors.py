"""Termination of a failed command: one line on standard error, with --json also one object on standard output, an exit status."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from policies.text.foreign import safe
from policies.text.redaction import redacted
from twins.screen.exit_status import INTERRUPTED, TERMINATED, USAGE


def one_line(message: object) -> str:
    """Return the message as one line that is safe to print and holds no secret."""
    return safe(redacted(" ".join(str(message).split())))


def end_command(
    name: str, message: object, status: int = USAGE, *, kind: str = "", as_json: bool | None = None, **details: Any
) -> NoReturn:
    """Report that a command failed and exit with `status`.

    `NAME: MESSAGE` goes to standard error in one line. If the command was called with --json (None: as its context says), the
    same goes to standard output as one object, with the type of the error (`kind`) and `details`.
    """
    import typer

    report_failure(name, message, status, kind=kind, as_json=_wants_json() if as_json is None else as_json, **details)
    raise typer.Exit(status) from None


def report_failure(name: str, message: object, status: int, *, kind: str, as_json: bool, **details: Any) -> None:
    """Print a failure, as `end_command` describes, and go on."""
    from twins.screen.say import say, say_json

    if status in (INTERRUPTED, TERMINATED) and sys.stderr.isatty():
        say("", err=True)  # a terminal has echoed ^C
    say(f"{name}: {one_line(message)}", err=True)
    if as_json:
        failure = {"status": "failed", "message": one_line(message), "error": kind or "CommandError", "exit_status": status}
        say_json({**failure, **details})


def _wants_json() -> bool:
    """Whether the command that runs, or a group above it, was called with --json."""
    from typer._click.globals import get_current_context

    context = get_current_context(silent=True)
    while context is not None:
        if context.params.get("as_json"):
            return True
        context = context.parent
    return False


@contextmanager
def one_line_errors(name: str, *kinds: type[Exception], status: int = USAGE) -> Iterator[None]:
    """Terminate the command `name` on an error of these kinds with one line instead of a stack trace."""
    try:
        yield
    except kinds as error:
        end_command(name, error, status, kind=type(error).__name__)
