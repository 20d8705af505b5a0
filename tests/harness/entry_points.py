"""Commands as `pyproject.toml` of this tree registers them, whatever is installed; `paste` runs a line that was printed."""

import shlex
import tomllib
from importlib import import_module

import typer.main
from terminal_session import ROOT
from typer.exceptions import Exit

from harness.runtime.command_line import one_command

_COMMANDS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["twinpilot.commands"]


def call(*words):
    """Run a command in this process and return its exit status."""
    module, _, name = _COMMANDS[words[0]].partition(":")
    command = typer.main.get_command(getattr(import_module(module), name))
    with one_command():
        try:
            result = command.main([str(word) for word in words[1:]], prog_name=f"twinpilot {words[0]}", standalone_mode=False)
        except Exit as end:
            return end.exit_code
    return result if isinstance(result, int) else 0


def paste(line):
    """Run a command line that was printed, as it stands."""
    words = shlex.split(line)
    assert words[0] == "twinpilot"
    return call(*words[1:])
