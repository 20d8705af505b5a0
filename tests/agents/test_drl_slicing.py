"""The DRL-Slicing baseline decides from its view alone, verifies within its budget, and loads only recorded weights."""

import json
import shutil
from functools import cache

import numpy as np
import pytest

from agents.baselines.drl_slicing import DrlSlicing, drl_slicing
from agents.baselines.slicing_actions import ACTIONS, FINISH, VERIFY
from agents.baselines.slicing_features import FEATURES, features
from agents.baselines.slicing_knowledge import gather_knowledge
from agents.baselines.slicing_policy import WEIGHTS, SlicingPolicy, load_policy
from agents.planner import CallTools, Escalate, Finish, Planner
from policies.artefact import ArtefactError, read_artefact, record_of, write_record
from policies.gym.split import Purpose
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall
from training.gym.episodes.episode import Judgement
from training.gym.episodes.runner import Runner
from training.gym.task_making.generation import make_task
from training.gym.tasks.gym_task import Domain, Tier
from twins.gym.scenario import Family

NAMES = [action.name for action in ACTIONS]


class Scripted(SlicingPolicy):
    """A policy that prefers actions in a fixed order, whatever its input."""

    def __new__(cls, *order):
        policy = super().__new__(cls)
        logits = np.full(len(ACTIONS), -100.0)
        for rank, name in enumerate(order):
            logits[NAMES.index(name)] = -float(rank)
        object.__setattr__(policy, "layers", ((np.zeros((len(FEATURES), len(ACTIONS))), logits),))
        return policy

    def __init__(self, *order):
        pass


class Recorded:
    """A planner that records its views and decisions."""

    name = "recorded"

    def __init__(self, planner):
        self.planner, self.views, self.decisions = planner, [], []

    def decide(self, view):
        self.views.append(view)
        self.decisions.append(self.planner.decide(view))
        return self.decisions[-1]


@cache
def tasks():
    drawn = (make_task(Domain.OFFLOADING, Tier.L1, Family.SLICING, seed, Purpose.TRAINING, 0) for seed in range(1, 13))
    return tuple(task for task in drawn if task is not None and len(task.path) == 2)


def played(planner, task=None, **runner):
    recorded = Recorded(planner)
    return Runner(**runner).run(task or tasks()[0], recorded), recorded


def view_with(view, text=None, observations=None, steps_left=None):
    changed = {"text": text, "observations": observations, "steps_left": steps_left}
    return view.model_copy(update={name: value for name, value in changed.items() if value is not None})


@pytest.fixture(scope="module")
def recorded():
    return played(drl_slicing())[1]


def test_it_looks_first_acts_by_calls_and_ends_verified(recorded):
    assert isinstance(DrlSlicing(), Planner)
    first, *_, last = recorded.decisions
    assert first.calls[0].tool == "read_telemetry"
    assert isinstance(last, Finish | Escalate)
    assert recorded.views[-1].observations[-1].call.tool == "verify_sla_compliance"
    assert all(isinstance(decision, CallTools) and len(decision.calls) == 1 for decision in recorded.decisions[:-1])


def test_the_trained_policy_beats_chance_by_far_on_tasks_of_its_kind():
    solved = [played(drl_slicing(), task)[0].success for task in tasks()]
    assert sum(solved) >= 0.5 * len(solved), solved  # random actions solve 4 %


def test_the_same_view_gets_the_same_decision(recorded):
    again = DrlSlicing(load_policy.__wrapped__(WEIGHTS))
    assert [again.decide(view) for view in reversed(recorded.views)] == recorded.decisions[::-1]


@pytest.mark.parametrize(
    "text",
    ["", "make it fast", "Mission:", "Mission: {", "Mission: []", 'Mission: {"sla": 3}', "Mission: " + "[" * 50_000, "\ud800"],
)
def test_text_without_a_mission_is_escalated(recorded, text):
    decision = DrlSlicing().decide(view_with(recorded.views[0], text=text))
    assert isinstance(decision, Escalate) and "Mission" in decision.reason


@pytest.mark.parametrize("evidence", [None, {}, {"value": {}}, {"value": "nothing"}, {"value": {"state": 3, "edge": {}}}])
def test_unreadable_telemetry_is_asked_for_three_times(recorded, evidence):
    call = ToolCall(tool="read_telemetry", arguments={}, reason="look")
    silent = Observation(call=call, evidence=evidence, error=None if evidence is not None else "timeout")
    planner = DrlSlicing()
    for count, kind in ((1, CallTools), (2, CallTools), (3, Escalate)):
        assert isinstance(planner.decide(view_with(recorded.views[0], observations=(silent,) * count)), kind)


def test_odd_answers_of_other_tools_do_not_disturb_it(recorded):
    looked = recorded.views[1].observations
    odd = [
        Observation(call=ToolCall(tool=tool, arguments=arguments), evidence={"value": value})
        for tool in (
            "graceful_degradation",
            "trigger_slice_reallocation",
            "edge_offload",
            "switch_network_slice",
            "check_geofence",
        )
        for arguments in ({}, {"degradation": 3, "resources": []})
        for value in ({}, [], None, {"state": {"latency_ms": "x"}, "task": "service", "server": "moon"})
    ]
    knowledge = gather_knowledge((*looked, *odd))
    before = gather_knowledge(looked)
    assert knowledge is not None and (knowledge.state, knowledge.host) == (before.state, before.host)
    assert isinstance(DrlSlicing().decide(view_with(recorded.views[1], observations=(*looked, *odd))), CallTools)


def test_a_refused_call_is_not_made_again():
    judged = []

    def refuse(world, call):
        judged.append(call.reason)
        return Judgement("reject", "no")

    rollout, _ = played(DrlSlicing(Scripted("slice URLLC", "share 0.6", VERIFY)), change_judge=refuse)
    assert judged == ["slice URLLC", "share 0.6"]
    assert rollout.spans[-1].tool == "verify_sla_compliance"


def test_it_verifies_before_its_budget_ends():
    rollout, recorded = played(DrlSlicing(Scripted("wait")))
    assert len(rollout.spans) == tasks()[0].budget and rollout.spans[-1].tool == "verify_sla_compliance"
    assert isinstance(recorded.planner.decide(view_with(recorded.views[2], steps_left=0)), Escalate)


def test_a_mission_with_errands_is_validated_by_fresh_telemetry():
    drawn = (make_task(Domain.UAV_CONTROL, Tier.L1, Family.SWARM, seed, Purpose.TRAINING, 0) for seed in range(1, 20))
    task = next(task for task in drawn if task is not None)
    rollout, _ = played(DrlSlicing(Scripted("wait")), task)
    assert [span.tool for span in rollout.spans[-2:]] == ["read_telemetry", "validate_mission_completion"]
    assert rollout.spans[-1].error is None and not rollout.success


def test_features_are_bounded_numbers_and_follow_the_last_answer(recorded):
    last = recorded.views[-2]
    knowledge = gather_knowledge(last.observations)
    values = features(tasks()[0].mission, knowledge, last.steps_left)
    assert values.shape == (len(FEATURES),) and values.dtype == np.float32
    assert np.isfinite(values).all() and (np.abs(values) <= 1.0).all()
    assert knowledge.calls == len(last.observations)


def test_the_weights_match_their_record():
    record = read_artefact(WEIGHTS)
    assert WEIGHTS.stat().st_size < 300_000
    assert record.remake.startswith("twinpilot train drl-slicing") and "stable-baselines3" in record.versions
    assert record.card.covers({"users": 8, "cells": 3, "tier": "L1"}).covered
    assert not record.card.covers({"users": 8, "cells": 3, "tier": "L3"}).covered
    assert load_policy().logits(np.zeros(len(FEATURES), np.float32)).shape == (len(ACTIONS),)
    assert NAMES[FINISH] == VERIFY


def test_weights_that_were_changed_or_belong_to_other_features_are_refused(tmp_path):
    path = tmp_path / WEIGHTS.name
    shutil.copy(WEIGHTS, path)
    shutil.copy(record_of(WEIGHTS), record_of(path))
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ArtefactError, match="do not belong together"):
        load_policy(path)
    with np.load(WEIGHTS) as stored:
        arrays = {name: stored[name] for name in stored.files}
    np.savez_compressed(path, **{**arrays, "features": arrays["features"][::-1]})
    record = read_artefact(WEIGHTS)
    write_record(path, record.card, record.remake, record.machine, record.versions)
    with pytest.raises(ArtefactError, match="other features or actions"):
        load_policy(path)
    assert json.loads(record_of(path).read_text())["file"] == path.name
