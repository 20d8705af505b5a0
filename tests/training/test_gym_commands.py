"""`twinpilot gym`: commands, their output, and errors for invalid input, all on the Experiment Model."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys

import pytest
from gym_tasks import dead_network
from typer.testing import CliRunner

from agents.planner import Planner
from policies.artefact import read_artefact
from policies.gym.split import Purpose
from training.gym.agents.by_name import agent_names, make_agent
from training.gym.command_gym import app
from training.gym.commands.trace import record_and_pack
from training.gym.episodes.episode import Judgement
from training.gym.episodes.replaying import replay_rollout
from training.gym.episodes.rollout import Rollout
from training.gym.episodes.runner import Runner
from training.gym.inspect_export import task_file
from training.gym.networks import GymNetwork
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
    result = gym("run", "--agent", "expert", "--task", task.id, "--out", path)
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture
def no_ns3(monkeypatch):
    monkeypatch.setitem(sys.modules, "ns3", None)  # as where it is not installed


def test_tools_lists_every_tool_with_its_effects():
    output = gym("tools").output
    assert "46 tools" in output
    row = next(line.split() for line in output.splitlines() if line.startswith("set_waypoint"))
    assert row == ["set_waypoint", "reason", "6gagentgym", "waypoints"]
    assert "steer_beam" not in gym("tools", "--catalogue", "6gagentgym").output


def test_tools_as_json_holds_the_schemas_of_input_and_output():
    schemas = json.loads(gym("tools", "--catalogue", "radio", "--json").output)
    assert [schema["name"] for schema in schemas] == [
        "steer_beam",
        "set_transmit_power",
        "set_handover_offset",
        "select_receiver",
    ]
    assert schemas[0]["input"]["properties"]["gnb"] and schemas[0]["output"]["properties"]


def test_a_run_prints_each_call_and_writes_a_valid_rollout(task, rollout_file):
    result = gym("run", "--agent", "expert", "--task", task.id, "--out", rollout_file)
    assert "SUCCESS" in result.output and f"written: {rollout_file}" in result.output
    assert all(f"{call.tool}(" in result.output for call in task.path)
    rollout = Rollout.model_validate_json(rollout_file.read_text())
    assert rollout.success and rollout.task == task.id and sum(rollout.rewards) == 1.0


def test_a_run_as_json_prints_the_rollout_alone_and_writes_nothing(task, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = gym("run", "--agent", "do-nothing", "--task", task.id, "--json")
    assert not Rollout.model_validate_json(result.stdout).success
    assert result.exit_code == 0 and not list(tmp_path.iterdir())


def test_a_replay_on_the_model_makes_the_same_trace(rollout_file):
    again = rollout_file.with_name("again.json")
    result = gym("replay", rollout_file, "--network", "model", "--out", again)
    assert result.exit_code == 0, result.output
    assert "trace: the same, bit by bit" in result.output
    first, second = (Rollout.model_validate_json(path.read_text()) for path in (rollout_file, again))
    assert first.trace_hash == second.trace_hash and first.outcome == second.outcome


def test_a_replay_of_other_calls_does_not_make_the_same_trace(rollout_file):
    raw = json.loads(rollout_file.read_text())
    changed = [dict(span) for span in raw["spans"] if span["effect"] != "configure"]
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
def test_a_replay_on_another_network_keeps_an_honest_verification_valid_and_a_made_up_one_invalid(task, agent, honest):
    first = Runner().run(task, make_agent(agent, task))
    again = replay_rollout(first, task, Slower(), lambda step: None)
    assert again.spans[-1].state != first.spans[-1].state
    assert (again.outcome.verification == ()) is honest
    assert [span.tool for span in again.spans] == [span.tool for span in first.spans]


def test_a_refusal_of_the_gate_is_repeated_in_a_replay(task):
    first = Runner(change_judge=lambda world, call: Judgement("reject", "not tonight")).run(task, make_agent("expert", task))
    again = replay_rollout(first, task, LearnedNetwork(), lambda step: None)
    assert [span.verdict for span in again.spans] == [span.verdict for span in first.spans]
    assert next(span.error for span in again.spans if span.verdict == "reject").endswith("not tonight")
    assert again.trace_hash == first.trace_hash


def test_a_piped_game_is_judged_as_an_agent_is():
    task = choose_task(domain=Domain.SLICING, tier=Tier.L1)
    lines = [f"{call.tool} {json.dumps(call.arguments)}" for call in task.path if call.tool != "verify_sla_compliance"]
    script = "\n".join(["state", "tools", *lines, "verify_sla_compliance state=$state sla=$sla", "finish"])
    result = gym("play", "--task", task.id, typed=script)
    assert result.exit_code == 0
    assert "SUCCESS" in result.output and "state: " in result.output and "SLA: kept" not in result.output.partition("> ")[0]


def test_a_game_reports_invalid_lines_without_spending_a_call():
    script = "fly uav-1\nset_waypoint uav=uav-99 position.x_m=1 position.y_m=2 position.z_m=50\nhelp set_waypoint\nfinish\n"
    output = gym("play", "--seed", 3, "--family", "slicing", typed=script).output
    assert "not called: 'uav-1' is not name=value" in output
    assert "error (arguments): uav='uav-99' is no UAV of this mission: uav-1, uav-2" in output
    assert "set_waypoint(uav: string" in output and "Position = {x_m: number" in output
    assert "FAILED in 1 calls" in output and "not verified: the agent verified nothing" in output


def test_a_game_whose_input_ends_is_not_judged():
    output = gym("play", "--seed", 3, "--family", "slicing", typed="state\n").output
    assert "ended before `finish`: not judged" in output
    assert "FAILED" not in output and "SUCCESS" not in output


def test_a_game_ends_with_its_budget():
    task = choose_task(domain=Domain.SLICING, tier=Tier.L1)
    output = gym("play", "--task", task.id, typed="check_network_state\n" * 30).output
    assert f"that was call {task.budget} of {task.budget}" in output
    assert f"FAILED in {task.budget} calls" in output


def test_control_characters_of_tools_and_players_are_escaped():
    output = gym(
        "play", "--seed", 3, "--family", "slicing", typed='send_alert {"uav": "\\u001b[2J", "alert": "geofence"}\nfinish\n'
    ).output
    answer = output.partition("error (arguments)")[2]
    assert "\x1b" not in answer and "x1b" in answer


def test_a_line_is_a_call_with_dotted_names_json_and_variables():
    variables = {"state": {"loss": 0.5}, "sla": None}
    call = call_of('t a.b=1 a.c=x j={"k": [1, "two words"]} s=$state.loss n=$sla q="two words"', variables)
    assert call.arguments == {
        "a": {"b": 1, "c": "x"}, "j": {"k": [1, "two words"]}, "s": 0.5, "n": None, "q": "two words"
    }  # fmt: skip
    for wrong in ("t a", 't a={"b": ', "t a=$nope", "t a=1 a.b=2", "t {bad"):
        with pytest.raises(PlayError):
            call_of(wrong, variables)


@pytest.mark.parametrize(
    ("words", "message"),
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
def test_invalid_input_is_reported_in_one_line_with_status_2(words, message):
    result = gym(*words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("garbage", ["", "{", "[]", '{"task": "x"}', "\x00\xff"])
def test_a_file_that_is_no_rollout_is_reported(tmp_path, garbage):
    path = tmp_path / "rollout.json"
    path.write_text(garbage)
    for command in (("replay", path, "--network", "model"), ("view", path, "--out", tmp_path / "x.html")):
        result = gym(*command)
        assert result.exit_code == 2
        assert "is not what `twinpilot gym run --out` writes" in result.stderr and result.stderr.count("\n") == 1


def test_a_missing_file_is_reported(tmp_path):
    result = gym("replay", tmp_path / "none.json")
    assert result.exit_code == 2 and "No such file" in result.stderr


def test_without_ns3_every_command_that_needs_it_names_the_command_to_install_it(no_ns3, rollout_file, tmp_path):
    for command in (
        ("play", "--seed", 3, "--network", "ns3"),
        ("run", "--agent", "expert", "--seed", 3, "--network", "ns3"),
        ("replay", rollout_file),
        ("trace", "--seeds", "1", "--work", tmp_path / "work", "--out", tmp_path / "x.jsonl.gz"),
    ):
        result = gym(*command)
        assert result.exit_code == 2
        assert "ns-3 is not installed: pip install 'twinpilot[ns3]'" in result.stderr
    assert not (tmp_path / "x.jsonl.gz").exists()


def test_recorded_segments_are_packed_in_order_with_a_record(no_ns3, tmp_path):
    work, out = tmp_path / "work", tmp_path / "deep" / "traces.jsonl.gz"
    work.mkdir()
    requested = list(segments(Purpose.TRAINING, 2, range(2, 3)))
    for segment in requested:
        write_rows(work / f"{segment.name}.jsonl.gz", record_segment(segment, LearnedNetwork()))
    result = gym("trace", "--seeds", "2", "--segments", 2, "--work", work, "--out", out)
    assert result.exit_code == 0, result.output
    rows = list(read_rows(out))
    assert [(row.seed, row.family, row.segment, row.step) for row in rows] == sorted(
        (row.seed, row.family, row.segment, row.step) for row in rows
    )
    assert {(row.family, row.segment) for row in rows} == {(segment.family.value, segment.index) for segment in requested}
    record = read_artefact(out)
    assert record.remake == "twinpilot gym trace --purpose training --segments 2 --seeds 2"
    assert f"{len(rows)} rows" in record.card.provenance.seeds
    first = out.read_bytes()
    gym("trace", "--seeds", "2", "--segments", 2, "--work", work, "--out", out)
    assert out.read_bytes() == first and gzip.decompress(first)


def test_a_failed_segment_prevents_packing_unless_it_is_forced(tmp_path, capsys):
    work, out = tmp_path / "work", tmp_path / "traces.jsonl.gz"
    work.mkdir()
    requested = list(segments(Purpose.TRAINING, 1, range(2, 3)))
    for segment in requested[1:]:
        write_rows(work / f"{segment.name}.jsonl.gz", record_segment(segment, LearnedNetwork()))
    network = GymNetwork("dead", dead_network)
    assert not record_and_pack(requested, network, work, 1, out, "twinpilot gym trace", pack=None)
    assert f"segment {requested[0].name} failed twice: the simulator died" in capsys.readouterr().err and not out.exists()
    assert not record_and_pack(requested, network, work, 1, out, "twinpilot gym trace", pack=True)
    assert {row.family for row in read_rows(out)} == {segment.family.value for segment in requested[1:]}


def test_a_task_can_be_chosen_by_its_id_and_by_its_parameters(task):
    assert choose_task(task.id) == task
    assert choose_task(domain=task.domain, tier=task.tier, seed=task.seed, family=task.family) is not None


def test_every_registered_agent_can_be_named():
    assert {"expert", "react", "do-nothing", "random", "over-acting", "threshold-rule", "mape-k"} <= set(agent_names())


@pytest.mark.parametrize("name", ["expert", "do-nothing", "random", "over-acting", "answer-leak", "threshold-rule", "mape-k"])
def test_an_agent_is_made_for_a_task_and_is_a_planner(task, name):
    assert isinstance(make_agent(name, task), Planner)


def test_the_export_for_inspect_holds_no_path_and_a_file_that_compiles(tmp_path):
    result = gym("export-inspect", "--out", tmp_path, "--purpose", "training", "--limit", 2)
    assert result.exit_code == 0, result.output
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
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600, check=True)
    assert result.stdout.strip() == "[]"
