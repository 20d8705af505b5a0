"""The harness's gate in the gym: what passes, what needs a human, what is refused and why; judging changes nothing."""

import json

import pytest
from gym_tasks import drawn
from typer.testing import CliRunner

from agents.planner import CallTools, Finish
from harness.gate.gate import Gate, Rule
from policies.slices import Slice
from policies.verdict import Ruling
from tools.calls.tool_call import ToolCall
from training.gym.agents.expert import Expert
from training.gym.bench.campaign import Campaign
from training.gym.command_gym import app
from training.gym.episodes.episode import Episode
from training.gym.episodes.runner import Runner
from training.gym.gate.gym_gate import GymGate, approve_all
from training.gym.gate.mission_network import MissionNetwork
from training.gym.gate.mission_tree import difference, mission_tree
from training.gym.gate.modes import gate_of
from training.gym.gate.outlook import candidate_of
from training.gym.gate.trial import try_call
from training.gym.input_error import GymInputError
from training.gym.networks import named_network
from twins.gym.world import World
from twins.learned.network import LearnedNetwork
from twins.network import KpiQuery, Network, NetworkError


class Other(LearnedNetwork):
    """A network other than the twin's own: every packet takes 1.5 times as long."""

    label = "another network"

    def run(self, layout, seconds, settle_s=0.0):
        window = super().run(layout, seconds, settle_s)
        flows = {
            name: flow.model_copy(update={"latency_ms": None if flow.latency_ms is None else 1.5 * flow.latency_ms})
            for name, flow in window.flows.items()
        }
        return window.model_copy(update={"flows": flows})


class Wrapped:
    """A packet network that the gate cannot copy, like ns-3."""

    def __init__(self):
        self._inner = Other()
        self.label = self._inner.label

    def begin(self, layout):
        self._inner.begin(layout)

    def run(self, layout, seconds, settle_s=0.0):
        return self._inner.run(layout, seconds, settle_s)


@pytest.fixture
def world():
    task = drawn()[0]
    world = World(task.scenario(), LearnedNetwork(), task.events)
    world.begin()
    return world


def call(tool, **arguments):
    return ToolCall(tool=tool, arguments=arguments)


def reallocate(share, name="URLLC"):
    return call("trigger_slice_reallocation", slice=name, resources={"share": share})


STARVE = call("graceful_degradation", degradation={"target": "eMBB", "keep_rate": 0.2})
TASK = {"task": "area map, 2", "gcycles_per_job": 0.2, "jobs_per_s": 10.0}


@pytest.mark.parametrize(
    ("tool_call", "edits"),
    [
        (call("switch_network_slice", current="eMBB", target="URLLC"), {("MissionService=1", "slice", "eMBB", "URLLC")}),
        (STARVE, {("SliceTraffic=eMBB", "rate", 100.0, 20.0)}),
        (
            call("set_transmit_power", gnb="gnb-1", power_dbm=30.0),
            {("ManagedElement=S1,GNBDUFunction=1,NRSectorCarrier=gnb-1", "configuredMaxTxPower", 43.0, 30.0)},
        ),
        (
            call("set_handover_offset", gnb="gnb-1", offset_db=5.0),
            {("ManagedElement=S1,GNBCUCPFunction=1,NRCellCU=gnb-1,MobilityProfile=1", "a3Offset", 3.0, 5.0)},
        ),
        (
            call("steer_beam", gnb="gnb-1", azimuth_deg=0.0),
            {("ManagedElement=S1,GNBDUFunction=1,NRSectorCarrier=gnb-1,CommonBeamformingFunction=1", "coverageShape", 0, 1)},
        ),
    ],
)
def test_a_call_is_written_as_edits_of_managed_objects(world, tool_call, edits):
    trial = try_call(world, tool_call, GymGate().registry)
    assert {(edit.dn, edit.attribute, edit.old, edit.new) for edit in trial.change_set.edits} == edits


def test_a_task_name_that_is_no_valid_id_is_made_unique_by_its_digest(world):
    names = {}
    for name in ("area map, 2", "area-map--2"):
        trial = try_call(
            world, call("edge_offload", task={**TASK, "task": name}, target={"server": "edge-1"}), GymGate().registry
        )
        assert trial.error is None
        names[name] = [edit.dn for edit in trial.change_set.edits if edit.dn.startswith("ComputingTask")]
    assert names["area-map--2"] == ["ComputingTask=area-map--2"] and len(names["area map, 2"]) == 1
    assert names["area map, 2"][0].startswith("ComputingTask=area-map--2_")


def test_shares_are_whole_percents_that_fit_the_cell(world):
    for share in (0.17, 0.333, 0.5, 0.87):
        trial = try_call(world, reallocate(share), GymGate().registry)
        tree = mission_tree(world)
        for edit in trial.change_set.edits:
            tree[edit.dn][edit.attribute] = edit.new
        for cell in ("gnb-1", "gnb-2", "gnb-3"):
            ratios = [value["rRMPolicyMinRatio"] for dn, value in tree.items() if f"={cell},RRMPolicyRatio" in dn]
            assert len(ratios) == 3 and 97 <= sum(ratios) <= 100 and all(isinstance(ratio, int) for ratio in ratios)


def test_no_difference_is_no_change(world):
    assert difference(mission_tree(world), mission_tree(world)).is_empty


def test_judging_changes_nothing(world):
    before = world.trace_hash(), world.now_s, world.layout
    GymGate()(world, reallocate(0.6))
    GymGate()(world, STARVE)
    assert (world.trace_hash(), world.now_s, world.layout) == before


def test_harm_to_other_users_is_refused_even_with_approval(world):
    for gate in (GymGate(), GymGate(approves=approve_all)):
        judged = gate(world, STARVE)
        assert judged.ruling == Ruling.MODIFY.value
        assert "DRB.UEThpDl" in judged.refusal and "max-step" in judged.refusal and "eMBB" in judged.refusal


def test_many_small_calls_take_no_more_than_one_call_may(world):
    gate, allowed, idle = GymGate(approves=approve_all), [], world.fork(world.network.copy())
    for keep in (0.95, 0.9, 0.85, 0.8, 0.76, 0.72, 0.68, 0.64, 0.6, 0.56, 0.52, 0.48, 0.44, 0.4):
        degradation = call("graceful_degradation", degradation={"target": "eMBB", "keep_rate": keep})
        if gate(world, degradation).refusal is None:
            allowed.append(keep)
            Episode(world, gate.registry).call(degradation)
    idle.elapse(world.now_s)
    left, full = (each.measure().slices[Slice.EMBB].throughput_mbps for each in (world, idle))
    assert allowed and min(allowed) > 0.6 and left > 0.7 * full


def test_a_call_that_needs_a_human_waits_for_approval(world):
    louder = call("set_transmit_power", gnb="gnb-3", power_dbm=39.0)
    unattended, attended = GymGate()(world, louder), GymGate(approves=approve_all)(world, louder)
    assert unattended.ruling == Ruling.NEEDS_HUMAN.value and "authorization" in unattended.refusal
    assert attended.refusal is None and attended.ruling.startswith(Ruling.NEEDS_HUMAN.value)


def test_a_step_that_is_too_large_is_refused_with_the_largest_allowed(world):
    judged = GymGate(approves=approve_all)(world, call("set_transmit_power", gnb="gnb-1", power_dbm=12.0))
    assert "at most 6 in one change" in judged.refusal and judged.ruling == Ruling.MODIFY.value


def test_calls_that_the_tool_itself_refuses_pass_the_gate(world):
    for refused in (reallocate(5.0), call("switch_network_slice", current="mMTC", target="URLLC"), call("edge_offload")):
        assert GymGate()(world, refused) == (Ruling.APPROVE.value, None)


def test_a_rule_that_raises_lets_nothing_through(world):
    def broken(case):
        raise RuntimeError("no policies")
        yield

    gate = GymGate(approves=approve_all, gate=Gate((Rule("authorization", broken, Ruling.REJECT),)))
    judged = gate(world, reallocate(0.5))
    assert judged.ruling == Ruling.ESCALATE.value and "no policies" in judged.refusal


def test_a_call_that_cannot_be_tried_does_not_pass(world):
    judged = GymGate(approves=approve_all, registry=None)(world, reallocate(0.5))
    assert judged.ruling == Ruling.ESCALATE.value and "could not judge this call: AttributeError" in judged.refusal


def test_a_refusal_is_an_observation_and_the_episode_goes_on():
    class Starves:
        name = "starves"

        def __init__(self):
            self.views = []

        def decide(self, view):
            self.views.append(view)
            if len(self.views) == 1:
                return CallTools(calls=(STARVE,))
            return Finish(summary="done") if len(self.views) > 2 else CallTools(calls=(call("check_network_state"),))

    task, planner = drawn()[0], Starves()
    rollout = Runner(change_judge=GymGate()).run(task, planner)
    first, second = rollout.spans
    assert (first.boundary, first.verdict, second.verdict) == ("permission", "modify", None)
    assert "max-step" in planner.views[1].observations[0].error
    assert rollout.final_state == Runner().run(task, Looks()).final_state


class Looks:
    """Observes twice and changes nothing."""

    name = "looks"

    def __init__(self):
        self._left = 2

    def decide(self, view):
        self._left -= 1
        return CallTools(calls=(call("check_network_state"),)) if self._left >= 0 else Finish(summary="done")


def test_an_expert_does_its_work_behind_the_gate():
    rollouts = [Runner(change_judge=gate_of("attended")).run(task, Expert(task)) for task in drawn()]
    assert sum(rollout.success for rollout in rollouts) >= 0.8 * len(rollouts)
    assert any(span.verdict == "approve" for rollout in rollouts for span in rollout.spans)


def test_over_another_network_predictions_carry_the_twin_gap(world):
    task = drawn()[0]
    other = World(task.scenario(), Wrapped(), task.events)
    other.begin()
    reallocation = reallocate(0.5)
    own, foreign = (candidate_of(each, try_call(each, reallocation, GymGate().registry)) for each in (world, other))
    assert all(prediction.twin_gap is None for prediction in own.predictions)
    gaps = [prediction.twin_gap for prediction in foreign.predictions if prediction.kpi == "DRB.PdcpSduDelayDl"]
    assert gaps and all(0.2 < gap < 0.5 for gap in gaps), "a third of 1.5 times the delay is missing"
    judged = GymGate()(other, reallocation)
    assert judged.ruling != Ruling.APPROVE.value, "a gap above 30 % is shown to a human"


def test_a_mission_is_a_read_only_network(world):
    network = MissionNetwork(world, mission_tree(world))
    assert isinstance(network, Network)
    frame = network.observe(KpiQuery(kpis=("DRB.PdcpSduDelayDl",), slices=(Slice.EMBB,)))
    rows = [row for row in frame if row.value is not None]
    assert rows and all(row.unit == "ms" and row.value > 0.0 for row in rows)
    trial = try_call(world, reallocate(0.5), GymGate().registry)
    with pytest.raises(NetworkError, match="Configuration tools"):
        network.apply(trial.change_set, "key")


def test_modes_are_named_and_unknown_ones_refused(tmp_path):
    assert gate_of("none") is None
    with pytest.raises(GymInputError, match="gate='open' does not exist: none, unattended, attended"):
        gate_of("open")
    model, modes = named_network("model"), ("none", "unattended", "attended")
    names = {Campaign("expert", model, tmp_path, gate=mode).path.name for mode in modes}
    assert len(names) == 3, "rollouts behind different gates are kept apart"


def test_gym_run_records_the_gates_rulings():
    task = drawn()[0]
    result = CliRunner().invoke(app, ["run", "--agent", "over-acting", "--task", task.id, "--gate", "unattended", "--json"])
    assert result.exit_code == 0, result.output
    spans = json.loads(result.stdout)["spans"]
    assert {span["verdict"] for span in spans} & {"modify", "needs a human"}


def test_a_player_is_asked_where_a_human_must_decide():
    task = drawn()[0]
    lines = ["set_transmit_power gnb=gnb-3 power_dbm=39", "no", "set_transmit_power gnb=gnb-3 power_dbm=39", "yes", "quit"]
    result = CliRunner().invoke(app, ["play", "--task", task.id, "--gate"], input="\n".join(lines) + "\n")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("the gate asks: let it through?") == 2 and "with a human's approval" in result.stdout
    refused, approved = result.stdout.split("the gate asks")[1:]
    assert "error (permission)" in refused and "error" not in approved and "gate: needs a human, who approved" in approved
