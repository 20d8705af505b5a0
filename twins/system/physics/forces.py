"""External influences on the physics, set every control period: daily activity, surges, interferers, outages, backhaul."""

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
    """Set traffic factors, external interference, backhaul delays and the radiating cells for time `now`."""
    active = [disturbance for disturbance in disturbances if disturbance.is_active(now)]
    state = simulation.state
    state.walks["factor"] = _hourly(simulation, now)
    for disturbance in active:
        if isinstance(disturbance, Surge):
            state.walks["factor"][_in_surge(simulation, disturbance)] *= disturbance.factor
    state.ues["external"] = _external(simulation, [source for source in active if isinstance(source, Interferer)])
    state.cells["backhaul_ms"] = 0.0
    index = {cell.id: number for number, cell in enumerate(simulation.scenario.cells)}
    outages = set()
    for disturbance in active:
        if isinstance(disturbance, BackhaulDelay):
            state.cells["backhaul_ms"][index[disturbance.cell]] += disturbance.milliseconds
        elif isinstance(disturbance, CellOutage):
            outages.add(disturbance.cell)
    for number, cell in enumerate(simulation.scenario.cells):
        _switch(simulation, number, is_awake(tree, cell), cell.id in outages)


def _switch(simulation: Simulation, number: int, awake: bool, in_outage: bool) -> None:
    row = simulation.state.cells[number]
    if in_outage:
        row["on"], row["barred"] = 0, 1  # without handovers: terminals leave by radio link failure
    elif bool(row["on"]) != awake:
        simulation.switch(number, awake)


def _hourly(simulation: Simulation, now: datetime) -> NDArray[np.float64]:
    """Return the activity of each terminal's group at `now`, interpolated between full hours."""
    hour, part = now.hour, (now.minute * 60 + now.second) / 3600
    factors = {
        group.name: group.activity[hour] * (1 - part) + group.activity[(hour + 1) % 24] * part if group.activity else 1.0
        for group in simulation.scenario.groups
    }
    return np.array([factors[group.name] for group in simulation.groups])


def _in_surge(simulation: Simulation, surge: Surge) -> NDArray[np.bool_]:
    """Return which terminals the surge applies to, bool[U]."""
    ues = simulation.state.ues
    in_slices = np.ones(len(ues), dtype=np.bool_)
    if surge.slices:
        in_slices &= np.isin(ues["slice"], [list(Slice).index(Slice(name)) for name in surge.slices])
    place = np.full(len(ues), not surge.area and not surge.cells)
    if surge.area:
        area = next(area for area in simulation.scenario.areas if area.name == surge.area)
        place |= np.hypot(ues["x"] - area.x, ues["y"] - area.y) <= area.radius
    if surge.cells:
        rows = [number for number, cell in enumerate(simulation.scenario.cells) if cell.id in surge.cells]
        place |= np.isin(simulation.homes, rows)
    both: NDArray[np.bool_] = in_slices & place
    return both


def _external(simulation: Simulation, interferers: list[Interferer]) -> NDArray[np.float64]:
    """Return the power received from the interferers by each terminal, mW per PRB, float64[U]."""
    ues, cell = simulation.state.ues, simulation.scenario.cells[0]
    total = np.zeros(len(ues))
    for source in interferers:
        distance = np.hypot(ues["x"] - source.x, ues["y"] - source.y)
        loss = path_loss_db("UMa", distance, False, cell.carrier_ghz, 10.0)
        total += 10.0 ** (0.1 * (source.power_dbm - 10.0 * math.log10(cell.prbs) - loss))
    return total
