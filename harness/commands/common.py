"""Parts that the commands share: options, settings, and errors in one line."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.commitments.guard import guard
from harness.runtime.errors import HarnessError
from harness.runtime.paths import Paths
from harness.runtime.settings import Settings, SettingsError, load_settings
from twins.command_errors import end_command, one_line

if TYPE_CHECKING:
    from rich.console import Console

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
        if as_json:
            typer.echo(json.dumps({"status": "failed", "message": one_line(error), "error": type(error).__name__}))
        end_command("error", error, status=2 if isinstance(error, SettingsError) else 1)


def settings_of(config: Path | None, data_dir: Path | None, **sections: dict[str, Any]) -> Settings:
    """Return the settings, overridden by the options of the command line; None means that an option is not set.

    If a change in their data folder has to be watched and nobody does, a watchdog is started.
    """
    overrides: dict[str, Any] = {
        name: {key: value for key, value in section.items() if value is not None} for name, section in sections.items()
    }
    if data_dir is not None:
        overrides["data_dir"] = data_dir
    settings = load_settings(config, {name: value for name, value in overrides.items() if value})
    guard(settings)
    return settings


def announce_compilation(console: Console) -> None:
    """Print why the first start takes longer: the simulator's kernels are compiled once and cached."""
    from twins.compiled import cache_folder

    if not cache_folder().exists():
        console.print("first start: compiling the simulator's kernels, once, up to a minute …", style="dim")


def paths(config: Path | None, data_dir: Path | None) -> Paths:
    """Return the paths of the data folder."""
    return Paths.of(settings_of(config, data_dir))
