"""The runner: any planner, failures as data, infrastructure errors separate; resumable campaigns; scores."""

import fcntl
import json

import pytest
from gym_tasks import Dying, drawn

from agents.planner import Ask, CallTools, Escalate, Finish
from tools.calls.tool_call import ToolCall
from training.gym.agents.expert import Expert
from training.gym.bench.campaign import Campaign, rollouts_in, run, subset
from training.gym.bench.grounding import across_agents, grounding
from training.gym.bench.scores import agent_scores
from training.gym.episodes.episode import Judgement
from training.gym.episodes.rollout import Rollout
from training.gym.episodes.runner import Runner
from training.gym.input_error import GymInputError
from training.gym.networks import named_network
from training.gym.tasks.gym_task import Domain, Tier

MODEL = named_network("model")


class ScriptedPlanner:
    """A planner that returns given decisions, and then ends."""

    name = "scripted"

    def __init__(self, *decisions):
        self.views, self._decisions = [], list(decisions)

    def decide(self, view):
        self.views.append(view)
        return self._decisions.pop(0) if self._decisions else Finish(summary="nothing more")


def calls(tool, **arguments):
    return CallTools(calls=(ToolCall(tool=tool, arguments=arguments),))


def test_a_planner_sees_text_card_tools_and_the_results_of_its_calls():
    task, planner = drawn()[0], ScriptedPlanner(calls("check_network_state"), calls("get_edge_load"))
    Runner().run(task, planner)
    first, second, third = planner.views
    assert first.text == task.brief and len(first.tools) == 42 and first.card.cells and first.observations == ()
    assert second.observations[0].evidence["value"]["slice"] == "eMBB"
    assert [view.steps_left for view in planner.views] == [task.budget, task.budget - 1, task.budget - 2]
    assert "channel_model" in third.observations[1].evidence["provenance"]


@pytest.mark.parametrize(
    ("tool", "arguments", "boundary", "message"),
    [
        ("no_such_tool", {}, "unknown tool", "does not exist; there are: "),
        ("set_waypoint", {"uav": "uav-1"}, "arguments", "position"),
        ("set_waypoint", {"uav": "uav-9", "position": {"x_m": 0, "y_m": 0, "z_m": 50}}, "arguments", "uav-1"),
        ("trigger_slice_reallocation", {"slice": "eMBB", "resources": {"share": 7}}, "arguments", "0.875"),
        ("switch_network_slice", {"current": "mMTC", "target": "eMBB"}, "refused", "the mission is on eMBB"),
        ("switch_network_slice", {"current": "eMBB", "target": float("nan")}, "arguments", "target"),
        ("get_slice_status", {"slice": ["eMBB"] * 1000}, "arguments", "slice"),
    ],
)
def test_a_bad_call_is_an_observation_that_an_agent_can_learn_from(tool, arguments, boundary, message):
    planner = ScriptedPlanner(calls(tool, **arguments))
    rollout = Runner().run(drawn()[0], planner)
    assert (rollout.spans[0].boundary, rollout.ended) == (boundary, "finish")
    assert message in rollout.spans[0].error and rollout.rewards[0] < 0
    assert planner.views[1].observations[0].boundary == boundary


def test_a_budget_ends_an_agent_that_never_does():
    task = drawn(Domain.UAV_CONTROL, Tier.L1)[0]
    rollout = Runner().run(task, ScriptedPlanner(*[calls("check_network_state")] * 500))
    assert rollout.ended == "budget" and len(rollout.spans) == task.budget and not rollout.success
    talk = Runner().run(task, ScriptedPlanner(*[Ask(question="may I?")] * 500))
    assert talk.ended == "budget" and talk.spans == ()


def test_many_calls_in_one_decision_stay_in_the_budget():
    task = drawn(Domain.UAV_CONTROL, Tier.L1)[0]
    many = CallTools(calls=(ToolCall(tool="check_network_state", arguments={}),) * 100)
    assert len(Runner().run(task, ScriptedPlanner(many)).spans) == task.budget


def test_a_simulator_failure_is_no_failure_of_the_agent():
    task = drawn()[0]
    for windows in (0, 1, 2):
        rollout = Runner(network=lambda windows=windows: Dying(windows)).run(task, Expert(task))
        assert rollout.outcome is None and rollout.ended == "infrastructure" and not rollout.success
        assert rollout.infrastructure_error == "the simulator died"


def test_only_configuration_calls_are_judged_by_the_gate():
    judged = []
    runner = Runner(change_judge=lambda world, call: judged.append(call.tool) or Judgement("reject", "not today"))
    switch = calls("switch_network_slice", current="eMBB", target="URLLC")
    rollout = runner.run(drawn()[0], ScriptedPlanner(calls("check_network_state"), switch))
    assert judged == ["switch_network_slice"]
    assert (rollout.spans[1].boundary, rollout.spans[1].verdict) == ("permission", "reject")
    assert rollout.spans[1].error == "switch_network_slice: not today"
    assert rollout.spans[1].state.slice == "eMBB"


def test_a_rollout_survives_json_and_its_trace_hash_is_reproducible():
    task = drawn()[0]
    first, second = (Runner().run(task, Expert(task)) for _ in range(2))
    assert first.trace_hash == second.trace_hash != ""
    again = Rollout.model_validate_json(first.model_dump_json())
    assert again.spans == first.spans and again.success and again.rewards[-1] == 1.0


def test_escalation_ends_an_episode_and_its_reason_is_recorded():
    rollout = Runner().run(drawn()[0], ScriptedPlanner(Escalate(reason="beyond me")))
    assert (rollout.ended, rollout.last_words) == ("escalate", "beyond me")
    assert rollout.final_state is not None and rollout.first_state is not None


def test_a_planner_that_raises_fails_only_its_task():
    class Broken:
        name = "broken"

        def decide(self, view):
            raise KeyError("oops")

    rollout = Runner().run(drawn()[0], Broken())
    assert (rollout.ended, rollout.success, rollout.infrastructure_error) == ("planner", False, None)
    assert "KeyError" in rollout.last_words and rollout.outcome is not None


@pytest.fixture
def tasks():
    return [drawn(domain, Tier.L1)[0] for domain in (Domain.UAV_CONTROL, Domain.OFFLOADING, Domain.RECOVERY)]


def test_a_killed_campaign_is_resumed(tmp_path, tasks):
    campaign = Campaign("expert", MODEL, tmp_path)
    run(campaign, tasks[:2], 1, lambda done, total: None)
    before = campaign.path.read_text(encoding="utf-8")
    with campaign.path.open("a", encoding="utf-8") as file:
        file.write('{"task": "cut sho')
    run(campaign, tasks, 1, lambda done, total: None)
    after = campaign.path.read_text(encoding="utf-8")
    assert after.startswith(before)  # with the seconds that each episode took: none was run again
    assert [rollout.task for rollout in rollouts_in(campaign.path)] == [task.id for task in tasks]


def test_episodes_with_infrastructure_errors_are_run_again(tmp_path, tasks):
    campaign = Campaign("expert", MODEL, tmp_path)
    dead = Runner(network=lambda: Dying(0)).run(tasks[0], Expert(tasks[0]))
    campaign.path.write_text(dead.model_dump_json() + "\n", encoding="utf-8")
    assert [rollout.success for rollout in run(campaign, tasks[:1], 1, lambda done, total: None)] == [True]


def test_scores_count_and_bound_by_hand(tasks):
    solved = [Runner().run(task, Expert(task), attempt) for task in tasks for attempt in range(2)]
    failed = [Runner().run(tasks[0], ScriptedPlanner(), attempt) for attempt in range(2)]
    dead = Runner(network=lambda: Dying(0)).run(tasks[0], ScriptedPlanner())
    scores = agent_scores([*solved[2:], *failed, dead])
    assert (scores.all.episodes, scores.all.solved, scores.infrastructure_errors, scores.attempts) == (6, 4, 1, 2)
    # Wilson's interval of 4 in 6 at 95 %
    assert (scores.all.low, scores.all.high) == pytest.approx((0.2999, 0.9032), abs=5e-4)
    assert scores.all.pass_k == pytest.approx(2 / 3) and scores.all.spl == pytest.approx(2 / 3)
    assert set(json.loads(scores.model_dump_json())["tiers"]) == {"L1"}


def test_grounding_compares_task_by_task(tasks):
    right = [Runner().run(task, Expert(task)) for task in tasks]
    wrong = [Runner().run(task, ScriptedPlanner()) for task in tasks]
    result = grounding([right[0], right[1], wrong[2]], [right[0], wrong[1], wrong[2]])
    assert (result.tasks, result.gap_points) == (3, pytest.approx(100 / 3)) and result.r == pytest.approx(0.5)
    assert across_agents([result]) is None
    with pytest.raises(ValueError, match="no task was scored under both"):
        grounding(right[:1], right[1:2])


def test_a_subset_takes_domains_in_turn_and_is_always_the_same():
    many = [*drawn(Domain.UAV_CONTROL, Tier.L1, count=3), *drawn(Domain.RECOVERY, Tier.L1, count=3)]
    assert [task.domain for task in subset(many, 2)] == [Domain.RECOVERY, Domain.UAV_CONTROL]
    assert subset(many, 4) == subset(many, 4)


def test_two_campaigns_do_not_write_into_one_file(tmp_path):
    campaign = Campaign("do-nothing", MODEL, tmp_path)
    with campaign.path.with_suffix(".lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(GymInputError, match=r"another process runs do-nothing\.model\.jsonl there"):
            run(campaign, drawn()[:1], 1, lambda done, total: None)
    assert len(run(campaign, drawn()[:1], 1, lambda done, total: None)) == 1
