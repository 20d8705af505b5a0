"""The names of an answer's choices: each is one token that is added to the vocabulary."""

from __future__ import annotations

from typing import Any, Final

from agents.reading.marked import ACTS
from policies.kpi import kpi_definitions
from policies.slices import Slice

ATTRIBUTES: Final = (
    *("configuredMaxTxPower", "digitalTilt", "cellIndividualOffset", "a3Offset", "hysteresis", "timeToTrigger"),
    *("energySavingControl", "administrativeState", "rRMPolicyMinRatio", "rRMPolicyMaxRatio", "rRMPolicyDedicatedRatio"),
    *("schedulerWeight", "maxConnectedUes", "maxPrbUsage", "nRPCI"),
)
COMPARISONS: Final = {"<": "below", "<=": "at most", ">": "above", ">=": "at least", "min": "least", "max": "most"}
REFERENCES: Final = ("now", "yesterday", "last week")
SIGNS: Final = {1: "more", -1: "less", 0: "same"}
STATES: Final = {
    "energySavingControl": {"toBeEnergySaving": "asleep", "toBeNotEnergySaving": "awake"},
    "administrativeState": {"LOCKED": "locked", "UNLOCKED": "unlocked"},
}
_MARKS: Final = (
    *("target", "edit", "forbid", "amount", "place", "everywhere", "again", "piece", "when", "if", "set", "by", "any"),
    *("end", "read"),
)


def choice_tokens() -> dict[str, str]:
    """Return the token of each name of an answer, in a fixed order."""
    states = [name for names in STATES.values() for name in names.values()]
    names = [*ACTS, *_MARKS, *kpi_definitions(), *ATTRIBUTES, "sleep", *map(str, Slice), *COMPARISONS.values(), *REFERENCES]
    return {name: f"<{name.replace(' ', '_')}>" for name in (*names, *SIGNS.values(), *states)}


def choice_ids(tokenizer: Any) -> dict[str, int]:
    """Return the id of each name; raises ValueError if the tokenizer has no token for it."""
    ids = {name: tokenizer.convert_tokens_to_ids(token) for name, token in choice_tokens().items()}
    missing = [name for name, number in ids.items() if number is None or number == tokenizer.unk_token_id]
    if missing:
        raise ValueError(f"the tokenizer has no token for {', '.join(missing[:5])}: add `choice_tokens()` to it")
    return ids
