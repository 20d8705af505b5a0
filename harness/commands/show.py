"""Show one run: how it ended, what was applied, and the findings of the gate and the KPI verification."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from harness.commands.common import Config, DataDir, Json, one_line_errors, paths

if TYPE_CHECKING:
    from rich.console import Console

    from harness.records.artifacts import Artifacts
    from harness.records.outcome import RunOutcome
    from harness.records.run_record import RunRecord
    from harness.runtime.store import StateStore

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def show(
    run: Annotated[str, typer.Argument(help="The run's id, a prefix of it, or last.")] = "last",
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
        from harness.runtime.store import StateStore

        place = paths(config, data_dir)
        store = StateStore(place.state)
        record = RunStore(store).get(run)
        artifacts = Artifacts(place.run(record.run_id))
        outcome = artifacts.load("outcome", RunOutcome) if artifacts.has("outcome") else None
        if html:
            typer.echo(_page(record, artifacts))
        elif as_json:
            typer.echo(outcome.model_dump_json() if outcome else json.dumps(record.model_dump(mode="json")))
        else:
            _show(record, outcome, store)


def _page(record: RunRecord, artifacts: Artifacts) -> str:
    """Return the path of the run's page; raises RunError."""
    from harness.runtime.errors import RunError

    if not artifacts.page.exists():
        raise RunError(f"run {record.run_id} has no page yet ({record.status}); a run that has ended has one")
    return str(artifacts.page)


def _show(record: RunRecord, outcome: RunOutcome | None, store: StateStore) -> None:
    from rich.console import Console

    from harness.views.tables import plain

    console = Console(highlight=False)
    console.print(plain(f"{record.run_id}  {record.status}  {record.created_at:%Y-%m-%d %H:%M:%S}", "bold"))
    console.print(plain(record.intent))
    _show_change(console, record, store)
    if outcome is not None:
        _show_outcome(console, outcome)


def _show_change(console: Console, record: RunRecord, store: StateStore) -> None:
    from harness.approvals.store import ApprovalStore
    from harness.commitments.store import CommitmentStore
    from harness.views.tables import plain

    for approval in ApprovalStore(store).of_run(record.run_id):
        decision = f"{approval.state} {approval.decided_by or ''} {approval.how or ''} {approval.note or ''}"
        console.print(plain(f"approval of {approval.digest[:12]}: {decision}"))
        for line in approval.change_set.describe():
            console.print(plain(f"  {line}"))
    for commitment in CommitmentStore(store).of_run(record.run_id):
        console.print(plain(f"commitment: {commitment.describe()}"))


def _show_outcome(console: Console, outcome: RunOutcome) -> None:
    from harness.views.console import show_outcome
    from harness.views.tables import intent_table, verdict_table, verification_table

    if outcome.intent is not None:
        console.print(intent_table(outcome.intent))
    if outcome.verdict is not None:
        console.print(verdict_table(outcome.verdict))
    if outcome.verification is not None:
        console.print(verification_table(outcome.verification))
    show_outcome(console, outcome)
