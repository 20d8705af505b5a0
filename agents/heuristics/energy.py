"""Energy: let lightly loaded cells sleep where neighbours can take their users, and lower power where there is headroom."""

from __future__ import annotations

from agents.heuristics.draft import Draft, kept, knobs_of
from agents.heuristics.situation import Situation
from policies.intent import Condition
from twins.network import Cell

_LIGHT = 15.0
_NEIGHBOUR_ROOM = 60.0
_HEADROOM = 50.0


def energy(situation: Situation) -> list[Draft]:
    """Return drafts when energy or power is minimized or bounded above."""
    if not (
        situation.wants(Condition.MINIMIZE, "PEE.")
        or situation.wants(Condition.MAXIMIZE, "EE.")
        or situation.bounds("PEE.", "EE.")
    ):
        return []
    return [draft for draft in (sleep(situation), lower_power(situation)) if draft.edits]


def sleep(situation: Situation) -> Draft:
    """Let cells sleep whose expected load is light, at most every second cell of a neighbourhood, capacity cells first."""
    chosen: list[Cell] = []
    for cell in sorted(_awake(situation), key=lambda one: (one.kind != "capacity", situation.load(one.id))):
        takers = [name for name in cell.neighbours if name not in {one.id for one in chosen} and not _sleeps(situation, name)]
        if situation.load(cell.id) < _LIGHT and takers and min(situation.load(name) for name in takers) < _NEIGHBOUR_ROOM:
            chosen.append(cell)
    chosen = chosen[: max(1, len(situation.cells) // 2)] if len(situation.cells) > 1 else []
    edits = [
        situation.edit(f"{cell.cu_dn},CESManagementFunction=1", "energySavingControl", "toBeEnergySaving") for cell in chosen
    ]
    return Draft(
        name="sleep light cells",
        rationale=f"let {', '.join(cell.id for cell in chosen) or 'no cell'} sleep: under {_LIGHT:g} % expected load",
        edits=kept(edits),
        risks=(
            "coverage holes where a sleeping cell was the only strong one: watch MM.RlfRate",
            "users come back faster than the cell wakes",
        ),
    )


def lower_power(situation: Situation) -> Draft:
    """Lower the transmit power by 1 dB for each 10 points of headroom below 50 % expected load, 6 dB at most."""
    edits, knobs = [], []
    for cell in _awake(situation):
        now = situation.number(cell.carrier_dn, "configuredMaxTxPower")
        spare = _HEADROOM - situation.load(cell.id)
        if now is None or spare <= 5:
            continue
        edit = situation.edit(cell.carrier_dn, "configuredMaxTxPower", round(now - min(spare / 10 + 0.5, 6.0)))
        edits.append(edit)
        knobs.append(situation.knob(edit, now - 6, now, 1))
    return Draft(
        name="lower power",
        rationale=f"lower the transmit power of cells under {_HEADROOM:g} % expected load, 1 dB per 10 points",
        edits=kept(edits),
        knobs=knobs_of(knobs),
        risks=("users at the cell edge lose throughput",),
    )


def _awake(situation: Situation) -> list[Cell]:
    return [cell for cell in situation.cells if not situation.is_asleep(cell)]


def _sleeps(situation: Situation, cell_id: str) -> bool:
    return any(cell.id == cell_id and situation.is_asleep(cell) for cell in situation.card.cells)
