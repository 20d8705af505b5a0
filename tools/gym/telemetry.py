"""What monitoring shows of a world: the symptoms last measured, and radio conditions at the UAVs' current positions."""

from __future__ import annotations

from policies.gym.edge_load import EdgeLoad, ServerLoad
from policies.gym.telemetry_state import SliceService, TelemetryState, UavRadio
from policies.slices import Slice
from tools.gym.radio_conditions import noise_rise_db, serving_or_best, uav_sinr_db
from twins.gym.field import rsrp_dbm
from twins.gym.measurement import Service, service_of
from twins.gym.mission_log import mission_log
from twins.gym.world import World


def telemetry(world: World) -> TelemetryState:
    """Return everything that monitoring shows."""
    measured = world.measured
    return TelemetryState(
        at_s=round(world.now_s, 3),
        state=world.state,
        offered_mbps=round(mission_service(world).offered_mbps, 4),
        log=mission_log(world),
        geofence=world.scenario.geofence,
        service=world.service_task(),
        edge=edge_load(world),
        prb_load={name: round(load, 3) for name, load in measured.window.prb_load.items()},
        uavs={name: uav_radio(world, name) for name in world.mission.fleet},
        serving={name: user.cell for name, user in measured.window.users.items()},
        slices={name: slice_service(service) for name, service in measured.slices.items()},
    )


def mission_service(world: World) -> Service:
    """Service of all the mission's flows together in the last window."""
    return service_of(world.measured.window.flows[name] for name in world.scenario.mission)


def slice_service(service: Service) -> SliceService:
    """Return a service as its pydantic value, rounded to 5 decimals."""
    return SliceService(**{name: round(value, 5) for name, value in vars(service).items()})


def edge_load(world: World) -> EdgeLoad:
    """Last measured loads and link delays of the servers, and the mission's tasks that each of them runs."""
    measured, service = world.measured, world.scenario.service.task
    tasks = {name: {task for task, (_, server) in world.placed.items() if server == name} for name in world.scenario.servers}
    tasks[world.service_host].add(service)
    return EdgeLoad(
        servers={
            name: ServerLoad(
                capacity_gcps=server.capacity_gcps,
                load=round(measured.server_loads[name], 4),
                link_ms=round(measured.layout.hosts[name], 3),
                tasks=tuple(sorted(tasks[name])),
            )
            for name, server in world.scenario.servers.items()
        },
        service_host=world.service_host,
    )


def uav_radio(world: World, uav: str) -> UavRadio:
    """Radio conditions of `uav` at its current position."""
    layout, gnb = world.in_force, serving_or_best(world, uav)
    user = layout.users[uav]
    return UavRadio(
        serving=world.measured.window.users[uav].cell,
        rsrp_dbm={name: round(level, 1) for name, level in rsrp_dbm(layout, user.position).items()},
        sinr_db=round(uav_sinr_db(world, uav, gnb), 2),
        noise_rise_db=round(noise_rise_db(world, user.position, gnb, user.noise_figure_db), 2),
    )


def offered_mbps(world: World, on_slice: Slice, index: int = -1) -> tuple[float, float]:
    """Traffic offered on `on_slice` in measurement `index`, Mbit/s: that of the mission, and that of all other users."""
    measured, mission = world.measurements[index], world.scenario.mission
    flows = {
        name: measured.window.flows[name].offered_mbps for name, flow in measured.layout.flows.items() if flow.slice is on_slice
    }
    ours = sum(mbps for name, mbps in flows.items() if name in mission)
    return ours, sum(flows.values()) - ours
