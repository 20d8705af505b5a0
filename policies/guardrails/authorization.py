"""Authorization by Cedar policies: who may do what to which cells, when. Default deny; the harness evaluates with cedarpy.

Entities and context (also in `authorization.cedarschema`):
1. principal: `Agent::"<planner name>"` (parents: `Role::"planner" | "ran-control" | "phy" | "safety" | "executor"`) or
   `User::"<uid>:<name>"` (parents: `Role::"operator" | "engineer"`).
2. action: `Action::"configure:<Class>"` for an attribute edit, `"configure:A1Policy"` for a policy edit (`action_of`);
   `"observe"` and `"reason"` for tools of that effect; `"approve"` for a person's approval; `"revert"` for a rollback;
   `"settle"` for ending what cannot be rolled back as it stands.
3. resource: `Cell::"<id>"` (attribute `protected`; parents `Area::"<name>"`, `Network::"<name>"`); for observe, reason, approve,
   revert and settle `Network::"<name>"`.
4. context: the same record for every action; see the schema. Shares are integers in percent.
A person may approve a change set if `approve` is allowed, and each of its pairs with the roles of that person.
A change set is authorized if each of its (action, cell) pairs is. Evaluate with `approved` false first: if allowed, the change
needs no human. Otherwise evaluate with `approved` true: if allowed, the change needs a human; if denied, it is refused.
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

    NRCellDU.schedulerType counts as a change of the scheduler, not of the cell's carrier or identity.
    """
    if isinstance(edit, PolicyEdit):
        return "configure:A1Policy"
    class_name = class_of(edit.dn)
    return (
        "configure:SchedulerProfile"
        if (class_name, edit.attribute) == ("NRCellDU", "schedulerType")
        else f"configure:{class_name}"
    )
