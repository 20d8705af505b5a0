"""The links on which estimators are compared: median and low SNR of the cell, a nearby condition, and fewer pilots if unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from agents.heuristics.evidence_reader import answers_of, attempts
from agents.planner import View
from agents.understanding.conditions import Motion
from agents.workflows.calls import call
from tools.calls.tool_call import ToolCall
from tools.ran.link_conditions import CellConditions, LinkLevel
from tools.ran.link_facts import LinkFact
from tools.receivers.link_tools import CompareReceivers, ReceiverComparison, ReceiverRow, compare_receivers

RECEIVERS: Final = ["ls+lmmse", "lmmse+lmmse", "deeprx", "perfect+lmmse"]
PROFILE: Final = "TDL-C"  # TR 38.901 clause 7.7.2, without line of sight
_SPREAD_FACTOR: Final = 1.25  # delay spread of the nearby condition over that of the matched one
_BATCH: Final = 32
_SHARES: Final = ((0.5, "median SNR"), (0.1, "low SNR (10 %)"))


@dataclass(frozen=True)
class Trial:
    """A comparison, `matched` to the cell or nearby. One that does not decide shows the effect of an unknown parameter."""

    name: str
    call: ToolCall
    matched: bool = False
    decides: bool = True


@dataclass(frozen=True)
class AnsweredTrial:
    """A trial with the request to `compare_receivers` and its answer."""

    trial: Trial
    request: CompareReceivers
    value: ReceiverComparison

    def row(self, receiver: str) -> ReceiverRow | None:
        """Return the receiver's row, None if it does not support this link."""
        return next((row for row in self.value.rows if row.receiver == receiver), None)


def trials_of(cell: CellConditions, motion: Motion, slots: int) -> list[Trial]:
    """Return the comparisons for the conditions of a cell, `slots` slots each."""
    facts = {fact.name: fact for fact in cell.facts}
    middle, spread = 0.5 * (motion.low_mps + motion.high_mps), _number(facts["delay_spread_ns"])
    levels = {level.sinr.share: level for level in cell.levels}
    pilots, antennas = _number(facts["dmrs_symbols"]), _number(facts["rx_antennas"])

    def trial(name: str, share: float, speed: float, spread_ns: float, dmrs: float, **more: bool) -> Trial:
        configuration, channel = _link(cell, levels[share], antennas, dmrs)
        channel |= {"speed_mps": round(speed, 2), "delay_spread_ns": min(round(spread_ns, 1), 2000.0)}
        return Trial(name, _call(name, configuration, channel, slots, receiver_in_use(cell)), **more)

    trials = [trial(name, share, middle, spread, pilots, matched=True) for share, name in _SHARES]
    trials.append(trial("nearby: fastest, longer delay spread", 0.5, motion.high_mps, _SPREAD_FACTOR * spread, pilots))
    if facts["dmrs_symbols"].origin == "assumed" and pilots > 1:
        trials.append(trial("median SNR with one DMRS symbol", 0.5, middle, spread, 1, decides=False))
    return trials


def _number(fact: LinkFact) -> float:
    """Return the value of a fact that is always a number: reported, stated or assumed."""
    assert isinstance(fact.value, float)
    return fact.value


def _link(cell: CellConditions, level: LinkLevel, antennas: float, dmrs: float) -> tuple[dict[str, Any], dict[str, Any]]:
    configuration = {
        "mcs_index": level.mcs_index,
        "prbs": cell.allocation_prbs,
        "subcarrier_khz": cell.subcarrier_khz,
        "rx_antennas": int(antennas),
        "dmrs_symbols": int(dmrs),
    }
    return configuration, {"profile": PROFILE, "carrier_ghz": cell.carrier_ghz, "snr_db": round(level.snr_db, 2)}


def receiver_in_use(cell: CellConditions) -> str:
    """Return the receiver whose link adaptation sets the MCS: that of the estimator in use, LS if unknown."""
    estimator = next((fact.value for fact in cell.facts if fact.name == "estimator_in_use"), None)
    return {"LMMSE": "lmmse+lmmse", "NEURAL": "deeprx"}.get(str(estimator), "ls+lmmse")


def _call(name: str, configuration: dict[str, Any], channel: dict[str, Any], slots: int, adapt_to: str) -> ToolCall:
    batch = min(_BATCH, slots)
    max_slots = batch * max(slots // batch, 1)
    # The precision that `max_slots` slots reach at any error rate (normal approximation); rates near 0 or 1 reach it earlier.
    half_width = round(max_slots**-0.5, 3)
    stopping = {"half_width": half_width, "min_slots": min(2 * batch, max_slots), "max_slots": max_slots, "batch": batch}
    return call(
        "compare_receivers", name,
        configuration=configuration, channel=channel, receivers=RECEIVERS, adapt_to=adapt_to, stopping=stopping,
    )  # fmt: skip


def answered_trials(view: View, trials: list[Trial]) -> list[AnsweredTrial]:
    """Return the trials that were answered, with their newest answers."""
    return [
        AnsweredTrial(trial, request, value)
        for trial in trials
        for request, value in list(answers_of(attempts(view.observations, trial.call), compare_receivers))[-1:]
    ]
