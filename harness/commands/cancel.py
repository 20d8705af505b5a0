"""Cancel a change: one that waits for its start is withdrawn, one that is applied is taken back now."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Final

import typer

from harness.commands.common import Config, DataDir, Json, one_line_errors, settings_of
from twins.screen.exit_status import DONE, STILL_APPLIED
from twins.screen.say import say, say_json

if TYPE_CHECKING:
    from harness.commands.open_change import OpenChange

_EPILOG = """
Examples:

  twinpilot cancel 20261121-180000-ab12

  twinpilot cancel 20261121-180000-ab12 --note "the match was called off"

A change that waits for its start is withdrawn: nothing is sent any more. One that is applied is taken back at once, and every
old value is read back. Cedar decides who may (action `revert`). If the change begins in this very moment, you are told.

Exit status: 0 cancelled; 1 not cancelled; 5 it is to be taken back, but is still on the network: the watchdog goes on.
"""
_PATIENCE_S: Final = 30.0
_POLL_S: Final = 0.2

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog=_EPILOG)
def cancel(
    run: Annotated[str, typer.Argument(help="The run's id, or a prefix of it.")],
    note: Annotated[str, typer.Option("--note", help="The reason, which is kept.")] = "",
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Cancel the change of a run: withdraw it before its time, or have it taken back now."""
    with one_line_errors(as_json):
        from harness.commands.open_change import OpenChange
        from policies.text.redaction import redacted

        change = OpenChange.of(settings_of(config, data_dir), run)
        approval = change.approval()
        change.authorize("revert", change.policy().objection_to("revert", approval.facts if approval else {}, change.person))
        _cancel(change, redacted(note))
        status = _show(change, as_json)
    raise typer.Exit(status)


def _cancel(change: OpenChange, note: str) -> None:
    """Withdraw the change or take it back; raises HarnessError, and CommitmentError if it begins in this moment."""
    from harness.runtime.errors import CommitmentError

    who, why = str(change.person), f": {note}" if note else ""
    if change.commitment.state == "scheduled":
        try:
            change.commitments.cancel(change.key, who, f"withdrawn by {who} before its time{why}")
        except CommitmentError:
            if not change.commitment.is_open:
                raise
        else:
            change.write("change.cancelled", by=who, why=f"by command{why}")
            return
    if change.commitment.state == "pending" and _is_running(change):
        raise CommitmentError(
            f"the change of run {change.record.run_id} is being applied in this moment, so it was not withdrawn; cancel it again"
            " in a few seconds, and it is taken back"
        )
    change.commitments.recall(change.key, who)
    change.write("change.recalled", by=who, why=f"by command{why}")
    _take_back(change)


def _is_running(change: OpenChange) -> bool:
    from harness.runtime.file_lock import is_locked

    return is_locked(change.paths.run(change.record.run_id) / "lock")


def _take_back(change: OpenChange) -> None:
    """Take the change back, or wait for whoever is doing so."""
    from harness.commitments.guard import guard
    from harness.commitments.rollback import roll_back
    from harness.commitments.watchdog import LEASE_S
    from harness.runtime.errors import HarnessError
    from twins.network import NetworkError

    owner, until = f"command:{change.person}", time.monotonic() + _PATIENCE_S
    while not change.commitments.claim(change.key, owner, LEASE_S):
        if not change.commitment.is_open or time.monotonic() > until:
            return
        time.sleep(_POLL_S)
    kind = change.commitment.ending
    try:
        with change.network() as network:
            note = roll_back(network, change.commitment)
    except (NetworkError, HarnessError) as error:
        change.commitments.revert_failed(change.key, str(error))
        change.write("change.revert_failed", by=owner, why=str(error))
        guard(change.settings)
        return
    change.commitments.reverted(change.key, f"by {change.person}: {note}")
    change.write(kind, by=owner, why=change.commitment.why_due, note=note)


def _show(change: OpenChange, as_json: bool) -> int:
    """Print what became of the change; return the exit status."""
    from harness.commitments.notice import notice

    commitment = change.commitment
    line = notice(commitment, change.commitments.now()) if commitment.is_open else f"{commitment.describe()}"
    if as_json:
        shown = {"run_id": commitment.run_id, "state": commitment.state, "cancelled_by": commitment.cancelled_by, "note": line}
        say_json(shown)
    else:
        say(f"run {commitment.run_id}: {line}")
    return STILL_APPLIED if commitment.is_open else DONE
