"""Energy: put lightly loaded cells to sleep if neighbours can serve their users, and lower the power of cells with headroom."""

from __future__ import annotations

from agents.heuristics.draft import Draft, edits_of, knobs_of
from agents.heuristics.situation import Situation
from policies.change import AttributeEdit
from policies.intent import Condition
from twins.network import Cell

# Expected PRB use, percent: below it a cell may sleep, a neighbour can take its users, the power can be lowered.
_LIGHT = 15.0
_NEIGHBOUR_FULL = 60.0
_HEADROOM = 50.0


def energy(situation: Situation) -> list[Draft]:
    """Return drafts if energy, power or energy efficiency is bounded or optimized."""
    if not (
        situation.wants(Condition.MINIMIZE, "PEE.")
        or situation.wants(Condition.MAXIMIZE, "EE.")
        or situation.bounds("PEE.", "EE.")
    ):
        return []
    return [draft for draft in (sleep(situation), lower_power(situation)) if draft.edits]


def sleep(situation: Situation) -> Draft:
    """Put lightly loaded cells to sleep, capacity cells first, at most half of the intent's cells."""
    chosen: list[Cell] = []
    for cell in sorted(_awake(situation), key=lambda cell: (cell.kind != "capacity", situation.load(cell.id))):
        off = situation.asleep | {other.id for other in chosen}
        takers = [neighbour for neighbour in cell.neighbours if neighbour not in off]
        if _sleep_of(situation, cell) is None:
            continue
        if situation.load(cell.id) < _LIGHT and takers and min(map(situation.load, takers)) < _NEIGHBOUR_FULL:
            chosen.append(cell)
    chosen = chosen[: max(1, len(situation.cells) // 2)] if len(situation.cells) > 1 else []
    return Draft(
        name="sleep light cells",
        rationale=f"put {', '.join(cell.id for cell in chosen) or 'no cell'} to sleep: below {_LIGHT:g} % expected load",
        edits=edits_of(_sleep_of(situation, cell) for cell in chosen),
        risks=(
            "coverage holes where a sleeping cell was the only strong one; watch MM.RlfRate",
            "users return faster than the cell wakes up",
        ),
    )


def _sleep_of(situation: Situation, cell: Cell) -> AttributeEdit | None:
    """Return the edit that puts the cell to sleep, None if it may not be made."""
    return situation.edit(f"{cell.cu_dn},CESManagementFunction=1", "energySavingControl", "toBeEnergySaving")


def lower_power(situation: Situation) -> Draft:
    """Lower the transmit power by 1 dB for each 10 points of headroom below 50 % expected load, 6 dB at most."""
    edits, knobs = [], []
    for cell in _awake(situation):
        power = situation.number(cell.carrier_dn, "configuredMaxTxPower")
        headroom = _HEADROOM - situation.load(cell.id)
        if power is None or headroom <= 5:
            continue
        edit = situation.edit(cell.carrier_dn, "configuredMaxTxPower", round(power - min(headroom / 10 + 0.5, 6.0)))
        edits.append(edit)
        knobs.append(situation.knob(edit, power - 6, power, 1))
    return Draft(
        name="lower power",
        rationale=f"lower the transmit power of cells below {_HEADROOM:g} % expected load, by 1 dB per 10 points",
        edits=edits_of(edits),
        knobs=knobs_of(knobs),
        risks=("users at the cell edge lose throughput",),
    )


def _awake(situation: Situation) -> list[Cell]:
    return [cell for cell in situation.cells if cell.id not in situation.asleep]
