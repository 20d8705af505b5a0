"""Show one run: how it ended, what was applied, what the gate and the KPIs said."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from harness.commands.common import Config, DataDir, Json, one_line_errors, paths

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def show(
    run: Annotated[str, typer.Argument(help="The run's id, the beginning of it, or last.")] = "last",
    *,
    html: Annotated[bool, typer.Option("--html", help="Print only the path of the run's page.")] = False,
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show one run; --json prints its outcome."""
    with one_line_errors(as_json):
        from harness.records.artifacts import Artifacts
        from harness.records.outcome import RunOutcome
        from harness.records.run_record import RunStore
        from harness.runtime.errors import RunError
        from harness.runtime.store import StateStore

        place = paths(config, data_dir)
        record = RunStore(StateStore(place.state)).get(run)
        artifacts = Artifacts(place.run(record.run_id))
        outcome = artifacts.load("outcome", RunOutcome) if artifacts.has("outcome") else None
        if html:
            page = artifacts.folder / "report.html"
            if not page.exists():
                raise RunError(f"run {record.run_id} has no page yet ({record.status}); a run that has ended has one")
            typer.echo(str(page))
        elif as_json:
            typer.echo(outcome.model_dump_json() if outcome else json.dumps(record.model_dump(mode="json")))
        else:
            _show(record, outcome, StateStore(place.state))


def _show(record, outcome, store) -> None:  # type: ignore[no-untyped-def]
    from rich.console import Console

    from harness.approvals.store import ApprovalStore
    from harness.commitments.store import CommitmentStore
    from harness.views.console import show_outcome
    from harness.views.tables import intent_table, plain, verdict_table, verification_table

    console = Console(highlight=False)
    console.print(plain(f"{record.run_id}  {record.status}  {record.created_at:%Y-%m-%d %H:%M:%S}", "bold"))
    console.print(plain(record.intent))
    for one in ApprovalStore(store).of_run(record.run_id):
        console.print(
            plain(f"approval of {one.digest[:12]}: {one.state} {one.decided_by or ''} {one.how or ''} {one.note or ''}")
        )
        for line in one.change_set.describe():
            console.print(plain(f"  {line}"))
    for commitment in CommitmentStore(store).of_run(record.run_id):
        console.print(plain(f"commitment: {commitment.state} {commitment.note}"))
    if outcome is None:
        return
    tables = ((outcome.intent, intent_table), (outcome.verdict, verdict_table), (outcome.verification, verification_table))
    for value, table in tables:
        if value is not None:
            console.print(table(value))
    show_outcome(console, outcome)
