"""Authorization as Cedar policies: who may do what to which cells, when. Default deny; the harness evaluates with cedarpy.

Shapes (also in `authorization.cedarschema`):
1. principal: `Agent::"<planner name>"` (parents: `Role::"planner" | "ran-control" | "phy" | "safety" | "executor"`) or
   `User::"<name>"` (parents: `Role::"operator" | "engineer"`).
2. action: `Action::"configure:<Class>"` for an attribute edit, `"configure:A1Policy"` for a policy edit (`action_of`);
   `"observe"` and `"reason"` for tools of that effect; `"approve"` for a person's yes; `"revert"` for a rollback.
3. resource: `Cell::"<id>"` (attribute `protected`; parents `Area::"<name>"`, `Network::"<name>"`); for observe, reason, approve
   and revert `Network::"<name>"`.
4. context: the same record for every action; see the schema. Shares in percent, numbers are integers.
A change set is authorized when every (action, cell) pair of it is. Ask first with `approved` false: allowed means that the change
may go on without a human. If not, ask with `approved` true: allowed means that it needs a human; denied means that it is refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from policies.change import AttributeEdit, PolicyEdit
from policies.managed_object import class_of

AUTHORIZATION_POLICIES: Final = Path(__file__).parent / "authorization.cedar"
AUTHORIZATION_SCHEMA: Final = Path(__file__).parent / "authorization.cedarschema"


def action_of(edit: AttributeEdit | PolicyEdit) -> str:
    """Return the id of the Cedar action of an edit, such as "configure:RRMPolicyRatio".

    The scheduling discipline stands on NRCellDU but belongs to the scheduler: it is not a change of carrier or identity.
    """
    if isinstance(edit, PolicyEdit):
        return "configure:A1Policy"
    class_name = class_of(edit.dn)
    return (
        "configure:SchedulerProfile"
        if (class_name, edit.attribute) == ("NRCellDU", "schedulerType")
        else f"configure:{class_name}"
    )
