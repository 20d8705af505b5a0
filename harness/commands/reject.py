"""Reject the change set for which a run waits."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.commands.common import Config, DataDir, Json, one_line_errors, paths

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def reject(
    run: Annotated[str, typer.Argument(help="The run's id, a prefix of it, or last.")],
    digest: Annotated[str, typer.Option("--digest", help="A prefix of the change set's digest, if several wait.")] = "",
    note: Annotated[str, typer.Option("--note", help="The reason; with one the run plans again, without one it ends.")] = "",
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Reject the change set for which a run waits."""
    with one_line_errors(as_json):
        from harness.commands.verdict import give_verdict

        give_verdict(paths(config, data_dir), run, digest, approved=False, note=note, as_json=as_json)
