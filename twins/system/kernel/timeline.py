"""One TTI after the other: radio, measurements, arrivals, scheduling."""

from __future__ import annotations

from twins.system.compiled import compiled
from twins.system.kernel.constants import Constants
from twins.system.kernel.mobility import measure
from twins.system.kernel.radio import refresh
from twins.system.kernel.scheduler import Workspace, schedule
from twins.system.kernel.traffic import arrive
from twins.system.state import State


@compiled
def run(ttis: int, constants: Constants, state: State, work: Workspace) -> None:
    """Let `ttis` TTIs pass."""
    for _ in range(ttis):
        tti = state.clock[0]
        if tti % constants.radio_period == 0:
            refresh(tti, constants, state.ues, state.links, state.bands, state.dominant, state.cells, state.cqis)
        if tti % constants.measurement_period == 0:
            measure(tti, constants, state)
        arrive(tti, constants, state)
        schedule(tti, constants, state, work)
        state.clock[0] = tti + 1
