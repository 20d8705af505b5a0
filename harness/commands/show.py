"""Show one run: how it ended, what was applied, and the findings of the gate and the KPI verification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from harness.commands.common import Config, DataDir, Json, one_line_errors, paths
from twins.screen.say import say, say_json

if TYPE_CHECKING:
    from harness.records.artifacts import Artifacts
    from harness.records.outcome import RunOutcome
    from harness.records.run_record import RunRecord
    from harness.runtime.paths import Paths
    from harness.runtime.store import StateStore
    from twins.screen.console import SafeConsole

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
        from harness.records.run_lock import status_now
        from harness.records.run_record import RunStore
        from harness.runtime.store import StateStore

        place = paths(config, data_dir)
        store = StateStore(place.state)
        record = RunStore(store).get(run)
        record = record.model_copy(update={"status": status_now(record, place.run(record.run_id))})
        artifacts = Artifacts(place.run(record.run_id))
        outcome = artifacts.load("outcome", RunOutcome).as_of(record.status) if artifacts.has("outcome") else None
        if html:
            say(_page(record, artifacts, place, store))
        elif as_json:
            say_json(outcome or record)
        else:
            _show(record, outcome, store)


def _page(record: RunRecord, artifacts: Artifacts, place: Paths, store: StateStore) -> str:
    """Return the path of the run's page, which says what holds now; raises RunError."""
    from harness.commitments.page_now import restate
    from harness.runtime.errors import RunError

    if not artifacts.page.exists():
        raise RunError(f"run {record.run_id} has no page yet ({record.status}); a run that has ended has one")
    restate(place, store, record.run_id)
    return str(artifacts.page)


def _show(record: RunRecord, outcome: RunOutcome | None, store: StateStore) -> None:
    from twins.screen.console import SafeConsole

    console = SafeConsole()
    console.print(f"{record.run_id}  {record.status}  {record.created_at:%Y-%m-%d %H:%M:%S}", style="bold")
    console.print(f"intent: {record.intent}")
    _show_change(console, record, store)
    if outcome is not None:
        _show_outcome(console, outcome)


def _show_change(console: SafeConsole, record: RunRecord, store: StateStore) -> None:
    from harness.approvals.store import ApprovalStore
    from harness.commitments.notice import is_left_standing, notice
    from harness.commitments.store import CommitmentStore
    from twins.screen.console import pasteable

    for approval in ApprovalStore(store).of_run(record.run_id):
        by = f", requested by {approval.requested_by}" if approval.requested_by else ""
        console.print(f"request {approval.digest[:12]}: {approval.standing()}{by}")
        for line in approval.subject.describe():
            console.print(f"  {line}")
        if approval.state == "pending":
            console.print(pasteable(f"  approve with: {approval.command()}"))
    commitments = CommitmentStore(store)
    now = commitments.now()
    for commitment in commitments.of_run(record.run_id):
        line = notice(commitment, now) if commitment.is_open else f"commitment: {commitment.describe()}"
        console.print(line, style="bold red" if is_left_standing(commitment, now) else "")


def _show_outcome(console: SafeConsole, outcome: RunOutcome) -> None:
    from harness.views.console import show_outcome
    from harness.views.tables import intent_table, verdict_table, verification_table

    if outcome.intent is not None:
        console.print(intent_table(outcome.intent))
    if outcome.read_back:
        console.print(f"read back: {outcome.read_back}", style="bold")
    if outcome.verdict is not None:
        console.print(verdict_table(outcome.verdict))
    if outcome.verification is not None:
        console.print(verification_table(outcome.verification))
    show_outcome(console, outcome)
