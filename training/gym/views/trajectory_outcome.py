"""The outcome in the trajectory view: success or the reasons of the failure, the rewards, or the simulator's error."""

from __future__ import annotations

from collections.abc import Callable

from training.gym.episodes.rollout import Rollout
from training.gym.views.outcome_text import PARTS

Escape = Callable[[object], str]


def outcome_html(rollout: Rollout, escape: Escape) -> str:
    """Return the card of the outcome."""
    outcome, rewards = rollout.outcome, f"<p>rewards together {sum(rollout.rewards):+.2f}</p>"
    if outcome is None:
        reason = escape(rollout.infrastructure_error or "no reason is recorded")
        return f'<div class="card outcome failed"><b class="bad">not judged: the simulator failed</b><p>{reason}</p></div>'
    path = f"<p>{outcome.steps} calls; shortest path known {outcome.shortest}; SPL {outcome.spl:.2f}</p>"
    if outcome.success:
        return f'<div class="card outcome solved"><b class="good">success</b>{path}{rewards}</div>'
    objections = "".join(_part(label, getattr(outcome, field), escape) for field, label in PARTS)
    return f'<div class="card outcome failed"><b class="bad">failed</b>{path}{rewards}{objections}</div>'


def _part(label: str, objections: tuple[str, ...], escape: Escape) -> str:
    if not objections:
        return ""
    return f"<h3>{label}</h3><ul>{''.join(f'<li>{escape(objection)}</li>' for objection in objections)}</ul>"
