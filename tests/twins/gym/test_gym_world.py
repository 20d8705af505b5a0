"""The world over time: UAVs fly and drain batteries, events begin and end, servers queue, measurements follow changes."""

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
    created = World(scenario(family, seed, Purpose.TRAINING), LearnedNetwork(), events)
    created.begin()
    return created


def event(kind, **fields):
    return DegradationEvent(kind=kind, **fields)


def test_reading_changes_nothing_and_time_alone_measures_nothing():
    quiet = world()
    state, count = quiet.state, len(quiet.measurements)
    assert quiet.elapse(30.0) == () and not quiet.catch_up()
    assert quiet.state == state and len(quiet.measurements) == count


def test_an_event_is_measured_when_it_begins_and_when_it_ends():
    surge = event("surge", target="eMBB", magnitude=4.0, onset_s=10.0, duration_s=20.0)
    surged = world((surge,))
    calm = surged.measured.slices[Slice.EMBB].offered_mbps
    assert surged.elapse(12.0) == ("surge eMBB began",) and surged.catch_up()
    assert surged.measured.slices[Slice.EMBB].offered_mbps == pytest.approx(4.0 * calm, rel=1e-3)
    assert surged.elapse(20.0) == ("surge eMBB ended",) and surged.catch_up()
    assert surged.measured.slices[Slice.EMBB].offered_mbps == pytest.approx(calm, rel=1e-3)


def test_an_event_that_is_added_now_is_active_now():
    quiet = world()
    before = quiet.in_force
    assert quiet.active_events == ()
    surge = event(DegradationKind.SURGE, target="eMBB", magnitude=3.0, onset_s=0.0, duration_s=60.0)
    quiet.events = (surge,)
    assert quiet.active_events == (surge,) and quiet.in_force.flows != before.flows


@pytest.mark.parametrize(
    ("kind", "fields", "affected"),
    [
        (DegradationKind.INTERFERENCE, {"magnitude": 40.0}, lambda layout: layout.interferer_dbm),
        (DegradationKind.CELL_POWER_LOSS, {"target": "gnb-2", "magnitude": 20.0}, lambda layout: layout.cells["gnb-2"].power_dbm),
        (DegradationKind.BACKHAUL_DELAY, {"target": "cloud", "magnitude": 80.0}, lambda layout: layout.hosts["cloud"]),
        (DegradationKind.USER_INFLUX, {"magnitude": 2.0}, lambda layout: [flow.mbps for flow in layout.flows.values()]),
        (
            DegradationKind.SURGE,
            {"target": "URLLC", "magnitude": 3.0},
            lambda layout: [flow.mbps for flow in layout.flows.values()],
        ),
    ],
)
def test_every_event_changes_the_effective_layout_and_not_the_configuration(kind, fields, affected):
    drawn = scenario(Family.EMERGENCY, 2, Purpose.TRAINING)
    worse = degraded(drawn, drawn.layout, (event(kind, **fields),))
    assert affected(worse) != affected(drawn.layout)
    assert degraded(drawn, drawn.layout, ()) == drawn.layout


def test_an_overload_fills_the_server_and_delays_the_mission():
    loaded, calm = world((event("edge_overload", target="cloud", magnitude=0.6, onset_s=5.0),)), world()
    for each in (loaded, calm):
        each.elapse(6.0)
        each.measure()
    assert loaded.state.edge_load == pytest.approx(min(calm.state.edge_load + 0.6, SATURATION), abs=1e-3)
    assert loaded.state.latency_ms > calm.state.latency_ms


@pytest.mark.parametrize(("magnitude", "words"), [(9.0, r"magnitude=9 of surge is outside 1\.\.4"), (0.2, "outside 1")])
def test_an_event_outside_of_its_range_names_value_range_and_meaning(magnitude, words):
    with pytest.raises(ValueError, match=words):
        event("surge", target="eMBB", magnitude=magnitude)


def test_a_uav_flies_at_its_speed_arrives_and_is_then_measured():
    flying = world()
    uav = next(iter(flying.mission.fleet))
    start, speed = flying.mission.fleet[uav].position, flying.mission.fleet[uav].speed_mps
    there = Position(x_m=start.x_m + 3.0 * speed, y_m=start.y_m, z_m=start.z_m)
    flying.command(uav, way=(there,))
    assert flying.elapse(1.0) == ()
    assert flying.mission.fleet[uav].position.distance_m(start) == pytest.approx(speed)
    assert flying.elapse(5.0) == (f"{uav} arrived",) and flying.catch_up()
    assert flying.mission.fleet[uav].position == there


def test_hovering_takes_the_power_of_the_model_by_hand():
    # Zeng et al. 2019, equation (12) at V = 0: P0 + Pi = 79.86 + 88.63 W
    assert propulsion_w(0.0) == pytest.approx(168.49)
    flying = world()
    before = {name: uav.energy_wh for name, uav in flying.mission.fleet.items()}
    flying.elapse(3600.0 / 10.0)
    for name, uav in flying.mission.fleet.items():
        assert before[name] - uav.energy_wh == pytest.approx(16.849, abs=1e-6)


def test_an_empty_battery_is_an_incident_and_ends_the_flight():
    flying = world()
    uav = next(iter(flying.mission.fleet))
    flying.command(uav, energy_wh=0.01, way=(Position(x_m=0, y_m=0, z_m=110),))
    flying.elapse(60.0)
    assert f"{uav} has an empty battery" in flying.mission.incidents
    assert flying.mission.fleet[uav].way


def test_uavs_that_meet_and_uavs_that_leave_the_fence_are_incidents():
    flying = world()
    first, second = list(flying.mission.fleet)[:2]
    flying.command(first, way=(flying.mission.fleet[second].position,))
    flying.command(second, way=())
    flying.elapse(120.0)
    assert any(f"{first} and {second} came closer" in incident for incident in flying.mission.incidents)
    fence = flying.scenario.geofence
    flying.command(first, way=(Position(x_m=fence.x_max_m + 50.0, y_m=0.0, z_m=100.0),))
    flying.elapse(120.0)
    assert f"{first} left the fence" in flying.mission.incidents


def test_a_job_takes_longer_on_a_loaded_server_by_hand():
    server = world().scenario.servers["edge-1"].model_copy(update={"capacity_gcps": 10.0, "background_gcps": 4.0})
    task = TaskSpec(task="x", gcycles_per_job=0.1, jobs_per_s=10.0)
    # (4 + 1) of 10 Gcycle/s; 0.1 / 10 s alone, doubled at a load of one half
    assert load(server, [task]) == pytest.approx(0.5)
    assert processing_ms(server, task, 0.5) == pytest.approx(20.0)


def test_a_task_that_a_server_computes_is_no_longer_on_board():
    flying, task = world(), TaskSpec(task="mapping", gcycles_per_job=0.1, jobs_per_s=5.0)
    uav = next(iter(flying.mission.fleet))
    flying.command(uav, tasks=(task,))
    before = flying.server_loads()["edge-1"]
    flying.place(task, "edge-1")
    assert flying.mission.fleet[uav].tasks == () and flying.server_loads()["edge-1"] > before


@pytest.mark.parametrize("share", [0.0, 0.05, 0.9, 1.0])
def test_a_share_that_starves_others_is_refused_with_its_range(share):
    with pytest.raises(ValueError, match=r"outside 0\.0625\.\.0\.875"):
        with_share(world().layout, Slice.URLLC, share)


def test_shares_always_sum_to_one_and_leave_everybody_a_group():
    layout = world().layout
    for slice_ in Slice:
        for share in (0.0625, 0.2, 0.5, 0.875):
            for cell in with_share(layout, slice_, share).cells.values():
                assert sum(cell.shares.values()) == pytest.approx(1.0)
                assert min(cell.shares.values()) >= 0.0625 - 1e-9 and cell.shares[slice_] == share


def test_the_same_calls_give_the_same_hash_and_other_calls_another():
    def played(power):
        surged = world((event("surge", target="eMBB", magnitude=2.0, onset_s=3.0),))
        surged.configure(with_slice(surged.layout, surged.scenario.mission, Slice.URLLC))
        surged.measure()
        surged.elapse(5.0)
        surged.configure(with_cell(surged.layout, "gnb-1", power_dbm=power))
        surged.measure()
        return surged.trace_hash()

    assert played(30.0) == played(30.0) != played(31.0)


def test_a_fork_is_independent():
    original = world()
    fork = original.fork(original.network.copy())
    fork.configure(with_slice(fork.layout, fork.scenario.mission, Slice.MMTC))
    fork.measure()
    fork.command(next(iter(fork.mission.fleet)), speed_mps=1.0)
    assert original.state.slice is Slice.EMBB and len(original.measurements) == 1
    assert original.mission.fleet != fork.mission.fleet
