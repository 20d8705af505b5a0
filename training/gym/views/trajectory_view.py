"""The trajectory view: one HTML file with the states of an episode over time, its events, calls, verdicts, rewards and outcome.

It needs no script and no other file, and its content security policy allows none. Tool results, errors and texts of agents are
data: all of them pass through `_text` or `_json`.
"""

from __future__ import annotations

import html
import json
from pathlib import Path
from string import Template
from typing import Any

from policies.effect import Effect
from policies.gym.network_state import NetworkState, SlaSpec
from tools.contract import Boundary
from training.gym.episodes.rollout import Rollout, Span
from training.gym.tasks.gym_task import GymTask
from training.gym.views.state_text import DIMENSIONS, Dimension, changes, plain
from training.gym.views.trajectory_chart import Axis, Bound, chart, slice_chart
from training.gym.views.trajectory_outcome import outcome_html

_PAGE = Path(__file__).with_name("trajectory_view.html")


def trajectory_html(rollout: Rollout, task: GymTask | None = None) -> str:
    """Return the page of a rollout; without its task it shows neither the operator's text nor the bounds of the SLA."""
    return Template(_PAGE.read_text(encoding="utf-8")).substitute(
        title=_text(f"{rollout.task}: {rollout.agent}"),
        about=_about(rollout),
        task=_task(task),
        outcome=outcome_html(rollout, _text),
        charts=_charts(rollout, None if task is None else task.mission.sla),
        events=_events(rollout),
        calls=_calls(rollout),
        chat=_chat(rollout),
    )


def _text(value: object) -> str:
    """Escape markup and make control characters visible; line breaks are kept."""
    return "\n".join(html.escape(plain(line)) for line in str(value).split("\n"))


def _json(value: object) -> str:
    return _text(json.dumps(value, ensure_ascii=False, indent=1))


def _about(rollout: Rollout) -> str:
    facts = [
        f"{rollout.domain}, {rollout.tier}",
        rollout.network,
        f"{len(rollout.spans)} calls",
        f"{rollout.seconds:.1f} s",
        f"attempt {rollout.attempt}",
        f"ended by {rollout.ended}",
    ]
    if rollout.trace_hash:
        facts.append(f"trace {rollout.trace_hash[:16]}…")
    return _text(" · ".join(facts))


def _task(task: GymTask | None) -> str:
    if task is None:
        return '<p class="soft">The task is not available: no text, no SLA bounds.</p>'
    mission = task.mission.model_dump(mode="json", exclude_defaults=True)
    return (
        f'<section><h2>Task</h2><div class="card"><p class="text">{_text(task.text)}</p>'
        f"<details><summary>mission as data</summary><pre>{_json(mission)}</pre></details></div></section>"
    )


def _charts(rollout: Rollout, sla: SlaSpec | None) -> str:
    if rollout.first_state is None:
        return '<p class="soft">The network never began: there is no state.</p>'
    states = [
        (0.0, rollout.first_state, "at the beginning"),
        *((span.at_s, span.state, f"after {span.tool}") for span in rollout.spans),
    ]
    axis = _axis(rollout.spans, max(states[-1][0], 1.0) * 1.02)
    figures = [_figure("slice", slice_chart([(at, state.slice.value) for at, state, _ in states], axis))]
    for dimension in DIMENSIONS:
        name, unit = dimension.name, dimension.unit
        points = [(at, getattr(state, dimension.field) * dimension.factor, _text(remark)) for at, state, remark in states]
        figures.append(_figure(f"{name}, {unit}", chart(name, unit, points, _bound(dimension, sla), axis)))
    return "".join(figures)


def _axis(spans: tuple[Span, ...], end_s: float) -> Axis:
    return Axis(
        end_s=end_s,
        events=tuple(span.at_s for span in spans if span.happened),
        changes=tuple(span.at_s for span in spans if span.effect == Effect.CONFIGURE.value and span.error is None),
        refused=tuple(span.at_s for span in spans if span.verdict is not None and span.boundary == Boundary.PERMISSION),
    )


def _bound(dimension: Dimension, sla: SlaSpec | None) -> Bound | None:
    value = None if sla is None else getattr(sla, dimension.bound)
    return None if value is None else Bound(round(value * dimension.factor, 6), dimension.upper)


def _figure(name: str, drawing: str) -> str:
    return f"<figure><figcaption>{name}</figcaption>{drawing}</figure>"


def _events(rollout: Rollout) -> str:
    items = [f"<li>until {span.at_s:g} s: {_text(', '.join(span.happened))}</li>" for span in rollout.spans if span.happened]
    return f"<ul>{''.join(items)}</ul>" if items else '<p class="soft">none</p>'


def _calls(rollout: Rollout) -> str:
    before, cards = rollout.first_state, []
    for index, span in enumerate(rollout.spans):
        reward = rollout.rewards[index] if index < len(rollout.rewards) else 0.0
        cards.append(_call(index + 1, span, before, reward))
        before = span.state
    return f'<ol class="calls">{"".join(cards)}</ol>' if cards else '<p class="soft">none</p>'


def _call(number: int, span: Span, before: NetworkState | None, reward: float) -> str:
    kinds = " ".join(["card", span.effect or "unknown", *(["failed"] if span.error is not None else [])])
    head = f"<span>{number}</span><b>{_text(span.tool)}</b>" + "".join(
        f'<span class="soft">{_text(fact)}</span>'
        for fact in (span.effect or "no such tool", f"{span.at_s:g} s", f"took {span.seconds:.2f} s")
    )
    changed = "" if before is None else changes(before, span.state)
    lines = [
        f'<div class="head">{head}<span class="reward">reward {reward:+.2f}</span></div>',
        _line("because", span.reason),
        f"<pre>{_json(span.arguments)}</pre>",
        _line("gate", span.verdict or ""),
        f'<p class="bad">error ({_text(span.boundary)}): {_text(span.error)}</p>' if span.error is not None else "",
        f"<p>{_text(span.summary)}</p>" if span.summary else "",
        _line("state", changed),
        _answer(span.value),
    ]
    return f'<li class="{_text(kinds)}">{"".join(lines)}</li>'


def _line(name: str, text: str) -> str:
    return f'<p><span class="soft">{name}:</span> <span class="text">{_text(text)}</span></p>' if text else ""


def _answer(value: dict[str, Any] | None) -> str:
    return "" if value is None else f"<details><summary>answer</summary><pre>{_json(value)}</pre></details>"


def _chat(rollout: Rollout) -> str:
    if not rollout.messages:
        return ""
    turns = []
    for message in rollout.messages:
        tokens = "" if message.token_ids is None else f", {len(message.token_ids)} tokens"
        turns.append(f"<details><summary>{_text(message.role)}{tokens}</summary><pre>{_text(message.content)}</pre></details>")
    return f'<section><h2>Chat</h2><div class="card">{"".join(turns)}</div></section>'
