"""A case of the gate on the small network: a change that was just tried in the twin, on measurements of this moment."""

from datetime import timedelta

from small_world import candidate, intent

from harness.gate.case import Case
from harness.runtime.settings import GateSettings
from policies.guardrails.loading import load_guardrails
from policies.limits.loading import load_limits


def case_of(network, change_set, **changed):
    """The case; `changed` replaces its fields."""
    card = network.describe()
    fields = {
        "change_set": change_set,
        "intent": intent(),
        "expires_at": card.now + timedelta(hours=1),
        "network": network,
        "card": card,
        "limits": load_limits(),
        "guardrails": load_guardrails(),
        "settings": GateSettings(),
        "newest_window": card.now,
        "planner": "rule planner",
    }
    if "candidate" not in changed:
        fields["candidate"] = candidate("change", change_set, intent())
    return Case(**{**fields, **changed})
