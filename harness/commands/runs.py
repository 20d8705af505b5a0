"""List the runs, newest first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from harness.commands.common import Config, DataDir, Json, one_line_errors, paths

if TYPE_CHECKING:
    from harness.commitments.store import Commitment
    from harness.records.run_record import RunRecord

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def runs(
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=10_000, help="Number of runs.")] = 20,
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
        records, commitments = RunStore(store).newest(count), CommitmentStore(store).open_commitments()
    if as_json:
        typer.echo(_json(records, commitments))
    else:
        _show(records, commitments)


def _json(records: list[RunRecord], commitments: list[Commitment]) -> str:
    fields = {"key", "run_id", "state", "note", "apply_at", "restore_at"}
    return json.dumps(
        {
            "runs": [record.model_dump(mode="json") for record in records],
            "open_commitments": [commitment.model_dump(mode="json", include=fields) for commitment in commitments],
        }
    )


def _show(records: list[RunRecord], commitments: list[Commitment]) -> None:
    from rich.console import Console
    from rich.table import Table

    from harness.views.tables import plain

    table = Table("run", "status", "mode", "intent", "network", header_style="dim")
    for record in records:
        table.add_row(record.run_id, plain(record.status), record.mode, plain(record.intent), plain(record.network, "dim"))
    console = Console(highlight=False)
    console.print(table if records else 'no runs yet; start with: twinpilot run "..."')
    for commitment in commitments:
        console.print(plain(f"open commitment of run {commitment.run_id}: {commitment.describe()}", "yellow"))
