"""The command line, put together from entry points.

Each package registers its commands under `twinpilot.commands`; `twinpilot --help` reads the first line of their modules'
docstrings without importing them, so that help answers at once and no floor imports upward.
"""

from __future__ import annotations

import ast
import os
import sys
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

# Set before anything imports numpy or torch: on small tensors more threads only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

_GROUP = "twinpilot.commands"
_ABOUT = """An agent harness for O-RAN networks.

You state an intent; TwinPilot plans, tries candidate changes in a digital twin, asks for your approval, applies the change over
A1 and O1, verifies it by KPIs and rolls it back if it does harm. Start with: twinpilot demo
"""


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


app = typer.Typer(cls=LazyGroup, help=_ABOUT, no_args_is_help=True, rich_markup_mode=None, add_completion=False)


@app.callback()
def _root() -> None:
    pass


def main() -> None:
    """Run the command line; an interrupt ends with exit status 130 and no stack trace."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
