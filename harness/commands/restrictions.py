"""List the standing restrictions, and remove one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.commands.common import Config, DataDir, Json, one_line_errors, paths, settings_of
from twins.screen.say import say, say_json

if TYPE_CHECKING:
    from harness.restrictions.record import RestrictionRecord

_EPILOG = """
Examples:

  twinpilot restrictions

  twinpilot restrictions remove 0a1b2c3d --note "the antenna crew has left"

A restriction is made in an operator's words ("never switch off S4C2"), and holds for every run on its network until it is
removed or its time is over: the gate refuses what it forbids. Cedar decides who may remove one: whoever may approve.
"""

app = typer.Typer(rich_markup_mode=None, add_completion=False, epilog=_EPILOG)


@app.callback(invoke_without_command=True)
def restrictions(context: typer.Context, config: Config = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """List the standing restrictions: in force, expired and removed ones."""
    if context.invoked_subcommand is not None:
        if config is not None or data_dir is not None or as_json:
            raise typer.BadParameter(f"give the options after {context.invoked_subcommand}")
        return
    with one_line_errors(as_json):
        from harness.restrictions.store import RestrictionStore
        from harness.runtime.store import StateStore

        records = RestrictionStore(StateStore(paths(config, data_dir).state)).all()
        if as_json:
            say_json({"restrictions": [_json(record) for record in records]})
        else:
            _show(records)


@app.command()
def remove(
    restriction: Annotated[str, typer.Argument(metavar="ID", help="The restriction's id, or a prefix of it.")],
    note: Annotated[str, typer.Option("--note", help="The reason, which is kept.")] = "",
    config: Config = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Remove a restriction: what it forbade may be done again."""
    with one_line_errors(as_json):
        from policies.text.redaction import redacted

        record = _remove(restriction, redacted(note), config, data_dir)
        if as_json:
            say_json(_json(record))
        else:
            say(f"restriction {record.restriction.id} is {record.standing()}")


def _remove(name: str, note: str, config: Config, data_dir: DataDir) -> RestrictionRecord:
    """Remove the restriction if the person may; raises HarnessError."""
    from harness.gate.approver_authorization import ApproverPolicy
    from harness.journal.write_ahead import open_state
    from harness.records.person import current_person
    from harness.restrictions.store import RestrictionStore
    from harness.runtime.errors import ApprovalError
    from harness.runtime.paths import Paths

    settings = settings_of(config, data_dir)
    place, person = Paths.of(settings), current_person()
    # The journal is opened first: a removal that cannot be recorded is not made.
    store, journal = open_state(place)
    kept = RestrictionStore(store)
    record = kept.get(name)
    made = record.restriction
    approvers = ApproverPolicy(settings.approval, settings.gate.approver_roles, place.root.stat().st_uid)
    if objection := approvers.objection_to_removal(record.facts, person, made.made_by):
        journal.append("decision.refused", {"action": "remove", "id": made.id, "who": str(person), "why": objection}, made.run_id)
        raise ApprovalError(f"restriction {made.id}: {objection}")
    removed = kept.remove(made.id, str(person), note)
    journal.append("restriction.removed", {"id": made.id, "who": removed.removed_by, "note": note}, made.run_id)
    return removed


def _json(record: RestrictionRecord) -> dict[str, Any]:
    return {**record.model_dump(mode="json", exclude={"facts"}), "state": record.state, "standing": record.standing()}


def _show(records: list[RestrictionRecord]) -> None:
    """Print each restriction with its id first, which is never cut."""
    from harness.runtime.command_line import twinpilot
    from twins.screen.console import SafeConsole, pasteable

    console = SafeConsole()
    if not records:
        console.print("no restrictions; an operator's words make one: never switch off S4C2")
    for record in records:
        made = record.restriction
        console.print(f"{made.id}  {record.state}: {made.read_back}", style="bold" if record.state == "in force" else "dim")
        console.print(f"    words: {made.text}")
        console.print(f"    forbids {made.subject}; {record.standing()}")
        console.print(
            f"    made by {made.made_by}, {made.made_at:%Y-%m-%d %H:%M:%S} UTC, run {made.run_id}, {made.network}", style="dim"
        )
        if record.state == "in force":
            console.print(pasteable(f"    remove with: {twinpilot('restrictions', 'remove', made.id)}"))
