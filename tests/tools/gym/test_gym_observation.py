"""Observation tools report the world's symptoms with their units, and change nothing."""

import json

import pytest
from gym_worlds import gym_context, mission_snapshot, network_snapshot

from policies.effect import Effect
from policies.gym.battery_level import BatteryLevel
from policies.gym.degradation import DegradationEvent, DegradationKind
from policies.gym.edge_load import EdgeLoad
from policies.gym.network_state import NetworkState
from policies.gym.place import Position
from policies.gym.risk_score import RiskScore
from policies.gym.telemetry_state import TelemetryState
from policies.gym.usual_sla import violation_probability
from policies.slices import Slice
from tools.contract import ToolError
from tools.gym.observe.observation import OBSERVATION
from tools.gym.radio_conditions import attainable_mbps
from tools.gym.reason.reasoning import REASONING
from twins.gym.changes import with_cell, with_slice
from twins.gym.field import rsrp_dbm, sinr_db
from twins.gym.scenario import Family

TABLE = (  # seed 001, appendix A: name, fields of the request, output
    ("read_telemetry", (), "TelemetryState"),
    ("check_network_state", (), "NetworkState"),
    ("get_signal_strength", ("position",), "SignalStrength"),
    ("scan_available_gnbs", ("position",), "GnbList"),
    ("get_edge_load", (), "EdgeLoad"),
    ("get_slice_status", ("slice",), "SliceStatus"),
    ("read_uav_position", ("uav",), "Position"),
    ("get_battery_level", ("uav",), "BatteryLevel"),
    ("predict_sla_violation", ("state",), "SLAPrediction"),
    ("check_handover_status", ("uav",), "HandoverStatus"),
    ("get_traffic_pattern", ("slice",), "TrafficPattern"),
    ("monitor_interference", ("position",), "InterferenceLevel"),
    ("check_link_quality", ("uav", "gnb"), "LinkQuality"),
    ("select_recovery_strategy", ("state", "risk"), "RecoveryStrategy"),
    ("get_available_slices", ("position",), "SliceList"),
    ("check_migration_feasibility", ("uav", "gnb"), "FeasibilityScore"),
)
TOOLS = {tool.name: tool for tool in OBSERVATION}
CALM = {"score": 0.1, "worst": "edge"}


def arguments(context, name):
    """A valid call of the tool."""
    world = context.world
    values = {
        "position": world.mission.fleet["uav-1"].position.model_dump(),
        "slice": "eMBB",
        "uav": "uav-1",
        "gnb": "gnb-2",
        "state": world.state.model_dump(mode="json"),
        "risk": CALM,
    }
    return {field: values[field] for field in TOOLS[name].request.model_fields}


def call(context, name, **arguments_given):
    return TOOLS[name].call(context, arguments_given).value


@pytest.fixture
def context():
    return gym_context()


def test_the_sixteen_tools_are_those_of_the_table_in_its_order():
    rows = tuple((tool.name, tuple(tool.request.model_fields), tool.value.__name__) for tool in OBSERVATION)
    assert rows == TABLE
    assert all(tool.effect is Effect.OBSERVE and tool.also_changes == () for tool in OBSERVATION)
    assert len({tool.name for tool in (*OBSERVATION, *REASONING)}) == 38


@pytest.mark.parametrize("name", list(TOOLS))
def test_an_observation_changes_nothing_and_returns_its_declared_type(context, name):
    network, mission = network_snapshot(context.world), mission_snapshot(context.world)
    result = TOOLS[name].call(context, arguments(context, name))
    assert (network_snapshot(context.world), mission_snapshot(context.world)) == (network, mission)
    assert type(result.value) is TOOLS[name].value
    assert TOOLS[name].value.model_validate(json.loads(result.value.model_dump_json())) == result.value
    assert "\n" not in result.summary and any(letter.isdigit() for letter in result.summary)
    assert result == TOOLS[name].call(context, arguments(context, name))


@pytest.mark.parametrize("name", [name for name, fields, _ in TABLE if fields])
def test_a_call_without_its_arguments_names_the_field(context, name):
    for field in TOOLS[name].request.model_fields:
        with pytest.raises(ToolError, match=field) as error:
            TOOLS[name].call(context, {key: value for key, value in arguments(context, name).items() if key != field})
        assert error.value.boundary == "arguments"


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("read_uav_position", {"uav": "uav-9"}, "uav='uav-9' is no UAV of this mission: uav-1, uav-2, uav-3, uav-4"),
        ("check_link_quality", {"gnb": "gnb-9"}, "gnb='gnb-9' does not exist: gnb-1, gnb-2, gnb-3"),
        ("check_migration_feasibility", {"uav": "ue-1"}, "uav='ue-1' is no UAV"),
        ("get_slice_status", {"slice": "gaming"}, "slice='gaming'"),
        ("get_traffic_pattern", {"slice": 1}, "slice=1"),
        ("get_signal_strength", {"position": {"x_m": float("nan"), "y_m": 0, "z_m": 50}}, "position.x_m=nan"),
        ("monitor_interference", {"position": {"x_m": 0, "y_m": 0, "z_m": 900}}, "position.z_m=900"),
        ("get_battery_level", {"uav": 3}, "uav=3"),
        ("read_telemetry", {"verbose": True}, "verbose=True"),
    ],
)
def test_a_malformed_call_names_the_field_and_the_allowed_values(context, name, change, message):
    with pytest.raises(ToolError) as error:
        TOOLS[name].call(context, {**arguments(context, name), **change})
    assert error.value.boundary == "arguments" and message in str(error.value)


def test_telemetry_is_what_was_measured_and_hides_the_causes():
    event = DegradationEvent(kind=DegradationKind.BACKHAUL_DELAY, target="cloud", magnitude=80.0)
    context = gym_context(events=(event,))
    world, shown = context.world, call(context, "read_telemetry")
    assert isinstance(shown, TelemetryState)
    assert (shown.state, shown.geofence) == (world.state, world.scenario.geofence)
    assert shown.serving == {name: user.cell for name, user in world.measured.window.users.items()}
    assert shown.edge.servers["cloud"].link_ms == pytest.approx(world.layout.hosts["cloud"] + 80.0)
    assert shown.log.tasks == {"service": "cloud"}
    assert not any(kind.value in shown.model_dump_json() for kind in DegradationKind)


def test_signal_and_scan_agree_with_the_field(context):
    world, at = context.world, Position(x_m=40, y_m=-20, z_m=80)
    levels = rsrp_dbm(world.in_force, at)
    signal, scan = (call(context, name, position=at.model_dump()) for name in ("get_signal_strength", "scan_available_gnbs"))
    assert signal.rsrp_dbm == pytest.approx(levels, abs=0.06)
    assert signal.best == scan.gnbs[0].gnb == max(levels, key=levels.get)
    assert signal.sinr_db == pytest.approx(sinr_db(world.in_force, at, signal.best, world.measured.window.prb_load), abs=0.01)


def test_an_interferer_shows_as_a_rise_that_the_cells_do_not_explain():
    at = gym_context().world.scenario.layout.interferer.model_copy(update={"z_m": 60.0}).model_dump()
    quiet = call(gym_context(), "monitor_interference", position=at)
    event = DegradationEvent(kind=DegradationKind.INTERFERENCE, magnitude=40.0)
    jammed = call(gym_context(events=(event,)), "monitor_interference", position=at)
    assert quiet.rise_db == quiet.from_cells_rise_db
    assert jammed.rise_db > jammed.from_cells_rise_db + 3.0


def test_the_attainable_rate_is_the_truncated_shannon_bound_by_hand():
    assert attainable_mbps(0.0, 50) == pytest.approx(0.6 * 1.0 * 50 * 0.18)  # log2(1 + 1) = 1
    assert attainable_mbps(-11.0, 50) == 0.0
    assert attainable_mbps(40.0, 50) == pytest.approx(4.4 * 50 * 0.18)


def test_a_handover_is_pending_until_measured_and_then_done_or_undone(context):
    world = context.world  # uav-2 is less than 3 dB better off where it is
    assert call(context, "check_handover_status", uav="uav-2").status == "none"
    serving = world.measured.window.users["uav-2"].cell
    others = {
        name: level for name, level in rsrp_dbm(world.in_force, world.mission.fleet["uav-2"].position).items() if name != serving
    }
    near = max(others, key=others.get)
    world.order_handover("uav-2", near)
    assert call(context, "check_handover_status", uav="uav-2").status == "pending"
    world.measure()
    assert call(context, "check_handover_status", uav="uav-2").status == "done"
    world.configure(with_cell(world.layout, near, a3_offset_db=-15.0))
    world.measure()
    status = call(context, "check_handover_status", uav="uav-2")
    assert (status.status, status.ordered, status.serving) == ("undone", near, serving)
    assert call(context, "check_migration_feasibility", uav="uav-2", gnb=near).score <= 0.2


def test_no_uav_can_migrate_to_a_barred_gnb(context):
    context.world.configure(with_cell(context.world.layout, "gnb-2", barred=True))
    result = call(context, "check_migration_feasibility", uav="uav-1", gnb="gnb-2")
    assert result.score == 0.0 and "gnb-2 is barred" in result.reasons
    scan = call(context, "scan_available_gnbs", **arguments(context, "scan_available_gnbs"))
    assert [entry.barred for entry in scan.gnbs].count(True) == 1


def test_a_surge_shows_as_a_step_in_the_slices_traffic():
    event = DegradationEvent(kind=DegradationKind.SURGE, target="eMBB", magnitude=3.0, onset_s=10.0)
    context = gym_context(Family.SLICING, events=(event,))
    context.world.elapse(20.0)
    context.world.catch_up()
    before, after = call(context, "get_traffic_pattern", slice="eMBB").history
    assert after.others_mbps == pytest.approx(3.0 * before.others_mbps, rel=1e-3)
    assert after.mission_mbps == pytest.approx(before.mission_mbps)


def test_slice_status_separates_the_mission_from_other_users(context):
    world = context.world
    world.configure(with_slice(world.layout, world.scenario.mission, Slice.URLLC))
    world.measure()
    urllc, embb = (call(context, "get_slice_status", slice=name) for name in ("URLLC", "eMBB"))
    assert urllc.carries_mission and urllc.mission.throughput_mbps == pytest.approx(world.state.throughput_mbps, abs=1e-3)
    assert not embb.carries_mission and embb.mission is None
    assert embb.others.throughput_mbps == pytest.approx(world.measured.slices[Slice.EMBB].throughput_mbps, abs=1e-4)
    available = call(context, "get_available_slices", **arguments(context, "get_available_slices"))
    assert {entry.slice: entry.share for entry in available.slices} == {Slice.EMBB: 0.59, Slice.URLLC: 0.25, Slice.MMTC: 0.16}


def test_battery_and_servers_are_those_of_the_world(context):
    world = context.world
    world.elapse(60.0)
    uav, level = world.mission.fleet["uav-2"], call(context, "get_battery_level", uav="uav-2")
    assert isinstance(level, BatteryLevel) and level.energy_wh == pytest.approx(uav.energy_wh, abs=1e-3)
    load = call(context, "get_edge_load")
    assert isinstance(load, EdgeLoad) and load.servers["cloud"].load == pytest.approx(world.state.edge_load, abs=1e-4)
    assert load.service_host == "cloud" and load.servers["cloud"].tasks == ("service",)


def test_violation_probabilities_follow_the_rule(context):
    assert violation_probability(75.0, 150.0) == pytest.approx(1.0 / 17.0)
    assert violation_probability(150.0, 150.0) == 0.5
    assert violation_probability(300.0, 150.0) == pytest.approx(16.0 / 17.0)
    state = context.world.state.model_copy(update={"latency_ms": 150.0, "throughput_mbps": 0.0})
    result = call(context, "predict_sla_violation", state=state.model_dump(mode="json"))
    assert result.probability["latency"] == 0.5 and result.probability["throughput"] > 0.99
    assert result.most_likely == "throughput" and "rule" in result.rule


@pytest.mark.parametrize(
    ("change", "strategy"),
    [
        ({}, "none"),
        ({"edge_load": 0.95}, "edge_offload"),
        ({"loss": 0.1}, "switch_network_slice"),
        ({"loss": 0.1, "slice": Slice.URLLC}, "trigger_slice_reallocation"),
    ],
)
def test_a_recovery_fits_what_is_broken(context, change, strategy):
    state = NetworkState.model_validate({**context.world.state.model_dump(), **change})
    result = call(context, "select_recovery_strategy", state=state.model_dump(mode="json"), risk=CALM)
    assert result.strategy == strategy and result.reason


def test_a_delayed_backhaul_and_a_server_near_its_limit_both_call_for_another_server():
    event = DegradationEvent(kind=DegradationKind.BACKHAUL_DELAY, target="cloud", magnitude=200.0)
    context = gym_context(events=(event,))
    state = context.world.state.model_dump(mode="json")
    assert call(context, "select_recovery_strategy", state=state, risk=CALM).strategy == "edge_offload"
    calm = gym_context()
    edge = RiskScore(score=0.9, worst="edge").model_dump()
    result = call(calm, "select_recovery_strategy", state=calm.world.state.model_dump(mode="json"), risk=edge)
    assert (result.strategy, result.broken) == ("edge_offload", ())


def test_with_poor_radio_and_no_free_block_the_mission_sends_less():
    jam = DegradationEvent(kind=DegradationKind.INTERFERENCE, magnitude=46.0)
    surge = DegradationEvent(kind=DegradationKind.SURGE, target="eMBB", magnitude=4.0)
    context = gym_context(Family.SLICING, 1, events=(jam, surge))
    state = context.world.state
    result = call(context, "select_recovery_strategy", state=state.model_dump(mode="json"), risk=CALM)
    assert result.strategy == "graceful_degradation" and "loss" in result.broken
