"""Termination of a failed command: one line on standard error, and an exit status."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from policies.text.redaction import redacted


def one_line(message: object) -> str:
    """Return the message as text without line breaks and secrets."""
    return redacted(" ".join(str(message).split()))


def end_command(name: str, message: object, status: int = 2) -> NoReturn:
    """Print `NAME: MESSAGE` in one line on standard error and exit with `status`; 2 means a usage error, as in every shell."""
    import typer

    typer.echo(f"{name}: {one_line(message)}", err=True)
    raise typer.Exit(status) from None


@contextmanager
def one_line_errors(name: str, *kinds: type[Exception], status: int = 2) -> Iterator[None]:
    """Terminate the command `name` on an error of these kinds with one line instead of a stack trace."""
    try:
        yield
    except kinds as error:
        end_command(name, error, status)
