"""Tasks of 6GAgentBench: drawn from their id alone, solved by the expert, and not solved by anything less."""

import pytest
from gym_tasks import drawn

from policies.gym.mission import MissionSpec, unmet
from policies.gym.split import MixedSplitError, Purpose
from tools.gym.catalogue import gym_registry
from training.gym.agents.expert import Expert
from training.gym.episodes.episode import Episode
from training.gym.episodes.judgement import judge
from training.gym.episodes.mutations import mutations
from training.gym.episodes.runner import Runner
from training.gym.task_making.generation import make_task
from training.gym.task_making.making import Plan, make_tasks
from training.gym.task_making.probe import separability
from training.gym.task_making.proof import begin_episode, verify
from training.gym.task_making.similarity import Pool, rouge_l, words
from training.gym.tasks.gym_task import Domain, Tier
from training.gym.tasks.task_set import tasks_in, write_tasks
from twins.gym.mission_log import mission_log
from twins.gym.scenario import Family

KINDS = [(domain, tier) for domain in Domain for tier in (Tier.L1, Tier.L2)] + [
    (Domain.UAV_CONTROL, Tier.L3),
    (Domain.COORDINATION, Tier.L3),
]


@pytest.mark.parametrize(("domain", "tier"), KINDS)
def test_the_expert_solves_a_task_on_its_shortest_path_within_its_tier(domain, tier):
    task = drawn(domain, tier)[0]
    rollout = Runner().run(task, Expert(task))
    assert rollout.outcome.success and rollout.outcome.spl == 1.0 and len(rollout.spans) == task.steps
    assert Tier.of(task.steps) is tier is task.tier


@pytest.mark.parametrize(("domain", "tier"), KINDS)
def test_without_acting_no_task_is_solved(domain, tier):
    task = drawn(domain, tier)[0]
    episode = begin_episode(task)
    verify(task, episode)
    outcome = judge(task, episode)
    assert not outcome.success and outcome.goal


def test_a_task_is_drawn_from_its_name_alone():
    task = drawn()[0]
    draw = int(task.id.rpartition("-")[2])
    assert make_task(task.domain, task.tier, task.family, task.seed, task.purpose, draw) == task


def test_benchmark_topologies_make_no_training_task():
    with pytest.raises(MixedSplitError):
        make_task(Domain.SLICING, Tier.L1, Family.SWARM, 60, Purpose.TRAINING, 0)


def solved():
    """A task with its episode, all but the verification done."""
    task = drawn(Domain.UAV_CONTROL, Tier.L2)[0]
    episode = begin_episode(task)
    for planned in task.path[:-2]:
        episode.call(_call(planned.tool, planned.arguments))
    episode.world.elapse(60.0)  # until all have arrived
    return task, episode


def _call(tool, arguments):
    from tools.calls.tool_call import ToolCall

    return ToolCall(tool=tool, arguments=dict(arguments))


def test_a_goal_that_holds_unverified_is_no_success():
    task, episode = solved()
    outcome = judge(task, episode)
    assert not outcome.goal and outcome.verification == ("the agent verified nothing",) and not outcome.success


def test_a_made_up_log_verifies_nothing():
    task, episode = solved()
    log = mission_log(episode.world).model_dump(mode="json")
    episode.call(_call("validate_mission_completion", {"mission": task.mission.model_dump(mode="json"), "log": log}))
    assert "the agent validated a log that was not the mission's" in judge(task, episode).verification


def test_another_mission_verifies_nothing():
    task, episode = solved()
    log = episode.call(_call("read_telemetry", {})).observation.evidence["value"]["log"]
    episode.call(_call("validate_mission_completion", {"mission": MissionSpec().model_dump(mode="json"), "log": log}))
    assert "the agent validated another mission than the task's" in judge(task, episode).verification


@pytest.mark.parametrize(
    ("tool", "arguments", "mutation"),
    [
        ("trigger_slice_reallocation", {"slice": "mMTC", "resources": {"share": 0.2}}, "shares"),
        ("graceful_degradation", {"degradation": {"target": "eMBB", "keep_rate": 0.9}}, "other rates"),
        ("set_transmit_power", {"gnb": "gnb-1", "power_dbm": 42.0}, "radio gnb-1"),
        ("activate_sensor", {"sensor": "lidar"}, "sensors uav-1"),
    ],
)
def test_a_mutation_that_is_not_allowed_is_off_target(tool, arguments, mutation):
    task, episode = solved()
    step = episode.call(_call(tool, arguments))
    assert step.observation.error is None, step.observation.error
    verify(task, episode)
    outcome = judge(task, episode)
    assert mutation in outcome.off_target and not outcome.success


def test_a_reverted_change_is_no_mutation():
    _, episode = solved()
    before = mutations(episode.world)
    for keep in (0.5, 1.0):
        episode.call(_call("graceful_degradation", {"degradation": {"target": "eMBB", "keep_rate": keep}}))
    assert mutations(episode.world) == before


def test_harming_bystanders_breaks_an_invariant():
    task = drawn(Domain.SLICING, Tier.L1)[0]
    episode = begin_episode(task)
    for name in ("eMBB", "URLLC", "mMTC"):
        episode.call(_call("graceful_degradation", {"degradation": {"target": name, "keep_rate": 0.2}}))
    assert any("other users of" in violation for violation in judge(task, episode).invariants)


def test_requirements_that_only_the_text_states_are_checked():
    task = next(task for task in drawn(Domain.OFFLOADING, Tier.L2, count=6) if task.specs)
    episode = begin_episode(task)
    for planned in task.path:
        arguments = dict(planned.arguments)
        if planned.tool in ("assign_task", "edge_offload") and arguments["task"]["task"] in task.specs:
            arguments["task"] = {**arguments["task"], "jobs_per_s": 1.0}
        episode.call(_call(planned.tool, arguments))
    assert any("was set up with" in objection for objection in judge(task, episode).goal)


def test_events_after_the_agents_end_count():
    task = next(task for task in drawn(Domain.RECOVERY, Tier.L2, count=8) if any(event.onset_s > 5 for event in task.events))
    episode = begin_episode(task)
    verify(task, episode)
    before = episode.world.now_s
    assert judge(task, episode).goal and episode.world.now_s >= task.horizon_s > before


def test_unmet_names_each_open_goal():
    task, episode = solved()
    mission = task.mission.model_copy(update={"tasks": {"ghost": "edge-1"}, "min_charge": 1.0})
    goals = unmet(mission, mission_log(episode.world))
    assert any(goal.startswith("ghost is at None") for goal in goals) and any("charge left" in goal for goal in goals)


def test_tasks_are_written_and_read_back_the_same(tmp_path):
    tasks = [drawn(domain, Tier.L1)[0] for domain in Domain]
    write_tasks(tmp_path / "a.jsonl.gz", tasks)
    write_tasks(tmp_path / "b.jsonl.gz", tasks)
    assert list(tasks_in(tmp_path / "a.jsonl.gz")) == tasks
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()


def test_rouge_l_by_hand():
    first, second = words("police killed the gunman"), words("police kill the gunman")
    assert rouge_l(first, second) == pytest.approx(0.75)  # Lin 2004, section 3.1: three words in order, of four and four
    pool = Pool([])
    assert (
        pool.admits("move uav-1 to 10 20") and not pool.admits("move uav-1 to 10 20") and pool.admits("something else entirely")
    )


def test_the_probe_separates_different_texts_and_no_others():
    alike = [f"keep latency of uav {number % 7} low please" for number in range(200)]
    assert separability(alike[:100], [f"drop the power of cell {number}" for number in range(100)]) > 0.95
    assert 0.3 < separability(alike[:100], alike[100:]) < 0.7


def test_a_set_has_its_number_of_every_kind():
    plan = Plan(Purpose.TRAINING, {Tier.L1: 1})
    tasks = make_tasks(plan, [], 1, lambda done, total: None)[0]
    assert [task.domain for task in tasks] == list(Domain) and {task.tier for task in tasks} == {Tier.L1}


def test_the_registry_of_an_episode_may_be_smaller():
    from tools.registry import ToolRegistry

    task = drawn()[0]
    episode = Episode(begin_episode(task).world, ToolRegistry([gym_registry().get("check_network_state")]))
    step = episode.call(_call("edge_offload", {}))
    assert step.observation.boundary == "unknown tool" and "check_network_state" in step.observation.error
