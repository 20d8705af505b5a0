"""Reject the change set for which a run waits."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.commands.common import Config, DataDir, Json, one_line_errors, settings_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def reject(
    run: Annotated[str, typer.Argument(help="The run's id, or a prefix of it.")],
    shown: Annotated[
        str, typer.Argument(metavar="DIGEST", help="The digest that you were shown, at least 12 digits.", show_default=False)
    ] = "",
    digest: Annotated[str, typer.Option("--digest", help="The same, as an option.")] = "",
    note: Annotated[str, typer.Option("--note", help="The reason; with one the run plans again, without one it ends.")] = "",
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Reject the change that a run waits with, as it was shown: `twinpilot reject RUN DIGEST`."""
    with one_line_errors(as_json):
        from harness.commands.verdict import give_verdict

        give_verdict(settings_of(config, data_dir), run, shown or digest, approved=False, note=note, as_json=as_json)
