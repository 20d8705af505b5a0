"""The committed benchmark matches seed 001: size, mix, split, wording; solved by the expert and by no trivial agent."""

import random
from collections import Counter
from functools import cache

import pytest

from policies.gym.split import Purpose
from training.gym.agents.by_name import make_agent
from training.gym.episodes.runner import Runner
from training.gym.task_making.generation import make_task
from training.gym.task_making.making import is_easy
from training.gym.task_making.probe import separability
from training.gym.task_making.similarity import Pool
from training.gym.tasks.gym_task import Domain, Tier
from training.gym.tasks.task_set import read_tasks

BENCHMARK, TRAINING = read_tasks(Purpose.BENCHMARK), read_tasks(Purpose.TRAINING)
BAD = ("do-nothing", "random", "over-acting", "bystander-harming", "answer-leak")


@cache
def sample(count):
    return tuple(random.Random("a held-out look").sample(BENCHMARK, count))


def test_there_are_fifteen_hundred_tasks_of_five_domains_and_three_tiers():
    assert len(BENCHMARK) >= 1500 and len({task.id for task in BENCHMARK}) == len(BENCHMARK)
    counts = Counter((task.domain, task.tier) for task in BENCHMARK)
    assert set(counts) == {(domain, tier) for domain in Domain for tier in Tier} and min(counts.values()) >= 50
    shares = {tier: sum(task.tier is tier for task in BENCHMARK) / len(BENCHMARK) for tier in Tier}
    assert shares == pytest.approx({Tier.L1: 0.30, Tier.L2: 0.45, Tier.L3: 0.25}, abs=0.02)


def test_topologies_of_benchmark_and_training_are_disjoint():
    assert {task.seed for task in BENCHMARK} == set(range(51, 81))
    assert {task.seed for task in TRAINING} <= set(range(1, 51))
    assert {task.purpose for task in BENCHMARK} == {Purpose.BENCHMARK}


def test_an_l3_task_has_events_and_more_than_one_agent():
    for task in BENCHMARK:
        if task.tier is Tier.L3:
            assert task.steps >= 8 and len(task.scenario().mission) > 1
            assert task.events, task.id


def test_no_task_is_worded_like_one_of_training():
    pool = Pool([task.text for task in TRAINING])
    assert all(pool.admits(task.text) for task in sample(60))


def test_a_probe_hardly_separates_benchmark_from_training():
    chosen = [task.text for task in sample(600)]
    assert separability([task.text for task in TRAINING[:600]], chosen) < 0.6


def test_the_committed_tasks_are_reproduced_by_a_draw():
    for task in sample(12):
        draw = int(task.id.rpartition("-")[2])
        assert make_task(task.domain, task.tier, task.family, task.seed, task.purpose, draw) == task


def test_the_expert_solves_them():
    rollouts = [Runner().run(task, make_agent("expert", task)) for task in sample(60)]
    assert sum(rollout.success for rollout in rollouts) >= 0.95 * len(rollouts)
    assert all(rollout.outcome.spl > 0.99 for rollout in rollouts if rollout.success)


@pytest.mark.parametrize("agent", BAD)
def test_an_agent_that_cheats_solves_next_to_none(agent):
    rollouts = [Runner().run(task, make_agent(agent, task)) for task in sample(30)]
    assert sum(rollout.success for rollout in rollouts) <= 1


def test_no_task_is_solved_by_every_baseline():
    assert not any(is_easy(task) for task in sample(20))
