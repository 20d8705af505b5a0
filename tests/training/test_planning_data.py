"""What the planning model learns from: made networks, the rule planner's runs on them, lessons; and its training."""

from __future__ import annotations

from random import Random

import pytest

from agents.planner import Understand
from agents.planning.plan_model import WRONG
from agents.planning.plan_names import plan_tokens
from agents.rule_planner import RulePlanner
from tools.twinning.laboratory import Laboratory
from training.llm.command_llm import LESSONS
from training.llm.planning import bench_planning
from training.llm.planning.bench_planning import FIRST, Pair
from training.llm.planning.lesson import Lesson, Part, lessons_of, read_lessons
from training.llm.planning.made_network import MadeNetwork
from training.llm.planning.made_reading import made_reading
from training.llm.planning.recorded_run import RecordedRun, append_runs, read_runs
from training.llm.planning.recording import EFFORT, is_agreed
from training.llm.planning.rollout import FAST, Disturbance, Runner, world_of_seed
from training.llm.planning.training import PlannerPlan, train_planner


@pytest.fixture(scope="module")
def world():
    with world_of_seed(7, Laboratory(0, FAST)) as world:
        yield world


@pytest.fixture(scope="module")
def run(world):
    reading = made_reading(Random("reading 7 1"), world.network.describe(), world.present)
    return Runner(world, Disturbance(Random(1))).run(RulePlanner(EFFORT), "made request", reading)


def test_a_seed_makes_one_network_and_another_seed_another_one():
    assert MadeNetwork.of(3) == MadeNetwork.of(3)
    assert MadeNetwork.of(3).scenario != MadeNetwork.of(4).scenario


def test_what_is_trained_on_is_never_measured():
    assert max(lesson.network for lesson in read_lessons(LESSONS)) < FIRST


def test_the_bench_draws_its_networks_anew_says_which_and_repeats_them_by_their_seed(monkeypatch, capfd):
    asked = []

    def pair_of(networks, readings):
        asked.append(tuple(networks))
        scores = {"scores": None, "equal_or_better": True, "wrong": 0, "handed_over": 0, "seconds": 0.1, "decisions": 3}
        yield Pair(network=networks[0], number=0, kind="made", ends=("finished", "finished"), calls=(3, 3), **scores)

    monkeypatch.setattr(bench_planning, "pairs_of", pair_of)
    first, second = (bench_planning.run(True, None) for _ in range(2))
    assert first.seeds != second.seeds and min(*first.seeds, *second.seeds) >= FIRST
    assert f"networks of seeds {first.seeds[0]} to {first.seeds[-1]}" in capfd.readouterr().err
    assert bench_planning.run(True, None, seed=first.seeds[0]).seeds == first.seeds == asked[0] == asked[2]


def test_a_recorded_run_gives_its_views_back(run, world, tmp_path):
    recorded = RecordedRun.of(7, 1, run, agreed=is_agreed(world, run))
    append_runs(tmp_path / "runs.jsonl.gz", [recorded])
    append_runs(tmp_path / "runs.jsonl.gz", [recorded])
    again = list(read_runs(tmp_path / "runs.jsonl.gz"))
    assert len(again) == 2
    for (view, decision), (kept, same) in zip(run.steps, again[0].views(), strict=True):
        assert kept.observations == view.observations
        assert (kept.reading, kept.feedback, kept.steps_left) == (view.reading, view.feedback, view.steps_left)
        assert same.kind == decision.kind


def test_what_a_kill_cut_off_is_left_out(run, tmp_path):
    path = tmp_path / "runs.jsonl.gz"
    append_runs(path, [RecordedRun.of(7, 1, run, agreed=True)])
    whole = len(path.read_bytes())
    append_runs(path, [RecordedRun.of(7, 2, run, agreed=True)])
    path.write_bytes(path.read_bytes()[: whole + 40])
    assert [one.number for one in read_runs(path)] == [1]


def test_a_lesson_teaches_every_call_of_the_run_and_its_end(run):
    lessons = list(lessons_of(RecordedRun.of(7, 1, run, agreed=True), EFFORT))
    taught = [part.said for lesson in lessons for part in lesson.parts if part.taught]
    calls = sum(len(decision.calls) for _, decision in run.steps if decision.kind == "call")
    ends = sum(decision.kind != "call" and not isinstance(decision, Understand) for _, decision in run.steps)
    assert len([said for said in taught if said != ("consult",)]) == calls + ends
    assert {name for lesson in lessons for part in lesson.parts for name in (*part.said, *part.result)} <= set(plan_tokens())


def test_a_wrong_plan_is_marked_and_never_taught():
    parts = (Part(said=(), result=("goal",), taught=False), Part(said=("read_topology", "around"), result=("done",), taught=True))
    lesson = Lesson(network=1, number=1, parts=parts)
    drilled = [lesson.drilled(Random(seed)) for seed in range(200)]
    wrong = [(names, taught) for names, taught in drilled if WRONG in names]
    assert wrong, "no wrong plan in 200 drills"
    for names, taught in wrong:
        assert [name for name, is_taught in zip(names, taught, strict=True) if is_taught] == ["read_topology", "around"]


def test_an_interrupted_training_ends_with_the_same_weights(tmp_path):
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    lessons = read_lessons(LESSONS)[:6]
    plan = PlannerPlan(steps=23, batch=2, warmup=5, save_every_s=0.0)

    def interrupt(line):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_planner(lessons, tmp_path / "a", plan, interrupt)
    resumed = train_planner(lessons, tmp_path / "a", plan, lambda line: None).state_dict()
    whole = train_planner(lessons, tmp_path / "b", plan, lambda line: None).state_dict()
    assert all(torch.equal(resumed[name], whole[name]) for name in whole)
    with pytest.raises(ValueError, match="another plan"):
        train_planner(lessons, tmp_path / "a", PlannerPlan(steps=24, batch=2), lambda line: None)
