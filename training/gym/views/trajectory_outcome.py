"""The outcome in the trajectory view: success or each reason against it, the rewards, or the simulator's failure."""

from __future__ import annotations

from collections.abc import Callable

from training.gym.episodes.rollout import Rollout
from training.gym.views.outcome_text import PARTS

Escaped = Callable[[object], str]


def outcome_html(rollout: Rollout, escaped: Escaped) -> str:
    """Return the outcome's card."""
    outcome, reward = rollout.outcome, f"<p>rewards together {sum(rollout.rewards):+.2f}</p>"
    if outcome is None:
        why = escaped(rollout.infrastructure_error or "it is not said why")
        return f'<div class="card outcome failed"><b class="bad">not judged: the simulator failed</b><p>{why}</p></div>'
    path = f"<p>{outcome.steps} calls; shortest path known {outcome.shortest}; SPL {outcome.spl:.2f}</p>"
    if outcome.success:
        return f'<div class="card outcome solved"><b class="good">success</b>{path}{reward}</div>'
    against = "".join(_part(what, getattr(outcome, field), escaped) for field, what in PARTS)
    return f'<div class="card outcome failed"><b class="bad">failed</b>{path}{reward}{against}</div>'


def _part(what: str, said: tuple[str, ...], escaped: Escaped) -> str:
    if not said:
        return ""
    return f"<h3>{what}</h3><ul>{''.join(f'<li>{escaped(one)}</li>' for one in said)}</ul>"
