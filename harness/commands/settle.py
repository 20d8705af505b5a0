"""Settle a change that cannot be taken back: keep what is on the network, or restore the values from before over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.commands.common import Config, DataDir, Json, one_line_errors, settings_of
from twins.screen.exit_status import DONE, STILL_APPLIED, WAITING
from twins.screen.say import say_json

if TYPE_CHECKING:
    from harness.commands.open_change import OpenChange
    from harness.commitments.settlement import Settlement

_EPILOG = """
Examples:

  twinpilot settle 20261121-180000-ab12     (shows each value before, by the run and now, and the exact commands)

  twinpilot settle 20261121-180000-ab12 0123456789ab --keep

  twinpilot settle 20261121-180000-ab12 0123456789ab --restore --note "agreed with the other team"

For a change that is to be gone and is not: somebody else has changed the same value since, its network is gone, or the values
from before are refused. --keep writes nothing and ends the commitment with the network as it is. --restore writes the values
from before over what is there, and reads them back. Both are for what was shown: DIGEST covers it, and if it has moved you are
shown it again. Cedar decides who may: `settle`, and for --restore also as for an approval.

Exit status: 0 settled; 1 refused; 3 a decision is awaited; 5 it could not be restored.
"""

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog=_EPILOG)
def settle(
    run: Annotated[str, typer.Argument(help="The run's id, or a prefix of it.")],
    shown: Annotated[
        str, typer.Argument(metavar="DIGEST", help="The digest that you were shown, at least 12 digits.", show_default=False)
    ] = "",
    *,
    keep: Annotated[bool, typer.Option("--keep", help="End it with the network as it is; nothing is written.")] = False,
    restore: Annotated[bool, typer.Option("--restore", help="Write the values from before over what is there.")] = False,
    note: Annotated[str, typer.Option("--note", help="The reason, which is kept.")] = "",
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what a change that cannot be taken back has left, and end it: --keep or --restore."""
    with one_line_errors(as_json):
        from harness.commands.open_change import OpenChange
        from policies.text.redaction import redacted

        if keep and restore:
            raise typer.BadParameter("give either --keep or --restore")
        change = OpenChange.of(settings_of(config, data_dir), run)
        _require_settleable(change)
        if not (keep or restore):
            status = _show(change, as_json)
        else:
            status = _decide(change, shown, redacted(note), restoring=restore, as_json=as_json)
    raise typer.Exit(status)


def _require_settleable(change: OpenChange) -> None:
    from harness.runtime.command_line import twinpilot
    from harness.runtime.errors import CommitmentError

    commitment = change.commitment
    if commitment.state != "revert_failed":
        cancel = twinpilot("cancel", commitment.run_id)
        raise CommitmentError(
            f"the change of run {commitment.run_id} is {commitment.describe()}; have it taken back with: {cancel}"
        )


def _read(change: OpenChange) -> Settlement:
    from harness.commitments.settlement import read_settlement, unread_settlement
    from harness.runtime.errors import HarnessError
    from twins.network import NetworkError

    others = change.commitments.on_network_of(change.commitment)
    try:
        with change.network() as network:
            return read_settlement(network, change.commitment, others)
    except (NetworkError, HarnessError) as error:
        return unread_settlement(change.commitment, str(error))


def _show(change: OpenChange, as_json: bool) -> int:
    """Print what the change has left, and the commands that end it."""
    from twins.screen.console import SafeConsole, pasteable

    settlement = _read(change)
    commands = _commands(change, settlement)
    if as_json:
        say_json(_json(change, settlement) | {"next": commands})
        return WAITING
    console = SafeConsole()
    console.print(f"the change of run {change.record.run_id} on {settlement.network} is not taken back: {change.commitment.note}")
    for line in settlement.describe():
        console.print(f"  {line}")
    for choice, command in commands.items():
        console.print(pasteable(f"{choice} with: {command}"))
    return WAITING


def _commands(change: OpenChange, settlement: Settlement) -> dict[str, str]:
    from harness.approvals.subject import SHOWN
    from harness.runtime.command_line import twinpilot

    choices = ("keep",) if settlement.unread else ("keep", "restore")
    words = ("settle", change.record.run_id, settlement.digest[:SHOWN])
    return {choice: twinpilot(*words, f"--{choice}") for choice in choices}


def _decide(change: OpenChange, digest: str, note: str, *, restoring: bool, as_json: bool) -> int:
    """Carry out the decision under the lease, so that nobody else writes meanwhile; return the exit status."""
    from harness.commitments.watchdog import LEASE_S
    from harness.runtime.errors import CommitmentError
    from twins.network import NetworkError

    _authorize(change, restoring=restoring)
    owner = f"command:{change.person}"
    if not change.commitments.claim(change.key, owner, LEASE_S):
        raise CommitmentError(f"{change.commitment.lease_by} is trying to take it back in this moment; repeat the command")
    try:
        settlement = _read(change)
        _require_shown(change, settlement, digest)
        if restoring:
            _restore(change, settlement, note)
        else:
            _keep(change, settlement, note)
    except NetworkError as error:
        change.commitments.revert_failed(change.key, str(error))
        change.write("change.revert_failed", by=owner, why=str(error))
    finally:
        change.commitments.release(change.key, owner)
    return _result(change, settlement, as_json)


def _authorize(change: OpenChange, *, restoring: bool) -> None:
    approval, policy = change.approval(), change.policy()
    facts, requester = (approval.facts, approval.requested_by) if approval else ({}, "")
    change.authorize("settle", policy.objection_to("settle", facts, change.person))
    if restoring:
        change.authorize("approve", policy.objection(facts, change.person, requester))


def _require_shown(change: OpenChange, settlement: Settlement, digest: str) -> None:
    """Raise CommitmentError, with what is there now and the exact commands, unless this is what the person was shown."""
    from harness.approvals.subject import SHOWN
    from harness.runtime.errors import CommitmentError

    if len(digest) >= SHOWN and settlement.digest.startswith(digest.lower()):
        return
    problem = (
        f"what is there is not what {digest[:64]!r} stands for" if len(digest) >= SHOWN else "DIGEST is missing or too short"
    )
    commands = "; ".join(f"{choice} with: {command}" for choice, command in _commands(change, settlement).items())
    raise CommitmentError(f"{problem}: {'; '.join(settlement.describe())}; {commands}")


def _keep(change: OpenChange, settlement: Settlement, note: str) -> None:
    who = str(change.person)
    present = "; ".join(settlement.describe())
    change.commitments.settle(change.key, who, f"kept as it is{f' ({note})' if note else ''}: {present}")
    change.write("commitment.settled", who=who, choice="keep", note=note, shown=settlement.digest, items=settlement.describe())


def _restore(change: OpenChange, settlement: Settlement, note: str) -> None:
    """Restore and close the commitment; raises NetworkError, CommitmentError if what is to be restored cannot be read."""
    from harness.commitments.settlement import restore
    from harness.runtime.errors import CommitmentError

    if settlement.unread:
        raise CommitmentError(f"nothing can be restored: {settlement.unread}")
    if owners := change.commitments.conflicts(change.commitment.change_set, change.record.network, change.key):
        raise CommitmentError(f"run {owners[0].run_id} has a change of the same value in force; cancel that one, or keep it")
    who, kind = str(change.person), change.commitment.ending
    with change.network() as network:
        done = restore(network, change.commitment, settlement)
    change.commitments.reverted(change.key, f"by {who}{f' ({note})' if note else ''}: {done}")
    change.write(kind, by=who, why="settled by command", note=done, shown=settlement.digest, items=settlement.describe())


def _result(change: OpenChange, settlement: Settlement, as_json: bool) -> int:
    from twins.screen.say import say

    commitment = change.commitment
    if as_json:
        say_json(_json(change, settlement))
    else:
        say(f"run {commitment.run_id}: {commitment.describe()}")
    return STILL_APPLIED if commitment.is_open else DONE


def _json(change: OpenChange, settlement: Settlement) -> dict[str, Any]:
    commitment = change.commitment
    return {
        "run_id": commitment.run_id,
        "state": commitment.state,
        "note": commitment.note,
        "digest": settlement.digest,
        **settlement.model_dump(mode="json"),
    }
