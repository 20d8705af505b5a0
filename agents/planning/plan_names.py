"""The names of which a plan in short form is made: each is one token, beside the names of KPIs, attributes and slices."""

from __future__ import annotations

from typing import Any, Final

from agents.readers.language_model.answer_names import ATTRIBUTES, COMPARISONS
from policies.kpi import kpi_definitions
from policies.slices import Slice

CALLS: Final = (
    "read_configuration", "query_kpi", "read_topology", "detect_degradation", "forecast_traffic", "retrieve_3gpp_constraint",
    "compare_candidates", "refine_candidate",
)  # fmt: skip
CONSULT: Final = "consult"  # the specialists draft
CONCLUSIONS: Final[dict[str, tuple[str, ...]]] = {
    "propose": (),
    "ask": ("crowd",),
    "finish": ("holds", "same", "no better", "noise", "differences", "invalid"),
    "escalate": ("failed", "inactive", "refused", "unreachable", "invalid", "nowhere", "unknown"),
}
PLACES: Final = ("cells", "around", "everywhere", "edited")
LEVELS: Final = ("by cell", "by slice", "present")
DEPTHS: Final = ("screen", "full")
MOST_REFERENCES: Final = 12
REFERENCES: Final = tuple(f"no. {number}" for number in range(1, MOST_REFERENCES + 1))
UNCHANGED, REFINED, OTHER, END = "unchanged", "refined", "other", "plan end"
_WORKFLOWS: Final = ("intent-to-configuration", "scheduler-adaptation", "direct-change", "what-if", "measure first")
_FACTS: Final = (
    *("done", "failed", "met", "missed", "unknown", "grows", "degraded", "steady", "asleep", "inactive", "later", "now"),
    *("goal", "objection", "forbidden", "knobs", "unsafe", "like no change", "better", "none", "policy", "phy", "ran", "wrong"),
    *("answered", "any cell", "act"),
)


def plan_tokens() -> dict[str, str]:
    """Return the token of each name, in a fixed order; those of KPIs, attributes, slices and comparisons are the reader's."""
    own = [*CALLS, CONSULT, *CONCLUSIONS, *(why for whys in CONCLUSIONS.values() for why in whys), *PLACES, *LEVELS, *DEPTHS]
    own += [*REFERENCES, UNCHANGED, REFINED, OTHER, END, *_WORKFLOWS, *_FACTS]
    tokens = {name: f"<plan:{name.replace(' ', '_')}>" for name in dict.fromkeys(own)}
    shared = (*kpi_definitions(), *ATTRIBUTES, *map(str, Slice), *COMPARISONS.values())
    return tokens | {name: f"<{name.replace(' ', '_')}>" for name in shared}


def added_tokens() -> list[str]:
    """Return the tokens that the base model does not have: they are added to it when the planner is loaded."""
    return [token for token in plan_tokens().values() if token.startswith("<plan:")]


def plan_ids(tokenizer: Any) -> dict[str, int]:
    """Return the id of each name; raises ValueError if the tokenizer has no token for it."""
    ids = {name: tokenizer.convert_tokens_to_ids(token) for name, token in plan_tokens().items()}
    missing = [name for name, number in ids.items() if number is None or number == tokenizer.unk_token_id]
    if missing:
        raise ValueError(f"the tokenizer has no token for {', '.join(missing[:5])}: add `added_tokens()` to it")
    return ids
