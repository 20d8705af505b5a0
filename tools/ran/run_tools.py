"""`read_run` and `read_open_changes`: what earlier runs did and why, and what is planned or stands on the network."""

from __future__ import annotations

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.provenance import Provenance
from tools.context import ToolContext
from tools.contract import Boundary, ToolError, ToolRequest, ToolValue, tool
from tools.run_history import OpenChange, RunAccount, RunHistory, UnknownRunError


class ReadRun(ToolRequest):
    """A run."""

    run: str = Field(default="last", min_length=1, max_length=60, description="its id, a prefix of it, or last")


class ReadOpenChanges(ToolRequest):
    """No arguments: the changes of this network."""


class OpenChanges(ToolValue):
    """The changes of this network that are open or wait for approval, oldest first."""

    changes: tuple[OpenChange, ...]


@tool(effect=Effect.OBSERVE, raises=(UnknownRunError,), timeout_s=60)
def read_run(context: ToolContext, request: ReadRun) -> Evidence[RunAccount]:
    """Read what an earlier run did and why, from its records and the journal, with the numbers of the journal's records."""
    account = _history(context).account(request.run)
    return Evidence(
        summary=f"run {account.run_id}: {account.status}, {len(account.entries)} records",
        value=account,
        provenance=_recorded(context),
    )


@tool(effect=Effect.OBSERVE, timeout_s=60)
def read_open_changes(context: ToolContext, request: ReadOpenChanges) -> Evidence[OpenChanges]:
    """Read which changes of this network are open: scheduled, being verified, in force, or still to be taken back."""
    changes = _history(context).open_changes()
    return Evidence(summary=f"{len(changes)} open changes", value=OpenChanges(changes=changes), provenance=_recorded(context))


def _history(context: ToolContext) -> RunHistory:
    if context.history is None:
        raise ToolError(Boundary.UNAVAILABLE, "nobody keeps records of runs here: ask in a run of `twinpilot run`")
    return context.history


def _recorded(context: ToolContext) -> Provenance:
    return Provenance(source="records of runs, journal", kind="document", version="1", observed_at=context.now())
