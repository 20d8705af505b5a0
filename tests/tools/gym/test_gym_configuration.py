"""Configuration and radio tools: they change what they declare, return the state after it, and run only with permission."""

import pytest

from policies.effect import Effect
from policies.gym.split import Purpose
from policies.slices import Slice
from tools.contract import ToolError
from tools.gym.catalogue import catalogue, gym_registry
from tools.gym.configure.receiver_gain import RECEIVERS, receiver_gain_db
from tools.gym.context import GymContext
from twins.gym.field import NOISE_FIGURE_DB
from twins.gym.scenario import Family, scenario
from twins.gym.world import World
from twins.learned.network import LearnedNetwork

PAPER = [
    "read_telemetry",
    "check_network_state",
    "get_signal_strength",
    "scan_available_gnbs",
    "get_edge_load",
    "get_slice_status",
    "read_uav_position",
    "get_battery_level",
    "predict_sla_violation",
    "check_handover_status",
    "get_traffic_pattern",
    "monitor_interference",
    "check_link_quality",
    "select_recovery_strategy",
    "get_available_slices",
    "check_migration_feasibility",
    "activate_sensor",
    "risk_assessment",
    "evaluate_intent_feasibility",
    "check_geofence",
    "path_planning",
    "compute_energy_budget",
    "select_offload_target",
    "negotiate_priority",
    "set_waypoint",
    "adjust_altitude",
    "adjust_speed",
    "collision_avoidance",
    "swarm_formation",
    "assign_task",
    "send_alert",
    "request_handover",
    "log_decision",
    "update_mission_plan",
    "broadcast_status",
    "heartbeat",
    "verify_sla_compliance",
    "validate_mission_completion",
    "switch_network_slice",
    "graceful_degradation",
    "edge_offload",
    "trigger_slice_reallocation",
]


@pytest.fixture
def context():
    world = World(scenario(Family.SLICING, 3, Purpose.TRAINING), LearnedNetwork())
    world.begin()
    return GymContext(world, may_configure=True)


def run(context, name, **arguments):
    return gym_registry().get(name).run(context, arguments)


def test_the_catalogue_is_the_papers_table_in_its_order_and_split():
    tools = catalogue("6gagentgym")
    assert [tool.name for tool in tools] == PAPER and len(PAPER) == 42
    assert [len(tools.of_effect(effect)) for effect in Effect] == [16, 22, 4]
    assert [tool.name for tool in catalogue("radio")] == [
        "steer_beam",
        "set_transmit_power",
        "set_handover_offset",
        "select_receiver",
    ]
    with pytest.raises(ValueError, match="6gagentgym, radio"):
        catalogue("nr")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("switch_network_slice", {"current": "eMBB", "target": "URLLC"}),
        ("graceful_degradation", {"degradation": {"target": "mission", "keep_rate": 0.5}}),
        ("trigger_slice_reallocation", {"slice": "eMBB", "resources": {"share": 0.3}}),
        ("edge_offload", {"task": {"task": "service", "gcycles_per_job": 0.1, "jobs_per_s": 5}, "target": {"server": "edge-1"}}),
        ("steer_beam", {"gnb": "gnb-1", "azimuth_deg": 30.0}),
        ("set_transmit_power", {"gnb": "gnb-1", "power_dbm": 30.0}),
        ("set_handover_offset", {"gnb": "gnb-1", "offset_db": -3.0}),
        ("select_receiver", {"receiver": "lmmse"}),
    ],
)
def test_a_configuration_runs_only_with_permission_and_is_then_measured(context, name, arguments):
    layout, count = context.world.layout, len(context.world.measurements)
    with pytest.raises(ToolError) as error:
        run(GymContext(context.world), name, **arguments)
    assert error.value.boundary == "permission" and context.world.layout == layout
    answer = run(context, name, **arguments)
    assert context.world.layout != layout and len(context.world.measurements) == count + 1
    value = answer.value.model_dump()
    assert value.get("state", value) == context.world.state.model_dump()


def test_the_mission_moves_between_slices_and_only_the_mission(context):
    world = context.world
    assert run(context, "switch_network_slice", current="eMBB", target="mMTC").value.slice is Slice.MMTC
    changed = {name for name, flow in world.layout.flows.items() if flow != world.scenario.layout.flows[name]}
    assert changed == set(world.scenario.mission)
    with pytest.raises(ToolError, match="the mission is on mMTC"):
        run(context, "switch_network_slice", current="eMBB", target="URLLC")


def test_degradation_limits_only_its_target_and_can_be_undone(context):
    world, full = context.world, context.world.scenario.layout.flows
    run(context, "graceful_degradation", degradation={"target": "eMBB", "keep_rate": 0.5})
    for name, flow in world.layout.flows.items():
        keep_rate = 0.5 if flow.slice is Slice.EMBB and name not in world.scenario.mission else 1.0
        assert flow.mbps == pytest.approx(keep_rate * full[name].mbps)
    run(context, "graceful_degradation", degradation={"target": "eMBB", "keep_rate": 1.0})
    assert world.layout.flows == full


def test_reallocation_changes_only_the_named_gnbs(context):
    run(context, "trigger_slice_reallocation", slice="URLLC", resources={"share": 0.5, "gnbs": ["gnb-2"]})
    shares = {name: cell.shares[Slice.URLLC] for name, cell in context.world.layout.cells.items()}
    assert shares == {"gnb-1": 0.25, "gnb-2": 0.5, "gnb-3": 0.25}
    with pytest.raises(ToolError, match="gnb='gnb-9' does not exist: gnb-1, gnb-2, gnb-3"):
        run(context, "trigger_slice_reallocation", slice="URLLC", resources={"share": 0.5, "gnbs": ["gnb-9"]})


def test_offloading_the_service_moves_its_traffic_and_offloading_another_task_does_not(context):
    world = context.world
    other = {"task": "mapping", "gcycles_per_job": 0.2, "jobs_per_s": 5}
    before = world.server_loads()["edge-2"]
    value = run(context, "edge_offload", task=other, target={"server": "edge-2"}).value
    assert value.load == pytest.approx(before + 1.0 / world.scenario.servers["edge-2"].capacity_gcps, abs=1e-3)
    assert world.service_host == "cloud"
    run(context, "edge_offload", task=world.service_task().model_dump(), target={"server": "edge-1"})
    assert world.service_host == "edge-1" and world.state.edge_load == pytest.approx(world.server_loads()["edge-1"], abs=1e-4)
    with pytest.raises(ToolError, match="cloud, edge-1, edge-2"):
        run(context, "edge_offload", task=other, target={"server": "moon"})


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("set_transmit_power", {"gnb": "gnb-1", "power_dbm": 60.0}, "TS 36.104|less than or equal to 46"),
        ("set_handover_offset", {"gnb": "gnb-1", "offset_db": 99}, "less than or equal to 15"),
        ("steer_beam", {"gnb": "gnb-1", "azimuth_deg": 1e9}, "less than or equal to 360"),
        ("steer_beam", {"gnb": "gnb-1", "azimuth_deg": float("nan")}, "azimuth_deg"),
        ("select_receiver", {"receiver": "magic"}, "ls, lmmse, deeprx"),
        ("graceful_degradation", {"degradation": {"target": "mission", "keep_rate": 0.0}}, "greater than or equal to 0.2"),
        (
            "edge_offload",
            {"task": {"task": "", "gcycles_per_job": 1, "jobs_per_s": 1}, "target": {"server": "cloud"}},
            "task.task",
        ),
    ],
)
def test_an_argument_out_of_range_is_refused_with_field_and_range_and_changes_nothing(context, name, arguments, message):
    layout = context.world.layout
    with pytest.raises(ToolError, match=message):
        run(context, name, **arguments)
    assert context.world.layout == layout


def test_receiver_gains_are_those_of_the_link_table():
    gains = {name: receiver_gain_db(name)[0] for name in RECEIVERS}
    assert gains["ls"] == 0.0 and 0.5 < gains["lmmse"] < 4.0 and 0.5 < gains["deeprx"] < 4.0


def test_a_better_receiver_lowers_the_missions_noise_figure(context):
    value = run(context, "select_receiver", uav="uav-1", receiver="deeprx").value
    users = context.world.layout.users
    assert users["uav-1"].noise_figure_db == pytest.approx(NOISE_FIGURE_DB - value.gain_db)
    assert users["uav-2"].noise_figure_db == NOISE_FIGURE_DB
