"""Worlds for tests of the gym's tools, over a simple network of the tests: the field's SINR, Shannon rates, M/M/1 queues.

It replaces ns-3 or the Experiment Model and makes no claim about packets: it is deterministic and fast, and its service degrades
with more traffic, less power, interference and delay.
"""

import math

from policies.gym.split import Purpose
from tools.gym.context import GymContext
from twins.gym.field import best_cell, rsrp_dbm, sinr_db
from twins.gym.layout import Layout
from twins.gym.packet_network import PacketNetwork
from twins.gym.scenario import Family, scenario
from twins.gym.window import FlowWindow, UserWindow, Window
from twins.gym.world import World

RADIO_MS, MAX_LOAD = 6.0, 0.995


class QueueNetwork:
    """A `PacketNetwork` that computes service from formulas."""

    label = "M/M/1 of the tests"

    def __init__(self):
        self.now_s = 0.0

    def begin(self, layout: Layout) -> None:
        self.now_s = 0.0

    def run(self, layout: Layout, seconds: float, settle_s: float = 0.0) -> Window:
        self.now_s += settle_s + seconds
        serving = {name: _serving(layout, name) for name in layout.users}
        half = dict.fromkeys(layout.cells, 0.5)
        sinr = {n: sinr_db(layout, u.position, serving[n], half, u.noise_figure_db) for n, u in layout.users.items()}
        used = {
            (name, slice_): sum(_airtime(layout, flow_name, sinr[flow.user]) for flow_name, flow in layout.flows.items()
                                if serving[flow.user] == name and flow.slice is slice_) / share
            for name, cell in layout.cells.items() for slice_, share in cell.shares.items()
        }  # fmt: skip
        flows = {n: _window(layout, n, sinr[f.user], used[serving[f.user], f.slice]) for n, f in layout.flows.items()}
        loads = {
            name: sum(min(used[name, slice_], 1.0) * share for slice_, share in cell.shares.items())
            for name, cell in layout.cells.items()
        }
        users = {
            name: UserWindow(cell=serving[name], rsrp_dbm=rsrp_dbm(layout, user.position)[serving[name]], sinr_db=sinr[name])
            for name, user in layout.users.items()
        }
        return Window(seconds=seconds, now_s=self.now_s, flows=flows, users=users, prb_load=loads)


def _serving(layout, name):
    user = layout.users[name]
    if user.ordered_cell is None:
        return best_cell(layout, user.position)
    levels = rsrp_dbm(layout, user.position)
    best = best_cell(layout, user.position)
    lead_db = levels[best] - levels[user.ordered_cell]
    return best if lead_db > layout.cells[user.ordered_cell].a3_offset_db else user.ordered_cell


def _rate_mbps(layout, sinr):
    return max(0.6 * math.log2(1.0 + 10.0 ** (sinr / 10.0)) * layout.downlink_rbs * 0.18, 0.05)


def _airtime(layout, name, sinr):
    return layout.flows[name].mbps / _rate_mbps(layout, sinr)


def _window(layout, name, sinr, used):
    flow, load = layout.flows[name], min(used, MAX_LOAD)
    packet_ms = flow.packet_bytes * 8e-3 / _rate_mbps(layout, sinr)
    queue_ms = packet_ms / (1.0 - load)
    loss = max(0.0, 1.0 - 1.0 / used) if used > 0.0 else 0.0
    return FlowWindow(
        latency_ms=layout.hosts[flow.host] + RADIO_MS + queue_ms if flow.mbps else None,
        jitter_ms=queue_ms if flow.mbps else None,
        loss=loss,
        throughput_mbps=flow.mbps * (1.0 - loss),
        offered_mbps=flow.mbps,
    )


def gym_context(family=Family.SWARM, seed=3, events=()) -> GymContext:
    """The context of a world that has begun."""
    network: PacketNetwork = QueueNetwork()
    world = World(scenario(family, seed, Purpose.TRAINING), network, events)
    world.begin()
    return GymContext(world)


def network_snapshot(world):
    """The state that no Observation and no Reasoning tool may change."""
    return world.state, world.layout, len(world.measurements), world.now_s, dict(world.placed)


def mission_snapshot(world):
    """The state that a tool without `also_changes` may not change."""
    return world.mission.copy(), world._dirty
