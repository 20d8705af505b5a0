"""The TTI loop: radio, measurements, arrivals, scheduling."""

from __future__ import annotations

from twins.compiled import compiled
from twins.system.physics.kernel.constants import Constants
from twins.system.physics.kernel.mobility import measure
from twins.system.physics.kernel.radio import refresh
from twins.system.physics.kernel.scheduler import Workspace, schedule
from twins.system.physics.kernel.traffic import arrive
from twins.system.physics.state import State


@compiled
def run(ttis: int, constants: Constants, state: State, work: Workspace) -> None:
    """Simulate `ttis` TTIs."""
    for _ in range(ttis):
        tti = state.clock[0]
        if tti % constants.radio_period == 0:
            refresh(tti, constants, state.ues, state.links, state.bands, state.dominant, state.cells, state.cqis)
        if tti % constants.measurement_period == 0:
            measure(tti, constants, state)
        arrive(tti, constants, state)
        schedule(tti, constants, state, work)
        state.clock[0] = tti + 1
