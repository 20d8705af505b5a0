"""List the runs, newest first."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from harness.commands.common import Config, DataDir, Json, one_line_errors, paths

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def runs(
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=10_000, help="How many.")] = 20,
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List runs with their status, and the open commitments."""
    with one_line_errors(as_json):
        from harness.commitments.store import CommitmentStore
        from harness.records.run_record import RunStore
        from harness.runtime.store import StateStore

        store = StateStore(paths(config, data_dir).state)
        records, commitments = RunStore(store).newest(count), CommitmentStore(store).open_ones()
        if as_json:
            value = {
                "runs": [one.model_dump(mode="json") for one in records],
                "open_commitments": [
                    one.model_dump(mode="json", include={"key", "run_id", "state", "note"}) for one in commitments
                ],
            }
            typer.echo(json.dumps(value))
            return
    _show(records, commitments)


def _show(records, commitments) -> None:  # type: ignore[no-untyped-def]
    from rich.console import Console
    from rich.table import Table

    from harness.views.tables import plain

    table = Table("run", "status", "mode", "intent", "network", header_style="dim")
    for one in records:
        table.add_row(one.run_id, plain(one.status), one.mode, plain(one.intent), plain(one.network, "dim"))
    console = Console(highlight=False)
    console.print(table if records else 'no runs yet; start with: twinpilot run "..."')
    for one in commitments:
        console.print(plain(f"open commitment of run {one.run_id}: {one.state} {one.note}", "yellow"))
