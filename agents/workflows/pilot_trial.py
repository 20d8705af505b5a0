"""More pilots before a learned receiver: whether the receiver in use has an error floor that more DMRS symbols remove."""

from __future__ import annotations

from typing import Final

from agents.heuristics.evidence_reader import answer_to
from agents.planner import View
from agents.workflows.calls import call, is_offered
from agents.workflows.receiver_judgement import LEARNED, Outcome
from agents.workflows.receiver_trials import receiver_in_use
from tools.calls.tool_call import ToolCall
from tools.ran.link_conditions import CellConditions
from tools.receivers.floor.finding import FloorFinding, PilotTrial, Remedy
from tools.receivers.floor.floor_tool import examine_error_floor
from tools.receivers.floor.study import MAX_DMRS

_STEPS_DB: Final = (0.0, 5.0, 10.0)
_MAX_SNR_DB: Final = 60.0


def floor_call(view: View, outcome: Outcome, cell: CellConditions) -> ToolCall | None:
    """Return the examination that comes before recommending the learned receiver; None if it does not apply or is not offered."""
    matched = next((trial for trial in outcome.comparisons if trial.trial.matched), None)
    if outcome.chosen != LEARNED or matched is None or not is_offered(view, examine_error_floor.name):
        return None
    link, snr_db = matched.request.configuration, matched.request.channel.received_snr_db(matched.request.configuration)
    if link.dmrs_symbols >= MAX_DMRS:
        return None
    adapted = link.model_copy(update={"mcs_index": matched.value.mcs_index})
    slots = matched.request.stopping.max_slots
    return call(
        examine_error_floor.name,
        "whether more power or more pilots help, before another receiver is recommended",
        configuration=adapted.model_dump(mode="json", exclude={"receiver", "estimator", "detector", "transmitter"}),
        channel=matched.request.channel.model_dump(mode="json", exclude_none=True),
        snrs_db=sorted({round(min(snr_db + step, _MAX_SNR_DB), 2) for step in _STEPS_DB}),
        receiver=receiver_in_use(cell),
        stopping={**matched.request.stopping.model_dump(mode="json"), "min_slots": slots, "max_slots": slots},
    )


def answered_floor(view: View, examination: ToolCall) -> FloorFinding | None:
    """Return the answer to the examination, None if its evidence is malformed."""
    return answer_to(view.observations, examine_error_floor, examination)


def better_pilots(floor: FloorFinding | None) -> PilotTrial | None:
    """Return the fewest DMRS symbols that lower the error floor without costing throughput, None if there are none."""
    if floor is None or floor.remedy is not Remedy.DMRS:
        return None
    return next((trial for trial in floor.pilots if trial.helps), None)


def pilots_of(trial: PilotTrial, cell: str) -> str:
    """Return the recommendation of more pilots in a line."""
    symbols = f"{trial.dmrs_symbols} DMRS symbols (dmrsAdditionalPosition {trial.dmrs_symbols - 1})"
    return f"use {symbols} in {cell} before another receiver or more power"
