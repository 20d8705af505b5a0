"""The trajectory view: one HTML file with the states of an episode over time, its events, calls, verdicts, rewards and outcome.

It needs no script and no other file, and its content security policy allows none. Tool results, errors and what agents wrote are
data: every one of them goes through `_text` or `_json`.
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
    """Return the page of a rollout; without its task there are no text and no bounds of the SLA."""
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
    """Text made harmless: control characters visible, markup escaped; lines stay lines."""
    return "\n".join(html.escape(plain(line)) for line in str(value).split("\n"))


def _json(value: object) -> str:
    return _text(json.dumps(value, ensure_ascii=False, indent=1))


def _about(rollout: Rollout) -> str:
    said = [
        f"{rollout.domain}, {rollout.tier}",
        rollout.network,
        f"{len(rollout.spans)} calls",
        f"{rollout.seconds:.1f} s",
        f"attempt {rollout.attempt}",
        f"ended by {rollout.ended}",
    ]
    if rollout.trace_hash:
        said.append(f"trace {rollout.trace_hash[:16]}…")
    return _text(" · ".join(said))


def _task(task: GymTask | None) -> str:
    if task is None:
        return '<p class="soft">The task is not known here: no text, no SLA.</p>'
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
        *((one.at_s, one.state, f"after {one.tool}") for one in rollout.spans),
    ]
    axis = Axis(
        end_s=max(states[-1][0], 1.0) * 1.02,
        events=tuple(one.at_s for one in rollout.spans if one.happened),
        changes=tuple(one.at_s for one in rollout.spans if one.effect == Effect.CONFIGURE.value and one.error is None),
        refused=tuple(one.at_s for one in rollout.spans if one.verdict is not None and one.boundary == Boundary.PERMISSION),
    )
    figures = [_figure("slice", slice_chart([(at, one.slice.value) for at, one, _ in states], axis))]
    for one in DIMENSIONS:
        points = [(at, getattr(state, one.field) * one.factor, _text(remark)) for at, state, remark in states]
        figures.append(_figure(f"{one.name}, {one.unit}", chart(one.name, one.unit, points, _bound(one, sla), axis)))
    return "".join(figures)


def _bound(one: Dimension, sla: SlaSpec | None) -> Bound | None:
    value = None if sla is None else getattr(sla, one.bound)
    return None if value is None else Bound(round(value * one.factor, 6), one.upper)


def _figure(name: str, drawing: str) -> str:
    return f"<figure><figcaption>{name}</figcaption>{drawing}</figure>"


def _events(rollout: Rollout) -> str:
    said = [f"<li>until {one.at_s:g} s: {_text(', '.join(one.happened))}</li>" for one in rollout.spans if one.happened]
    return f"<ul>{''.join(said)}</ul>" if said else '<p class="soft">none</p>'


def _calls(rollout: Rollout) -> str:
    before, cards = rollout.first_state, []
    for place, span in enumerate(rollout.spans):
        reward = rollout.rewards[place] if place < len(rollout.rewards) else 0.0
        cards.append(_call(place + 1, span, before, reward))
        before = span.state
    return f'<ol class="calls">{"".join(cards)}</ol>' if cards else '<p class="soft">none</p>'


def _call(place: int, span: Span, before: NetworkState | None, reward: float) -> str:
    kinds = " ".join(["card", span.effect or "unknown", *(["failed"] if span.error is not None else [])])
    head = f"<span>{place}</span><b>{_text(span.tool)}</b>" + "".join(
        f'<span class="soft">{_text(said)}</span>'
        for said in (span.effect or "no such tool", f"{span.at_s:g} s", f"took {span.seconds:.2f} s")
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


def _line(name: str, said: str) -> str:
    return f'<p><span class="soft">{name}:</span> <span class="text">{_text(said)}</span></p>' if said else ""


def _answer(value: dict[str, Any] | None) -> str:
    return "" if value is None else f"<details><summary>answer</summary><pre>{_json(value)}</pre></details>"


def _chat(rollout: Rollout) -> str:
    if not rollout.messages:
        return ""
    turns = []
    for one in rollout.messages:
        tokens = "" if one.token_ids is None else f", {len(one.token_ids)} tokens"
        turns.append(f"<details><summary>{_text(one.role)}{tokens}</summary><pre>{_text(one.content)}</pre></details>")
    return f'<section><h2>Chat</h2><div class="card">{"".join(turns)}</div></section>'
