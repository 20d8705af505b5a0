"""List the runs, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.commands.common import Config, DataDir, Json, one_line_errors, paths
from harness.runtime.command_line import twinpilot
from twins.screen.say import say_json

if TYPE_CHECKING:
    from harness.commitments.commitment import Commitment
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
        from harness.records.run_lock import status_now
        from harness.records.run_record import RunStore
        from harness.runtime.store import StateStore

        place = paths(config, data_dir)
        store = StateStore(place.state)
        records = [
            record.model_copy(update={"status": status_now(record, place.run(record.run_id))})
            for record in RunStore(store).newest(count)
        ]
        open_ones = CommitmentStore(store)
        commitments, now = open_ones.open_commitments(), open_ones.now()
    if as_json:
        say_json(_json(records, commitments, now))
    else:
        _show(records, commitments, now)


def _json(records: list[RunRecord], commitments: list[Commitment], now: float) -> dict[str, Any]:
    from harness.commitments.notice import is_left_standing

    fields = {"key", "run_id", "network", "state", "note", "attempts", "next_attempt_at", "apply_at", "restore_at"}
    return {
        "runs": records,
        "open_commitments": [
            commitment.model_dump(mode="json", include=fields) | {"still_on_the_network": is_left_standing(commitment, now)}
            for commitment in commitments
        ],
    }


def _show(records: list[RunRecord], commitments: list[Commitment], now: float) -> None:
    """Print two lines for each run; the id comes first and is never cut, however narrow the terminal is."""
    from harness.commitments.notice import is_left_standing, notice
    from twins.screen.console import SafeConsole

    console = SafeConsole()
    if not records:
        console.print(f"no runs yet; start with: {twinpilot('run', 'your intent')}")
    for record in records:
        console.print(f"{record.run_id}  {record.status}", style="bold")
        console.print(f"    intent: {record.intent}")
        console.print(f"    {record.mode}, {record.created_at:%Y-%m-%d %H:%M:%S}, {record.network}", style="dim")
    for commitment in commitments:
        style = "bold red" if is_left_standing(commitment, now) else "yellow"
        console.print(notice(commitment, now), style=style)
