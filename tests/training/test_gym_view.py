"""The trajectory view: one file that shows the whole episode, in which text of agents and tools is never markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from typer.testing import CliRunner

from training.gym.agents.by_name import make_agent
from training.gym.command_gym import app
from training.gym.episodes.rollout import Message
from training.gym.episodes.runner import Runner
from training.gym.task_choice import choose_task
from training.gym.tasks.gym_task import Domain, Tier
from training.gym.views.trajectory_chart import Axis, Bound, chart
from training.gym.views.trajectory_view import trajectory_html
from twins.gym.packet_network import InfrastructureError

ATTACK = "<script>alert(1)</script><img src=x onerror='y'>\"&\x1b[2J\u202e"
VOID = {"meta"}  # self-closing SVG tags arrive in handle_startendtag


class Page(HTMLParser):
    """Tags, attributes and text of a page; fails if a tag is closed that is not open."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.open, self.words = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())


@pytest.fixture(scope="module")
def task():
    return choose_task(domain=Domain.RECOVERY, tier=Tier.L2)


@pytest.fixture(scope="module")
def rollout(task):
    return Runner().run(task, make_agent("expert", task))


def test_the_page_shows_every_call_event_reward_and_the_outcome(task, rollout):
    page = Page(trajectory_html(rollout, task))
    assert page.open == []
    for span in rollout.spans:
        assert span.tool in page.text and span.summary.split(",")[0] in page.text
        assert all(event in page.text for event in span.happened)
    assert len(re.findall(r"reward [+-]\d", page.text)) == len(rollout.spans) and "reward +1.00" in page.text
    assert "success" in page.text and task.text.split(".")[0] in page.text
    assert "the shortest path known" in page.text


def test_every_dimension_has_a_chart_with_a_point_for_each_state_and_the_bounds_of_the_sla(task, rollout):
    text = trajectory_html(rollout, task)
    charts = re.findall(r"<svg.*?</svg>", text, re.S)
    assert len(charts) == 6
    assert all(svg.count("<circle") == len(rollout.spans) + 1 for svg in charts[1:])
    bounds = task.mission.sla.model_dump(exclude_none=True)
    assert text.count('<line class="bound"') == len(bounds) > 0
    assert f"SLA ≤ {bounds['max_latency_ms']:g} ms" in text if "max_latency_ms" in bounds else True


def test_the_page_is_self_contained_and_runs_no_script(task, rollout):
    text = trajectory_html(rollout, task)
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name in ("src", "href", "style", "srcset") or name.startswith("on")]
    assert "default-src 'none'" in text and "url(" not in text and "@import" not in text and "http:" not in text
    assert "prefers-color-scheme: dark" in text


def test_text_of_tools_agents_and_models_is_escaped_everywhere(task, rollout):
    spans = tuple(
        span.model_copy(
            update={
                "tool": ATTACK, "arguments": {ATTACK: ATTACK}, "reason": ATTACK, "summary": ATTACK, "happened": (ATTACK,),
                "value": {ATTACK: [ATTACK]}, "verdict": ATTACK, "error": ATTACK, "boundary": ATTACK, "effect": ATTACK,
            }
        )
        for span in rollout.spans
    )  # fmt: skip
    objections = dict.fromkeys(("goal", "invariants", "off_target", "verification"), (ATTACK,))
    outcome = rollout.outcome.model_copy(update={"success": False, **objections})
    bad = rollout.model_copy(
        update={
            "spans": spans, "outcome": outcome, "messages": (Message(role=ATTACK, content=ATTACK),), "agent": ATTACK,
            "network": ATTACK, "ended": ATTACK, "task": ATTACK, "tier": ATTACK, "domain": ATTACK, "trace_hash": ATTACK,
        }
    )  # fmt: skip
    text = trajectory_html(bad, task.model_copy(update={"text": ATTACK}))
    honest, page = Page(trajectory_html(rollout, task)), Page(text)
    assert page.open == []
    assert set(page.tags) <= {*honest.tags, "ul", "h3"}
    assert "<script" not in text and "<img" not in text
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert "<script>alert(1)</script>" in page.text
    assert "\x1b" not in text and "\u202e" not in text


def test_a_dollar_sign_in_a_result_is_no_placeholder(task, rollout):
    span = rollout.spans[0].model_copy(update={"summary": "$task ${chat} $$"})
    text = trajectory_html(rollout.model_copy(update={"spans": (span,)}), task)
    assert "$task ${chat} $$" in text


def test_an_episode_whose_simulator_failed_still_has_a_page(task):
    class Dead:
        label = "dead"

        def begin(self, layout):
            raise InfrastructureError("the worker <died>")

        def run(self, layout, seconds, settle_s=0.0):
            raise InfrastructureError("never begun")

    text = trajectory_html(Runner(Dead).run(task, make_agent("expert", task)), task)
    assert "the worker &lt;died&gt;" in text and "not judged" in text and Page(text).open == []


def test_without_its_task_a_rollout_is_shown_without_bounds(rollout, tmp_path):
    path, out = tmp_path / "rollout.json", tmp_path / "deep" / "view.html"
    path.write_text(rollout.model_copy(update={"task": "somebody-elses"}).model_dump_json())
    result = CliRunner().invoke(app, ["view", str(path), "--out", str(out)])
    assert result.exit_code == 0 and "without text and SLA" in result.stderr
    assert "<circle" in out.read_text() and 'class="bound"' not in out.read_text()


def test_a_point_beyond_the_bound_is_marked_and_one_on_it_is_not():
    axis = Axis(end_s=10.0, events=(), changes=())
    points = [(0.0, 5.0, ""), (5.0, 5.1, ""), (10.0, 1.0, "")]
    assert chart("latency", "ms", points, Bound(5.0, upper=True), axis).count("dot bad") == 1
    assert chart("throughput", "Mbit/s", points, Bound(5.0, upper=False), axis).count("dot bad") == 1
    assert "dot bad" not in chart("latency", "ms", points, None, axis)
    assert "nan" not in chart("loss", "%", [(0.0, 0.0, "")], None, axis)
