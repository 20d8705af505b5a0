"""What acts on the physics from outside in a control period: hours of the day, surges, interferers, outages, backhaul."""

from __future__ import annotations

import math
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from policies.slices import Slice
from twins.radio.propagation import path_loss_db
from twins.system.configuration import Tree
from twins.system.physics.simulation import Simulation
from twins.system.physics.steering import is_awake
from twins.system.scenario.disturbance import AnyDisturbance, BackhaulDelay, CellOutage, Interferer, Surge


def exert(simulation: Simulation, tree: Tree, disturbances: list[AnyDisturbance], now: datetime) -> None:
    """Set rates' factors, external interference, backhaul delays and which cells radiate, for time `now`."""
    active = [one for one in disturbances if one.is_active(now)]
    state = simulation.state
    state.walks["factor"] = _hourly(simulation, now)
    for one in active:
        if isinstance(one, Surge):
            state.walks["factor"][_struck(simulation, one)] *= one.factor
    state.ues["external"] = _external(simulation, [one for one in active if isinstance(one, Interferer)])
    state.cells["backhaul_ms"] = 0.0
    index = {cell.id: number for number, cell in enumerate(simulation.scenario.cells)}
    out = set()
    for one in active:
        if isinstance(one, BackhaulDelay):
            state.cells["backhaul_ms"][index[one.cell]] += one.milliseconds
        elif isinstance(one, CellOutage):
            out.add(one.cell)
    for number, cell in enumerate(simulation.scenario.cells):
        _power(simulation, number, is_awake(tree, cell), cell.id in out)


def _power(simulation: Simulation, number: int, awake: bool, broken: bool) -> None:
    row = simulation.state.cells[number]
    if broken:
        row["on"], row["barred"] = 0, 1  # nobody is handed over: terminals notice by themselves
    elif bool(row["on"]) != awake:
        simulation.switch(number, awake)


def _hourly(simulation: Simulation, now: datetime) -> NDArray[np.float64]:
    """Activity of each terminal's group at `now`, interpolated between the hours."""
    hour, part = now.hour, (now.minute * 60 + now.second) / 3600
    factors = {
        group.name: group.activity[hour] * (1 - part) + group.activity[(hour + 1) % 24] * part if group.activity else 1.0
        for group in simulation.scenario.groups
    }
    return np.array([factors[group.name] for group in simulation.groups])


def _struck(simulation: Simulation, surge: Surge) -> NDArray[np.bool_]:
    ues = simulation.state.ues
    struck = np.ones(len(ues), dtype=np.bool_)
    if surge.slices:
        struck &= np.isin(ues["slice"], [list(Slice).index(Slice(name)) for name in surge.slices])
    place = np.full(len(ues), not surge.area and not surge.cells)
    if surge.area:
        area = next(area for area in simulation.scenario.areas if area.name == surge.area)
        place |= np.hypot(ues["x"] - area.x, ues["y"] - area.y) <= area.radius
    if surge.cells:
        wanted = [number for number, cell in enumerate(simulation.scenario.cells) if cell.id in surge.cells]
        place |= np.isin(simulation.homes, wanted)
    both: NDArray[np.bool_] = struck & place
    return both


def _external(simulation: Simulation, interferers: list[Interferer]) -> NDArray[np.float64]:
    ues, cell = simulation.state.ues, simulation.scenario.cells[0]
    total = np.zeros(len(ues))
    for one in interferers:
        distance = np.hypot(ues["x"] - one.x, ues["y"] - one.y)
        loss = path_loss_db("UMa", distance, False, cell.carrier_ghz, 10.0)
        total += 10.0 ** (0.1 * (one.power_dbm - 10.0 * math.log10(cell.prbs) - loss))
    return total
