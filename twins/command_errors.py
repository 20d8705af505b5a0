"""How a command ends that cannot do what it was asked: one line on standard error, and an exit status."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn


def one_line(message: object) -> str:
    """Return the message as text without line breaks."""
    return " ".join(str(message).split())


def end_command(name: str, message: object, status: int = 2) -> NoReturn:
    """Print `NAME: MESSAGE` in one line on standard error and end with `status`; 2 is for what was given, as in every shell."""
    import typer

    typer.echo(f"{name}: {one_line(message)}", err=True)
    raise typer.Exit(status) from None


@contextmanager
def one_line_errors(name: str, *kinds: type[Exception], status: int = 2) -> Iterator[None]:
    """End the command `name` by an error of these kinds in one line, without a stack trace."""
    try:
        yield
    except kinds as error:
        end_command(name, error, status)
