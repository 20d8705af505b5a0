"""`twinpilot gym`: what a person types, what they get, and what is said to bad input. Everything runs on the Experiment Model."""

from __future__ import annotations

import gzip
import importlib.util
import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from agents.planner import Planner
from policies.artefact import read_artefact
from policies.gym.split import Purpose
from training.gym.agents.by_name import agent_names, make_agent
from training.gym.command_gym import app
from training.gym.episodes.episode import Judgement
from training.gym.episodes.replaying import replay_rollout
from training.gym.episodes.rollout import Rollout
from training.gym.episodes.runner import Runner
from training.gym.inspect_export import task_file
from training.gym.play.play_line import PlayError, call_of
from training.gym.task_choice import choose_task
from training.gym.tasks.gym_task import Domain, Tier
from training.gym.traces.recorder import record_segment, segments
from training.gym.traces.row import read_rows, write_rows
from twins.learned.network import LearnedNetwork


def gym(*words, typed=None):
    return CliRunner().invoke(app, [str(word) for word in words], input=typed)


@pytest.fixture(scope="module")
def task():
    return choose_task(domain=Domain.RECOVERY, tier=Tier.L2)


@pytest.fixture
def rollout_file(task, tmp_path):
    path = tmp_path / "rollout.json"
    done = gym("run", "--agent", "expert", "--task", task.id, "--out", path)
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture
def no_ns3(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "ns3" else found(name, *more))


def test_tools_names_every_tool_with_its_effect_and_what_else_it_changes():
    said = gym("tools").output
    assert "46 tools" in said
    row = next(line.split() for line in said.splitlines() if line.startswith("set_waypoint"))
    assert row == ["set_waypoint", "reason", "6gagentgym", "waypoints"]
    assert "steer_beam" not in gym("tools", "--catalogue", "6gagentgym").output


def test_tools_as_json_holds_the_schemas_of_input_and_output():
    found = json.loads(gym("tools", "--catalogue", "radio", "--json").output)
    assert [one["name"] for one in found] == ["steer_beam", "set_transmit_power", "set_handover_offset", "select_receiver"]
    assert found[0]["input"]["properties"]["gnb"] and found[0]["output"]["properties"]


def test_a_run_tells_each_call_and_writes_a_rollout_that_can_be_read(task, rollout_file):
    done = gym("run", "--agent", "expert", "--task", task.id, "--out", rollout_file)
    assert "SUCCESS" in done.output and f"written: {rollout_file}" in done.output
    assert all(f"{call.tool}(" in done.output for call in task.path)
    rollout = Rollout.model_validate_json(rollout_file.read_text())
    assert rollout.success and rollout.task == task.id and sum(rollout.rewards) == 1.0


def test_a_run_as_json_prints_the_rollout_alone_and_writes_nothing(task, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = gym("run", "--agent", "do-nothing", "--task", task.id, "--json")
    assert not Rollout.model_validate_json(done.stdout).success
    assert done.exit_code == 0 and not list(tmp_path.iterdir())


def test_a_replay_on_the_model_makes_the_same_trace(rollout_file):
    again = rollout_file.with_name("again.json")
    done = gym("replay", rollout_file, "--network", "model", "--out", again)
    assert done.exit_code == 0, done.output
    assert "trace: the same, bit by bit" in done.output
    first, second = (Rollout.model_validate_json(path.read_text()) for path in (rollout_file, again))
    assert first.trace_hash == second.trace_hash and first.outcome == second.outcome


def test_a_replay_of_other_calls_does_not_make_the_same_trace(rollout_file):
    raw = json.loads(rollout_file.read_text())
    changed = [dict(one) for one in raw["spans"] if one["effect"] != "configure"]
    rollout_file.write_text(json.dumps({**raw, "spans": changed}))
    assert "trace: not the same" in gym("replay", rollout_file, "--network", "model").output


class Slower(LearnedNetwork):
    """Another network: every packet takes a millisecond more."""

    def run(self, layout, seconds, settle_s=0.0):
        window = super().run(layout, seconds, settle_s)
        later = {
            name: flow.model_copy(update={"latency_ms": None if flow.latency_ms is None else flow.latency_ms + 1.0})
            for name, flow in window.flows.items()
        }
        return window.model_copy(update={"flows": later})


@pytest.mark.parametrize(("agent", "honest"), [("expert", True), ("answer-leak", False)])
def test_on_another_network_an_honest_verification_stays_one_and_a_made_up_one_does_not_become_one(task, agent, honest):
    first = Runner().run(task, make_agent(agent, task))
    again = replay_rollout(first, task, Slower(), lambda step: None)
    assert again.spans[-1].state != first.spans[-1].state
    assert (again.outcome.verification == ()) is honest
    assert [one.tool for one in again.spans] == [one.tool for one in first.spans]


def test_what_the_gate_refused_is_refused_again_in_a_replay(task):
    first = Runner(change_judge=lambda world, call: Judgement("reject", "not tonight")).run(task, make_agent("expert", task))
    again = replay_rollout(first, task, LearnedNetwork(), lambda step: None)
    assert [one.verdict for one in again.spans] == [one.verdict for one in first.spans]
    assert next(one.error for one in again.spans if one.verdict == "reject").endswith("not tonight")
    assert again.trace_hash == first.trace_hash


def test_a_piped_game_is_judged_as_an_agent_is():
    task = choose_task(domain=Domain.SLICING, tier=Tier.L1)
    lines = [f"{call.tool} {json.dumps(call.arguments)}" for call in task.path if call.tool != "verify_sla_compliance"]
    script = "\n".join(["state", "tools", *lines, "verify_sla_compliance state=$state sla=$sla", "finish"])
    done = gym("play", "--task", task.id, typed=script)
    assert done.exit_code == 0
    assert "SUCCESS" in done.output and "state: " in done.output and "SLA: kept" not in done.output.partition("> ")[0]


def test_a_game_shows_errors_and_goes_on_without_spending_a_call_on_what_is_none():
    script = "fly uav-1\nset_waypoint uav=uav-99 position.x_m=1 position.y_m=2 position.z_m=50\nhelp set_waypoint\nfinish\n"
    said = gym("play", "--seed", 3, "--family", "slicing", typed=script).output
    assert "not called: 'uav-1' is not name=value" in said
    assert "error (arguments): uav='uav-99' is no UAV of this mission: uav-1, uav-2" in said
    assert "set_waypoint(uav: string" in said and "Position = {x_m: number" in said
    assert "FAILED in 1 calls" in said and "not verified: the agent verified nothing" in said


def test_a_game_whose_input_ends_is_not_judged():
    said = gym("play", "--seed", 3, "--family", "slicing", typed="state\n").output
    assert "ended before `finish`: not judged" in said
    assert "FAILED" not in said and "SUCCESS" not in said


def test_a_game_ends_with_its_budget():
    task = choose_task(domain=Domain.SLICING, tier=Tier.L1)
    said = gym("play", "--task", task.id, typed="check_network_state\n" * 30).output
    assert f"that was call {task.budget} of {task.budget}" in said
    assert f"FAILED in {task.budget} calls" in said


def test_what_a_tool_or_a_person_wrote_moves_no_cursor():
    said = gym(
        "play", "--seed", 3, "--family", "slicing", typed='send_alert {"uav": "\\u001b[2J", "alert": "geofence"}\nfinish\n'
    ).output
    answer = said.partition("error (arguments)")[2]
    assert "\x1b" not in answer and "x1b" in answer


def test_a_line_is_a_call_with_dotted_names_json_and_known_values():
    known = {"state": {"loss": 0.5}, "sla": None}
    call = call_of('t a.b=1 a.c=x j={"k": [1, "two words"]} s=$state.loss n=$sla q="two words"', known)
    assert call.arguments == {
        "a": {"b": 1, "c": "x"}, "j": {"k": [1, "two words"]}, "s": 0.5, "n": None, "q": "two words"
    }  # fmt: skip
    for wrong in ("t a", 't a={"b": ', "t a=$nope", "t a=1 a.b=2", "t {bad"):
        with pytest.raises(PlayError):
            call_of(wrong, known)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "--agent", "nobody"), "agent='nobody' does not exist; there are: answer-leak"),
        (("run", "--agent", "expert", "--seed", 99), "seed=99 does not exist: topologies 1..50 are for training"),
        (("run", "--agent", "expert", "--task", "lunch"), "task='lunch' is no task's id"),
        (("play", "--task", "swarm-001-cooking-L1-0"), "domains: network-slicing"),
        (("trace", "--seeds", "5-x"), "seeds='5-x' is neither a seed nor a range such as 1-50"),
        (("trace", "--seeds", "9-3"), "ends before it begins"),
        (("trace", "--seeds", "51-60"), "seed=51 is not for training"),
        (("run", "--agent", "expert", "--network", "ns4"), "'ns4' is not one of"),
    ],
)
def test_bad_input_is_said_in_one_line_with_status_2(words, said):
    done = gym(*words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize("garbage", ["", "{", "[]", '{"task": "x"}', "\x00\xff"])
def test_a_file_that_is_no_rollout_is_said_clearly(tmp_path, garbage):
    path = tmp_path / "rollout.json"
    path.write_text(garbage)
    for command in (("replay", path, "--network", "model"), ("view", path, "--out", tmp_path / "x.html")):
        done = gym(*command)
        assert done.exit_code == 2
        assert "is not what `twinpilot gym run --out` writes" in done.stderr and done.stderr.count("\n") == 1


def test_a_file_that_is_not_there_is_said_clearly(tmp_path):
    done = gym("replay", tmp_path / "none.json")
    assert done.exit_code == 2 and "No such file" in done.stderr


def test_without_ns3_every_command_that_needs_it_says_how_to_get_it(no_ns3, rollout_file, tmp_path):
    for command in (
        ("play", "--seed", 3, "--network", "ns3"),
        ("run", "--agent", "expert", "--seed", 3, "--network", "ns3"),
        ("replay", rollout_file),
        ("trace", "--seeds", "1", "--work", tmp_path / "work", "--out", tmp_path / "x.jsonl.gz"),
    ):
        done = gym(*command)
        assert done.exit_code == 2
        assert "ns-3 is not installed: pip install 'twinpilot[ns3]'" in done.stderr
    assert not (tmp_path / "x.jsonl.gz").exists()


def test_recorded_segments_are_packed_in_order_with_a_record(no_ns3, tmp_path):
    work, out = tmp_path / "work", tmp_path / "deep" / "traces.jsonl.gz"
    work.mkdir()
    wanted = list(segments(Purpose.TRAINING, 2, range(2, 3)))
    for one in wanted:
        write_rows(work / f"{one.name}.jsonl.gz", record_segment(one, LearnedNetwork()))
    done = gym("trace", "--seeds", "2", "--segments", 2, "--work", work, "--out", out)
    assert done.exit_code == 0, done.output
    rows = list(read_rows(out))
    assert [(row.seed, row.family, row.segment, row.step) for row in rows] == sorted(
        (row.seed, row.family, row.segment, row.step) for row in rows
    )
    assert {(row.family, row.segment) for row in rows} == {(one.family.value, one.index) for one in wanted}
    record = read_artefact(out)
    assert record.remake == "twinpilot gym trace --purpose training --segments 2 --seeds 2"
    assert f"{len(rows)} rows" in record.card.provenance.seeds
    first = out.read_bytes()
    gym("trace", "--seeds", "2", "--segments", 2, "--work", work, "--out", out)
    assert out.read_bytes() == first and gzip.decompress(first)


def test_a_segment_that_failed_keeps_the_data_set_from_being_packed_unless_it_is_asked_for(tmp_path, monkeypatch):
    from training.gym.traces import recorder

    work, out = tmp_path / "work", tmp_path / "traces.jsonl.gz"
    work.mkdir()
    wanted = list(segments(Purpose.TRAINING, 1, range(2, 3)))
    for one in wanted[1:]:
        write_rows(work / f"{one.name}.jsonl.gz", record_segment(one, LearnedNetwork()))
    monkeypatch.setattr("twins.ns3.process.installed", lambda: True)
    monkeypatch.setattr(recorder, "record", lambda *_: {wanted[0].name: "the worker died"})
    words = ("trace", "--seeds", "2", "--segments", 1, "--work", work, "--out", out)
    done = gym(*words)
    assert done.exit_code == 1 and "failed twice: the worker died" in done.stderr and not out.exists()
    done = gym(*words, "--pack")
    assert done.exit_code == 1 and {row.family for row in read_rows(out)} == {one.family.value for one in wanted[1:]}


def test_a_task_is_the_same_by_its_id_and_by_what_it_is(task):
    assert choose_task(task.id) == task
    assert choose_task(domain=task.domain, tier=task.tier, seed=task.seed, family=task.family) is not None


def test_every_registered_agent_can_be_named():
    assert {"expert", "react", "do-nothing", "random", "over-acting", "threshold-rule", "mape-k"} <= set(agent_names())


@pytest.mark.parametrize("name", ["expert", "do-nothing", "random", "over-acting", "answer-leak", "threshold-rule", "mape-k"])
def test_an_agent_is_made_for_a_task_and_is_a_planner(task, name):
    assert isinstance(make_agent(name, task), Planner)


def test_the_export_for_inspect_holds_no_path_and_a_file_that_compiles(tmp_path):
    done = gym("export-inspect", "--out", tmp_path, "--purpose", "training", "--limit", 2)
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in (tmp_path / "twinpilot_gym.jsonl").read_text().splitlines()]
    assert len(rows) == 2 and set(rows[0]) == {"id", "input", "target", "metadata"}
    assert "path" not in json.dumps(rows) and rows[0]["input"] == choose_task(rows[0]["id"]).brief
    assert (tmp_path / "twinpilot_gym.py").read_text() == task_file()
    compile(task_file(), "twinpilot_gym.py", "exec")


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from typer.testing import CliRunner; from training.gym.command_gym import app;"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0;"
        "print([name for name in ('torch', 'numba', 'numpy', 'pydantic', 'openai', 'ns') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
