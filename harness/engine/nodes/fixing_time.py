"""The timetable of a run's change is fixed once, before it is judged and shown to whoever approves; later steps only read it."""

from __future__ import annotations

from harness.engine.desk import Desk
from harness.engine.state import RunState
from harness.runtime.timetable import AT_ONCE, Timetable
from policies.intent import Intent


def fix_timetable(desk: Desk, state: RunState, name: str) -> str:
    """Save the timetable of the change set that is tried under `name`, once, and return the name of its artifact."""
    artifact = name.replace("tried", "timetable", 1)
    if not desk.artifacts.has(artifact):
        intent = desk.artifacts.load(state["intent"], Intent)
        card = desk.network.describe()
        desk.artifacts.save(artifact, Timetable.of(desk.settings.commitment, card.now, card.granularity_s, intent))
    return artifact


def timetable_in(desk: Desk, state: RunState) -> Timetable:
    """Return the timetable of the run's change; at once and for good if there is none."""
    return desk.artifacts.load_optional(state.get("timetable"), Timetable) or AT_ONCE
