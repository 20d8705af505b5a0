"""The world in time: UAVs fly and drain batteries, events come and go, servers queue, the network is measured when it must."""

import pytest

from policies.gym.degradation import DegradationEvent, DegradationKind
from policies.gym.place import Position
from policies.gym.split import Purpose
from policies.gym.task_spec import TaskSpec
from policies.slices import Slice
from twins.gym.changes import with_cell, with_share, with_slice
from twins.gym.fleet import propulsion_w
from twins.gym.overlay import degraded
from twins.gym.scenario import Family, scenario
from twins.gym.servers import SATURATION, load, processing_ms
from twins.gym.world import World
from twins.learned.network import LearnedNetwork


def world(events=(), family=Family.SWARM, seed=3):
    made = World(scenario(family, seed, Purpose.TRAINING), LearnedNetwork(), events)
    made.begin()
    return made


def event(kind, **fields):
    return DegradationEvent(kind=kind, **fields)


def test_looking_changes_nothing_and_time_alone_measures_nothing():
    one = world()
    state, count = one.state, len(one.measurements)
    assert one.elapse(30.0) == () and not one.catch_up()
    assert one.state == state and len(one.measurements) == count


def test_an_event_is_measured_when_it_comes_and_when_it_goes():
    surge = event("surge", target="eMBB", magnitude=4.0, onset_s=10.0, duration_s=20.0)
    one = world((surge,))
    calm = one.measured.slices[Slice.EMBB].offered_mbps
    assert one.elapse(12.0) == ("surge eMBB began",) and one.catch_up()
    assert one.measured.slices[Slice.EMBB].offered_mbps == pytest.approx(4.0 * calm, rel=1e-3)
    assert one.elapse(20.0) == ("surge eMBB ended",) and one.catch_up()
    assert one.measured.slices[Slice.EMBB].offered_mbps == pytest.approx(calm, rel=1e-3)


def test_an_event_that_is_added_now_is_on_now():
    made = world()
    before = made.in_force
    assert made.active_events == ()
    surge = event(DegradationKind.SURGE, target="eMBB", magnitude=3.0, onset_s=0.0, duration_s=60.0)
    made.events = (surge,)
    assert made.active_events == (surge,) and made.in_force.flows != before.flows


@pytest.mark.parametrize(
    ("kind", "fields", "seen"),
    [
        (DegradationKind.INTERFERENCE, {"magnitude": 40.0}, lambda one: one.interferer_dbm),
        (DegradationKind.CELL_POWER_LOSS, {"target": "gnb-2", "magnitude": 20.0}, lambda one: one.cells["gnb-2"].power_dbm),
        (DegradationKind.BACKHAUL_DELAY, {"target": "cloud", "magnitude": 80.0}, lambda one: one.hosts["cloud"]),
        (DegradationKind.USER_INFLUX, {"magnitude": 2.0}, lambda one: [flow.mbps for flow in one.flows.values()]),
        (DegradationKind.SURGE, {"target": "URLLC", "magnitude": 3.0}, lambda one: [flow.mbps for flow in one.flows.values()]),
    ],
)
def test_every_event_changes_what_the_network_is_run_under_and_nothing_of_the_configuration(kind, fields, seen):
    made = scenario(Family.EMERGENCY, 2, Purpose.TRAINING)
    worse = degraded(made, made.layout, (event(kind, **fields),))
    assert seen(worse) != seen(made.layout)
    assert degraded(made, made.layout, ()) == made.layout


def test_an_overload_fills_the_server_and_delays_the_mission():
    one, calm = world((event("edge_overload", target="cloud", magnitude=0.6, onset_s=5.0),)), world()
    for each in (one, calm):
        each.elapse(6.0)
        each.measure()
    assert one.state.edge_load == pytest.approx(min(calm.state.edge_load + 0.6, SATURATION), abs=1e-3)
    assert one.state.latency_ms > calm.state.latency_ms


@pytest.mark.parametrize(("magnitude", "words"), [(9.0, r"magnitude=9 of surge is outside 1\.\.4"), (0.2, "outside 1")])
def test_an_event_outside_of_its_range_names_value_range_and_meaning(magnitude, words):
    with pytest.raises(ValueError, match=words):
        event("surge", target="eMBB", magnitude=magnitude)


def test_a_uav_flies_at_its_speed_arrives_and_is_then_measured():
    one = world()
    uav = next(iter(one.mission.fleet))
    start, speed = one.mission.fleet[uav].position, one.mission.fleet[uav].speed_mps
    there = Position(x_m=start.x_m + 3.0 * speed, y_m=start.y_m, z_m=start.z_m)
    one.command(uav, way=(there,))
    assert one.elapse(1.0) == ()
    assert one.mission.fleet[uav].position.distance_m(start) == pytest.approx(speed)
    assert one.elapse(5.0) == (f"{uav} arrived",) and one.catch_up()
    assert one.mission.fleet[uav].position == there


def test_hovering_takes_the_power_of_the_model_by_hand():
    # Zeng et al. 2019, equation (12) at V = 0: P0 + Pi = 79.86 + 88.63 W
    assert propulsion_w(0.0) == pytest.approx(168.49)
    one = world()
    before = {name: uav.energy_wh for name, uav in one.mission.fleet.items()}
    one.elapse(3600.0 / 10.0)
    for name, uav in one.mission.fleet.items():
        assert before[name] - uav.energy_wh == pytest.approx(16.849, abs=1e-6)


def test_an_empty_battery_is_an_incident_and_ends_the_flight():
    one = world()
    uav = next(iter(one.mission.fleet))
    one.command(uav, energy_wh=0.01, way=(Position(x_m=0, y_m=0, z_m=110),))
    one.elapse(60.0)
    assert f"{uav} has an empty battery" in one.mission.incidents
    assert one.mission.fleet[uav].way


def test_uavs_that_meet_and_uavs_that_leave_the_fence_are_incidents():
    one = world()
    first, second = list(one.mission.fleet)[:2]
    one.command(first, way=(one.mission.fleet[second].position,))
    one.command(second, way=())
    one.elapse(120.0)
    assert any(f"{first} and {second} came closer" in said for said in one.mission.incidents)
    fence = one.scenario.geofence
    one.command(first, way=(Position(x_m=fence.x_max_m + 50.0, y_m=0.0, z_m=100.0),))
    one.elapse(120.0)
    assert f"{first} left the fence" in one.mission.incidents


def test_a_job_takes_longer_on_a_loaded_server_by_hand():
    server = world().scenario.servers["edge-1"].model_copy(update={"capacity_gcps": 10.0, "background_gcps": 4.0})
    task = TaskSpec(task="x", gcycles_per_job=0.1, jobs_per_s=10.0)
    # (4 + 1) of 10 Gcycle/s; 0.1 / 10 s alone, doubled at a load of one half
    assert load(server, [task]) == pytest.approx(0.5)
    assert processing_ms(server, task, 0.5) == pytest.approx(20.0)


def test_a_task_that_a_server_computes_is_no_longer_on_board():
    one, task = world(), TaskSpec(task="mapping", gcycles_per_job=0.1, jobs_per_s=5.0)
    uav = next(iter(one.mission.fleet))
    one.command(uav, tasks=(task,))
    before = one.server_loads()["edge-1"]
    one.place(task, "edge-1")
    assert one.mission.fleet[uav].tasks == () and one.server_loads()["edge-1"] > before


@pytest.mark.parametrize("share", [0.0, 0.05, 0.9, 1.0])
def test_a_share_that_starves_others_is_refused_with_its_range(share):
    with pytest.raises(ValueError, match=r"outside 0\.0625\.\.0\.875"):
        with_share(world().layout, Slice.URLLC, share)


def test_shares_always_sum_to_one_and_leave_everybody_a_group():
    layout = world().layout
    for one in Slice:
        for share in (0.0625, 0.2, 0.5, 0.875):
            for cell in with_share(layout, one, share).cells.values():
                assert sum(cell.shares.values()) == pytest.approx(1.0)
                assert min(cell.shares.values()) >= 0.0625 - 1e-9 and cell.shares[one] == share


def test_the_same_calls_give_the_same_hash_and_other_calls_another():
    def played(power):
        one = world((event("surge", target="eMBB", magnitude=2.0, onset_s=3.0),))
        one.configure(with_slice(one.layout, one.scenario.mission, Slice.URLLC))
        one.measure()
        one.elapse(5.0)
        one.configure(with_cell(one.layout, "gnb-1", power_dbm=power))
        one.measure()
        return one.trace_hash()

    assert played(30.0) == played(30.0) != played(31.0)


def test_a_fork_goes_its_own_way():
    one = world()
    other = one.fork(one.network.copy())
    other.configure(with_slice(other.layout, other.scenario.mission, Slice.MMTC))
    other.measure()
    other.command(next(iter(other.mission.fleet)), speed_mps=1.0)
    assert one.state.slice is Slice.EMBB and len(one.measurements) == 1
    assert one.mission.fleet != other.mission.fleet
