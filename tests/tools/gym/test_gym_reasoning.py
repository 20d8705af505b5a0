"""Reasoning tools compute, command the mission within its rules, and never change the network."""

import json
import math
from itertools import combinations, pairwise

import pytest
from gym_worlds import gym_context, mission_snapshot, network_snapshot

from policies.effect import Effect
from policies.gym.offload import OffloadTarget
from policies.gym.place import GeofenceSpec, Position, Waypoints, Zone
from tools.contract import ToolError
from tools.gym.context import GymContext
from tools.gym.observe.observation import OBSERVATION
from tools.gym.reason.reasoning import REASONING
from tools.gym.route import crossed_zones, flight_paths
from twins.gym.fleet import propulsion_w
from twins.gym.mission_log import mission_log
from twins.gym.scenario import Family
from twins.gym.world import World
from twins.learned.network import LearnedNetwork

TABLE = (  # seed 001, appendix A: name, fields of the request, output, the parts of the mission that it changes
    ("activate_sensor", ("sensor",), "SensorHandle", ("sensors",)),
    ("risk_assessment", ("telemetry",), "RiskScore", ()),
    ("evaluate_intent_feasibility", ("intent", "state"), "FeasibilityScore", ()),
    ("check_geofence", ("position", "fence"), "GeofenceResult", ()),
    ("path_planning", ("start", "goal", "state"), "Waypoints", ()),
    ("compute_energy_budget", ("waypoints", "battery"), "EnergyPlan", ()),
    ("select_offload_target", ("load", "task"), "OffloadTarget", ()),
    ("negotiate_priority", ("uav_a", "uav_b", "intent"), "PriorityResult", ()),
    ("set_waypoint", ("uav", "position"), "WaypointAck", ("waypoints",)),
    ("adjust_altitude", ("uav", "altitude_m"), "AltitudeAck", ("waypoints",)),
    ("adjust_speed", ("uav", "speed_mps"), "SpeedAck", ("speed",)),
    ("collision_avoidance", ("uav", "position", "swarm"), "AvoidanceCmd", ()),
    ("swarm_formation", ("swarm", "waypoints"), "FormationCmd", ("waypoints",)),
    ("assign_task", ("uav", "task"), "TaskAck", ("tasks",)),
    ("send_alert", ("uav", "alert"), "AlertAck", ("log",)),
    ("request_handover", ("uav", "gnb"), "HandoverCmd", ("handover order",)),
    ("log_decision", ("record",), "LogAck", ("log",)),
    ("update_mission_plan", ("mission", "state"), "MissionPlan", ("log",)),
    ("broadcast_status", ("uav", "message"), "BroadcastAck", ("log",)),
    ("heartbeat", ("uav",), "HeartbeatAck", ("log",)),
    ("verify_sla_compliance", ("state", "sla"), "ComplianceResult", ()),
    ("validate_mission_completion", ("mission", "log"), "ValidationResult", ()),
)
TOOLS = {tool.name: tool for tool in (*OBSERVATION, *REASONING)}
NAMES = [tool.name for tool in REASONING]
TASK = {"task": "mapping", "gcycles_per_job": 0.5, "jobs_per_s": 4.0}
PAIR = {"uavs": ["uav-1", "uav-2"], "formation": "line", "spacing_m": 20}
INTENT = {"text": "keep the video smooth", "sla": {"max_latency_ms": 40.0}}


def arguments(context, name):
    """A valid call of the tool."""
    world = context.world
    zone = world.scenario.geofence.zones[0]
    free = {"x_m": zone.x_m, "y_m": zone.y_m - zone.radius_m - 60.0, "z_m": 90.0}
    values = {
        "uav": "uav-1", "uav_a": "uav-1", "uav_b": "uav-2", "gnb": "gnb-2", "sensor": "lidar", "alert": "low_battery",
        "altitude_m": 100.0, "speed_mps": 12.0, "position": free, "start": free, "goal": {**free, "z_m": 100.0},
        "fence": world.scenario.geofence.model_dump(), "waypoints": {"points": [free]}, "task": TASK, "intent": INTENT,
        "swarm": {"uavs": list(world.mission.fleet), "formation": "line", "spacing_m": 20.0}, "sla": INTENT["sla"],
        "record": {"subject": "mission", "decision": "wait", "reason": "nothing is broken"}, "message": {"text": "on station"},
        "mission": {"sla": INTENT["sla"]},
        "state": world.state.model_dump(mode="json"),
        "telemetry": TOOLS["read_telemetry"].call(context, {}).value.model_dump(mode="json"),
        "battery": TOOLS["get_battery_level"].call(context, {"uav": "uav-1"}).value.model_dump(),
        "load": TOOLS["get_edge_load"].call(context, {}).value.model_dump(),
        "log": mission_log(world).model_dump(mode="json"),
    }  # fmt: skip
    if name == "collision_avoidance":
        values["swarm"] = {"positions": {uav: state.position.model_dump() for uav, state in world.mission.fleet.items()}}
    return {field: values[field] for field in TOOLS[name].request.model_fields}


def call(context, name, **changes):
    return TOOLS[name].call(context, {**arguments(context, name), **changes}).value


@pytest.fixture
def context():
    return gym_context()


def test_the_22_tools_are_those_of_the_table_in_its_order():
    rows = tuple((tool.name, tuple(tool.request.model_fields), tool.value.__name__, tool.also_changes) for tool in REASONING)
    assert rows == TABLE
    assert all(tool.effect is Effect.REASON for tool in REASONING)


@pytest.mark.parametrize("name", NAMES)
def test_reasoning_changes_no_network_and_the_mission_only_if_declared(context, name):
    network, mission = network_snapshot(context.world), mission_snapshot(context.world)
    result = TOOLS[name].call(context, arguments(context, name))
    assert network_snapshot(context.world) == network
    assert (mission_snapshot(context.world) != mission) == bool(TOOLS[name].also_changes)
    assert type(result.value) is TOOLS[name].value
    assert TOOLS[name].value.model_validate(json.loads(result.value.model_dump_json())) == result.value
    assert "\n" not in result.summary and result.provenance.kind == "computation"


@pytest.mark.parametrize("name", NAMES)
def test_reasoning_needs_no_measurement_and_does_not_ask_for_one(context, name):
    unmeasured = GymContext(World(context.world.scenario, LearnedNetwork()))
    valid = arguments(context, name)
    assert TOOLS[name].call(unmeasured, valid).value == TOOLS[name].call(context, valid).value
    assert unmeasured.world.measurements == []


@pytest.mark.parametrize("name", NAMES)
def test_a_call_without_its_arguments_or_with_others_names_the_field(context, name):
    for field in TOOLS[name].request.model_fields:
        with pytest.raises(ToolError, match=field):
            TOOLS[name].call(context, {key: value for key, value in arguments(context, name).items() if key != field})
    with pytest.raises(ToolError, match="urgent=True"):
        call(context, name, urgent=True)


@pytest.mark.parametrize(
    ("name", "change", "boundary", "message"),
    [
        ("set_waypoint", {"uav": "uav-9"}, "arguments", "uav='uav-9' is no UAV of this mission: uav-1, uav-2"),
        ("heartbeat", {"uav": "nobody"}, "arguments", "uav-1, uav-2, uav-3, uav-4"),
        ("request_handover", {"gnb": "gnb-7"}, "arguments", "gnb='gnb-7' does not exist: gnb-1, gnb-2, gnb-3"),
        ("activate_sensor", {"sensor": "nose"}, "arguments", "sensor='nose'"),
        ("send_alert", {"alert": "boredom"}, "arguments", "alert='boredom'"),
        ("adjust_speed", {"speed_mps": float("nan")}, "arguments", "speed_mps=nan"),
        ("adjust_speed", {"speed_mps": "fast"}, "arguments", "speed_mps='fast'"),
        ("adjust_speed", {"speed_mps": 40.0}, "refused", "speed_mps=40 is outside 1..25 m/s (the airframe"),
        ("adjust_altitude", {"altitude_m": float("inf")}, "arguments", "altitude_m=inf"),
        ("adjust_altitude", {"altitude_m": 10.0}, "refused", "altitude_m=10 is outside 30..120 m (the mission's geofence)"),
        ("negotiate_priority", {"uav_b": "uav-1"}, "arguments", "uav_b='uav-1' is uav_a"),
        ("assign_task", {"task": {**TASK, "jobs_per_s": 9.0}}, "refused", "0..4 Gcycle/s fit on board"),
        ("assign_task", {"task": {**TASK, "task": "service"}}, "refused", "only edge_offload moves it"),
        ("assign_task", {"task": {**TASK, "gcycles_per_job": -1.0}}, "arguments", "task.gcycles_per_job=-1.0"),
        ("update_mission_plan", {"mission": {"tasks": {"mapping": "edge-9"}}}, "arguments", "cloud, edge-1, edge-2"),
        ("update_mission_plan", {"mission": {"serving": {"uav-1": "gnb-9"}}}, "arguments", "gnb='gnb-9'"),
        ("verify_sla_compliance", {"sla": {"max_latency_ms": -1}}, "arguments", "sla.max_latency_ms=-1"),
        ("swarm_formation", {"swarm": {**PAIR, "uavs": ["uav-1", "uav-1"]}}, "arguments", "each UAV has one place, name it once"),
        ("swarm_formation", {"swarm": {**PAIR, "spacing_m": 5}}, "arguments", "swarm.spacing_m=5"),
    ],
)  # fmt: skip
def test_an_invalid_call_names_value_and_range_and_changes_nothing(context, name, change, boundary, message):
    before = network_snapshot(context.world), mission_snapshot(context.world)
    with pytest.raises(ToolError) as error:
        call(context, name, **change)
    assert error.value.boundary == boundary and message in str(error.value)
    assert (network_snapshot(context.world), mission_snapshot(context.world)) == before


# ---- flight ---------------------------------------------------------------------------------------------------------------


def test_a_waypoint_in_the_zone_is_refused_by_the_zones_name_with_what_is_allowed(context):
    zone = context.world.scenario.geofence.zones[0]
    inside = {"x_m": zone.x_m, "y_m": zone.y_m, "z_m": zone.ceiling_m - 1.0}
    with pytest.raises(ToolError, match=r"zone hospital.*Allowed: x .* altitude 30\.\.120 m.*path_planning") as error:
        call(context, "set_waypoint", position=inside)
    assert error.value.boundary == "refused"
    call(context, "set_waypoint", position={**inside, "z_m": zone.ceiling_m})
    assert context.world.mission.fleet["uav-1"].way[0].z_m == zone.ceiling_m


def test_a_commanded_uav_arrives(context):
    world, there = context.world, Position.model_validate(arguments(context, "set_waypoint")["position"])
    ack = call(context, "set_waypoint")
    world.elapse(ack.flight_s + 1.0)
    assert world.mission.fleet["uav-1"].position == there
    call(context, "adjust_altitude", altitude_m=100.0)
    world.elapse(10.0)
    assert world.mission.fleet["uav-1"].position == there.model_copy(update={"z_m": 100.0})
    call(context, "adjust_speed", speed_mps=20.0)
    assert world.mission.fleet["uav-1"].speed_mps == 20.0


def test_a_straight_path_through_a_zone_is_reported(context):
    zone = context.world.scenario.geofence.zones[0]
    west, east = ({"x_m": zone.x_m + side * (zone.radius_m + 20.0), "y_m": zone.y_m, "z_m": 40.0} for side in (-1.0, 1.0))
    context.world.command("uav-1", position=Position(**west))
    assert call(context, "set_waypoint", position=east).crosses == ("hospital",)


def sampled(path):
    """Points of the path, a metre apart."""
    for start, end in pairwise(path.points):
        steps = max(math.ceil(start.distance_m(end)), 1)
        for step in range(steps + 1):
            share = step / steps
            yield Position(**{axis: getattr(start, axis) + share * (getattr(end, axis) - getattr(start, axis))
                              for axis in ("x_m", "y_m", "z_m")})  # fmt: skip


@pytest.mark.parametrize("loss", [0.0, 0.05])
@pytest.mark.parametrize("seed", range(1, 9))
def test_a_planned_path_never_crosses_a_zone(seed, loss):
    context = gym_context(Family.SLICING, seed)
    fence, zone = context.world.scenario.geofence, context.world.scenario.geofence.zones[0]
    state = {**context.world.state.model_dump(mode="json"), "loss": loss}
    for index in range(12):
        turn, far = 2.0 * math.pi * index / 12.0, zone.radius_m + 12.0
        start = Position(x_m=zone.x_m + far * math.cos(turn), y_m=zone.y_m + far * math.sin(turn), z_m=35.0 + 5.0 * (index % 3))
        goal = Position(x_m=zone.x_m - far * math.cos(turn + 0.3), y_m=zone.y_m - far * math.sin(turn + 0.3), z_m=50.0)
        way = call(context, "path_planning", start=start.model_dump(), goal=goal.model_dump(), state=state)
        assert (way.points[0], way.points[-1]) == (start, goal)
        assert not [violation for point in sampled(way) for violation in fence.objections(point)]
        assert way.length_m >= start.distance_m(goal)
        if loss:
            assert max(point.z_m for point in way.points) <= max(start.z_m, goal.z_m)


def test_two_zones_are_flown_around_and_a_walled_goal_is_refused_by_name():
    west, east = (Position(x_m=x, y_m=0, z_m=50) for x in (-200, 200))
    zones = tuple(Zone(name=name, x_m=x, y_m=y, radius_m=60.0) for name, x, y in (("a", -60, 10), ("b", 60, -10)))
    box = {"x_min_m": -300.0, "x_max_m": 300.0, "y_min_m": -300.0, "y_max_m": 300.0, "max_altitude_m": 120.0}
    fence = GeofenceSpec(**box, zones=zones)
    paths = flight_paths(fence, west, east)
    assert len(paths) == 1 and not [point for point in sampled(paths[0]) if fence.objections(point)]
    wall = GeofenceSpec(**box, zones=(Zone(name="wall", x_m=0, y_m=0, radius_m=299.0), *zones))
    with pytest.raises(ValueError, match=r"start: .* zone wall"):
        flight_paths(wall, west, east)
    narrow = GeofenceSpec(**{**box, "y_min_m": -50.0, "y_max_m": 50.0}, zones=(Zone(name="gate", x_m=0, y_m=0, radius_m=60.0),))
    with pytest.raises(ValueError, match="gate can neither be flown around nor over"):
        flight_paths(narrow, west, east)


def test_a_leg_over_the_ceiling_crosses_nothing_and_one_that_dips_does():
    fence = GeofenceSpec(zones=(Zone(name="z", x_m=0, y_m=0, radius_m=50, ceiling_m=60),))
    left, right = ({"x_m": x, "y_m": 0.0} for x in (-100.0, 100.0))
    assert crossed_zones(fence, Position(**left, z_m=60), Position(**right, z_m=60)) == ()
    assert crossed_zones(fence, Position(**left, z_m=100), Position(**right, z_m=30)) == ("z",)
    assert crossed_zones(fence, Position(**left, z_m=120), Position(**right, z_m=62)) == ()
    assert crossed_zones(fence, Position(x_m=0, y_m=0, z_m=100), Position(x_m=0, y_m=0, z_m=59)) == ("z",)


def test_the_energy_budget_agrees_with_the_formula_and_with_the_flight(context):
    world = context.world
    assert propulsion_w(0.0) == pytest.approx(79.86 + 88.63)  # Zeng et al., table I: blade and induced power
    here = world.mission.fleet["uav-1"].position
    hover = call(context, "compute_energy_budget", waypoints={"points": [here.model_dump()]})
    assert (hover.length_m, hover.energy_wh, hover.hover_w) == (0.0, 0.0, 168.49)
    assert hover.hover_left_s == pytest.approx(world.mission.fleet["uav-1"].energy_wh * 3600.0 / 168.49, abs=0.1)
    there = arguments(context, "set_waypoint")["position"]
    plan = call(context, "compute_energy_budget", waypoints={"points": [here.model_dump(), there]})
    before = world.mission.fleet["uav-1"].energy_wh
    call(context, "set_waypoint")
    world.elapse(plan.flight_s)
    assert before - world.mission.fleet["uav-1"].energy_wh == pytest.approx(plan.energy_wh, rel=0.02)
    empty = {"uav": "uav-1", "charge": 0.001, "energy_wh": 0.1, "capacity_wh": 100.0}
    plan = call(context, "compute_energy_budget", waypoints={"points": [here.model_dump(), there]}, battery=empty)
    assert not plan.enough and plan.left_wh < 0.0
    with pytest.raises(ToolError, match=r"charge=0\.9 is not energy_wh / capacity_wh"):
        call(context, "compute_energy_budget", battery={**empty, "charge": 0.9})


@pytest.mark.parametrize("formation", ["line", "wedge", "circle", "grid"])
def test_a_formation_keeps_its_spacing_and_is_refused_outside_of_the_fence(context, formation):
    swarm = {"uavs": list(context.world.mission.fleet), "formation": formation, "spacing_m": 25.0}
    result = call(context, "swarm_formation", swarm=swarm)
    places = list(result.places.values())
    distances = [here.distance_m(there) for here, there in combinations(places, 2)]
    assert min(distances) == pytest.approx(25.0, abs=0.01) or (formation == "wedge" and min(distances) >= 25.0)
    assert {name: uav.way for name, uav in context.world.mission.fleet.items()} == {
        name: (p,) for name, p in result.places.items()
    }
    corner = {"x_m": context.world.scenario.geofence.x_min_m, "y_m": 0.0, "z_m": 90.0}
    before = mission_snapshot(context.world)
    with pytest.raises(ToolError, match=r"waypoints=.*lies outside x"):
        call(context, "swarm_formation", swarm=swarm, waypoints={"points": [corner]})
    assert mission_snapshot(context.world) == before


def test_a_uav_that_is_too_close_gets_a_clear_place(context):
    at = Position.model_validate(arguments(context, "collision_avoidance")["position"])
    near = {"uav-1": at.model_dump(), "uav-2": {**at.model_dump(), "x_m": at.x_m + 4.0}}
    result = call(context, "collision_avoidance", swarm={"positions": near})
    assert (result.clear, result.nearest, result.nearest_m) == (False, "uav-2", 4.0)
    assert result.go_to.distance_m(Position(**near["uav-2"])) >= 15.0
    assert not context.world.scenario.geofence.objections(result.go_to)
    alone = call(context, "collision_avoidance", swarm={"positions": {"uav-1": at.model_dump()}})
    assert alone.clear and alone.go_to == at and alone.nearest is None


def test_a_fence_is_checked_by_its_rules(context):
    zone = context.world.scenario.geofence.zones[0]
    result = call(context, "check_geofence", position={"x_m": zone.x_m, "y_m": zone.y_m, "z_m": 40.0})
    assert not result.inside and "zone hospital" in result.objections[0] and result.nearest_zone_m == -zone.radius_m
    assert call(context, "check_geofence").inside


# ---- service and mission --------------------------------------------------------------------------------------------------


def test_an_offload_target_is_the_quickest_by_the_servers_formula(context):
    servers = {
        "cloud": {"capacity_gcps": 200.0, "load": 0.3, "link_ms": 20.0},
        "edge-1": {"capacity_gcps": 10.0, "load": 0.3, "link_ms": 2.0},
        "edge-2": {"capacity_gcps": 10.0, "load": 0.9, "link_ms": 1.0},
    }
    task = {"task": "mapping", "gcycles_per_job": 0.05, "jobs_per_s": 40.0}
    result = call(context, "select_offload_target", load={"servers": servers, "service_host": "cloud"}, task=task)
    # 2 of 10 Gcycle/s more: load 0.5; 0.05 Gcycle / 10 Gcycle/s / (1 - 0.5) = 10 ms
    assert result == OffloadTarget(server="edge-1", expected_load=0.5, expected_processing_ms=10.0)
    counted = {**servers, "edge-1": {**servers["edge-1"], "tasks": ["mapping"]}}
    result = call(context, "select_offload_target", load={"servers": counted, "service_host": "cloud"}, task=task)
    assert result.expected_load == pytest.approx(0.3)
    full = {name: {**server, "load": 0.97, "capacity_gcps": 10.0} for name, server in servers.items()}
    with pytest.raises(ToolError, match="no room"):
        call(context, "select_offload_target", load={"servers": full, "service_host": "cloud"}, task=task)
    with pytest.raises(ToolError, match="service_host='edge-9' is not one of the servers"):
        call(context, "select_offload_target", load={"servers": servers, "service_host": "edge-9"}, task=task)


def test_priority_follows_charge_and_tightness_and_a_tie_goes_by_name(context):
    world = context.world
    world.command("uav-1", energy_wh=40.0)
    world.command("uav-2", energy_wh=90.0)
    tight, loose = ({"text": "t", "sla": {"max_latency_ms": bound}} for bound in (15.0, 300.0))
    assert call(context, "negotiate_priority", intent=tight).first == "uav-2"
    assert call(context, "negotiate_priority", intent=loose).first == "uav-1"
    world.command("uav-2", energy_wh=40.0)
    assert call(context, "negotiate_priority", intent=tight, uav_a="uav-2", uav_b="uav-1").first == "uav-1"


def test_an_intent_is_as_feasible_as_its_worst_bound(context):
    state = {**context.world.state.model_dump(mode="json"), "latency_ms": 80.0, "loss": 0.0}
    intent = {"text": "t", "sla": {"max_latency_ms": 40.0, "max_loss": 0.0}}
    result = call(context, "evaluate_intent_feasibility", intent=intent, state=state)
    assert result.score == 0.5 and result.factors == {"latency": 0.5, "loss": 1.0} and len(result.reasons) == 1
    more = {"text": "t", "sla": {"min_throughput_mbps": 500.0}}
    result = call(context, "evaluate_intent_feasibility", intent=more)
    assert result.score == 0.0 and any("full rate" in reason for reason in result.reasons)
    assert call(context, "evaluate_intent_feasibility", intent={"text": "t", "sla": {}}).score == 1.0


def test_risk_names_its_worst_factor(context):
    telemetry = arguments(context, "risk_assessment")["telemetry"]
    telemetry["log"]["charges"]["uav-2"] = 0.12
    result = call(context, "risk_assessment", telemetry=telemetry)
    assert result.worst == "battery" and result.score == pytest.approx(0.95)
    telemetry["log"]["incidents"] = ["uav-1 left the fence"]
    assert call(context, "risk_assessment", telemetry=telemetry).worst == "incidents"


def test_a_task_runs_at_one_place_which_the_log_shows(context):
    world = context.world
    call(context, "assign_task", uav="uav-1")
    assert call(context, "assign_task", uav="uav-2").taken_from == "uav-1"
    assert mission_log(world).tasks == {"mapping": "uav-2", "service": "cloud"}
    call(context, "assign_task", uav="uav-2", task={**TASK, "jobs_per_s": 8.0})  # replaces its own: 4 Gcycle/s fit
    assert [task.demand_gcps for task in world.mission.fleet["uav-2"].tasks] == [4.0]
    plan = call(context, "compute_energy_budget", battery={"uav": "uav-2", "charge": 0.5, "energy_wh": 50, "capacity_wh": 100})
    assert plan.on_board_w == 24.0


def test_a_sensor_is_switched_on_at_every_uav_once(context):
    assert call(context, "activate_sensor").newly_on == tuple(context.world.mission.fleet)
    assert call(context, "activate_sensor").newly_on == ()
    assert {uav.sensors for uav in context.world.mission.fleet.values()} == {("lidar",)}


def test_messages_are_logged(context):
    world = context.world
    world.elapse(7.0)
    assert call(context, "send_alert").entry == 1
    assert call(context, "broadcast_status").told == ("uav-2", "uav-3", "uav-4")
    assert call(context, "log_decision").entry == 3
    assert call(context, "heartbeat").alive
    assert [(entry.at_s, entry.kind, entry.subject) for entry in world.mission.log] == [
        (7.0, "alert", "uav-1"), (7.0, "status", "uav-1"), (7.0, "decision", "mission"), (7.0, "heartbeat", "uav-1"),
    ]  # fmt: skip
    assert mission_log(world).alerts == {"uav-1": ("low_battery",)}


def test_an_ordered_handover_takes_effect_at_the_next_measurement(context):
    world = context.world
    call(context, "request_handover")
    assert world.mission.ordered == {"uav-1": "gnb-2"} and world.measured.layout.users["uav-1"].ordered_cell is None
    assert world.catch_up()
    assert world.measured.layout.users["uav-1"].ordered_cell == "gnb-2"


def test_a_plan_lists_the_open_steps_and_validation_passes_once_they_are_done(context):
    world, there = context.world, arguments(context, "set_waypoint")["position"]
    mission = {
        "sla": {"max_latency_ms": 1.0},
        "destinations": {"uav-1": there},
        "tasks": {"mapping": "uav-2"},
        "notified": {"uav-3": "geofence"},
    }
    steps = call(context, "update_mission_plan", mission=mission).steps
    assert [(step.action, step.subject) for step in steps] == [
        ("restore", "service"), ("fly", "uav-1"), ("compute", "mapping"), ("alert", "uav-3"),
    ]  # fmt: skip
    assert len(call(context, "validate_mission_completion", mission=mission).unmet) == 4
    mission = {**mission, "sla": {"max_latency_ms": 500.0}}
    ack = call(context, "set_waypoint")
    call(context, "assign_task", uav="uav-2")
    call(context, "send_alert", uav="uav-3", alert="geofence")
    world.elapse(ack.flight_s + 1.0)
    assert call(context, "validate_mission_completion", mission=mission).complete
    assert call(context, "update_mission_plan", mission=mission).steps == ()
    zone = world.scenario.geofence.zones[0]
    inside = {"uav-1": {"x_m": zone.x_m, "y_m": zone.y_m, "z_m": 40.0}}
    with pytest.raises(ToolError, match=r"mission\.destinations\.uav-1: .*zone hospital"):
        call(context, "update_mission_plan", mission={"destinations": inside})


def test_compliance_is_the_slas_own_judgement(context):
    state = context.world.state
    assert call(context, "verify_sla_compliance", sla={"max_latency_ms": state.latency_ms}).compliant
    result = call(context, "verify_sla_compliance", sla={"max_latency_ms": 1.0, "min_throughput_mbps": 99.0})
    assert not result.compliant and len(result.shortfalls) == 2


def test_a_tools_answer_is_the_next_tools_argument(context):
    way = call(context, "path_planning", start=context.world.mission.fleet["uav-1"].position.model_dump())
    assert isinstance(way, Waypoints)
    assert call(context, "compute_energy_budget", waypoints=way.model_dump()).length_m == pytest.approx(way.length_m, abs=0.01)
