"""The physics of a network: state, constants and maps, advanced in TTIs.

Every control period (100 ms), between kernel runs, the slow processes are updated: walking, rates, gains of terminals that moved,
disturbances, the slice SLA function. All random numbers are counter-based draws, so the order of calls does not matter.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from twins.radio.antenna import Antenna
from twins.radio.fading import Fading, fading_pool
from twins.radio.large_scale import GainMap, LargeScale, Sector
from twins.radio.link_adaptation import allocations, cqi_thresholds_db
from twins.system.physics.kernel.closing import close_window, connect_full_buffers
from twins.system.physics.kernel.connection import evacuate
from twins.system.physics.kernel.constants import Constants
from twins.system.physics.kernel.scheduler import Workspace
from twins.system.physics.kernel.timeline import run
from twins.system.physics.kernel.walking import moved, set_rates, store_gains, walk
from twins.system.physics.metering import WindowRecord, close_record
from twins.system.physics.population import FADING_SPEED_MPS, group_of_ues, populate
from twins.system.physics.state import SLICES, State, empty_state
from twins.system.scenario.scenario import SystemScenario

CONTROL_MS = 100.0
DOMINANT = 4
TRACES, TRACE_SAMPLES, TRACE_SAMPLE_S = 64, 1024, 5e-3
MOVED_M = 1.0
MAX_TRAVEL_TIME_LAPSE = 2.0  # above this time lapse, travel to an event takes no time
MEASUREMENT_MS = 40.0
OLLA_DOWN_DB = 0.5


class Simulation:
    """State and constants of a scenario; a snapshot copies `state`."""

    def __init__(self, scenario: SystemScenario, seed: int, gains: GainMap | None = None) -> None:
        self.scenario = scenario
        self.groups = group_of_ues(scenario)
        self.state = empty_state(len(self.groups), len(scenario.cells), scenario.subbands, DOMINANT)
        self.state.clock[2] = seed
        self.constants = _constants(scenario)
        self.work = _workspace(len(self.groups), scenario.subbands)
        self.large_scale = gains or LargeScale([_sector(scenario, i) for i in range(len(scenario.cells))], seed)
        self.prb_dbm: NDArray[np.float64] = np.zeros(len(scenario.cells))
        self.history: deque[WindowRecord] = deque(maxlen=scenario.history_windows)
        populate(scenario, self.state, TRACES, TRACE_SAMPLES, TRACE_SAMPLE_S)
        _fill_cells(scenario, self.state)
        self._who = np.zeros(len(self.groups), np.int64)
        self.refresh_gains(np.arange(len(self.groups)))
        self.homes = self.state.links["gain_db"].argmax(axis=1)

    @property
    def tti(self) -> int:
        """Number of TTIs since the start."""
        return int(self.state.clock[0])

    def time_of(self, tti: int) -> datetime:
        """Return the network time at the start of a TTI."""
        return self.scenario.start + timedelta(microseconds=tti * self.scenario.tti_us)

    def refresh_gains(self, who: NDArray[np.int64]) -> None:
        """Compute the large-scale gains of the terminals `who` at their positions."""
        if len(who) == 0:
            return
        points = np.stack([self.state.ues["x"][who], self.state.ues["y"][who]], axis=1)
        store_gains(self.state, who, self.large_scale.gain_db(points), self.prb_dbm)

    def advance_to(self, target: int, control: Callable[[datetime], None]) -> None:
        """Run until TTI `target`; `control(now)` is called at the start of every control period."""
        period = round(CONTROL_MS / self.scenario.tti_ms)
        window = self.scenario.window_ttis
        while self.tti < target:
            if self.tti % period == 0:
                control(self.time_of(self.tti))
                self._move()
            until = min(target, (self.tti // period + 1) * period, (self.tti // window + 1) * window)
            run(until - self.tti, self.constants, self.state, self.work)
            if self.tti % window == 0:
                close_window(self.constants, self.state)
                self.history.append(close_record(self.scenario, self.state, self.tti // window - 1))

    def _move(self) -> None:
        jump = self.scenario.time_lapse > MAX_TRAVEL_TIME_LAPSE
        walk(self.constants, self.state, CONTROL_MS * 1e-3, jump)
        set_rates(self.state)
        self.refresh_gains(self._who[: moved(self.state, MOVED_M, self._who)].copy())
        connect_full_buffers(self.constants, self.state)

    def switch(self, cell: int, on: bool) -> None:
        """Switch a cell on, or hand its terminals over and switch it off."""
        row = self.state.cells[cell]
        if on:
            row["barred"] = 0
        elif row["on"]:
            evacuate(self.tti, self.constants, self.state, cell)
        row["on"] = int(on)


def _sector(scenario: SystemScenario, number: int) -> Sector:
    cell = scenario.cells[number]
    site = f"{cell.site}@{cell.carrier_ghz}/{cell.propagation}/{cell.height}"
    antenna = Antenna(cell.elements, cell.downtilt)
    return Sector(site, cell.x, cell.y, cell.azimuth, cell.height, cell.carrier_ghz, cell.propagation, antenna)


def _fill_cells(scenario: SystemScenario, state: State) -> None:
    carriers = sorted({cell.carrier_ghz for cell in scenario.cells})
    noise_dbm = -174.0 + scenario.noise_figure_db + 10 * np.log10(12 * 30e3)
    for number, cell in enumerate(scenario.cells):
        row = state.cells[number]
        row["carrier"], row["prbs"], row["noise"] = carriers.index(cell.carrier_ghz), cell.prbs, 10 ** (0.1 * noise_dbm)


def _workspace(ues: int, subbands: int) -> Workspace:
    return Workspace(
        np.zeros(ues, np.int64),
        np.zeros(ues),
        np.zeros((ues, subbands)),
        np.zeros(ues, np.int64),
        np.zeros((ues, subbands), np.int64),
        np.zeros(subbands, np.int64),
        np.zeros(SLICES, np.int64),
        np.zeros(SLICES, np.int64),
    )


@lru_cache(maxsize=4)
def _traces(subbands: int, carrier_ghz: float, subband_hz: float, seed: int) -> NDArray[np.float32]:
    fading = Fading(speed_mps=FADING_SPEED_MPS, carrier_ghz=carrier_ghz, sample_s=TRACE_SAMPLE_S, subband_hz=subband_hz)
    return fading_pool(fading, TRACES, TRACE_SAMPLES, subbands, seed)


def _constants(scenario: SystemScenario) -> Constants:
    def ttis(milliseconds: float) -> int:
        return int(max(round(milliseconds / scenario.tti_ms), 1))

    first = scenario.cells[0]
    widest = max(cell.prbs for cell in scenario.cells)
    splits = [[len(part) for part in np.array_split(np.arange(cell.prbs), scenario.subbands)] for cell in scenario.cells]
    return Constants(
        tti_ms=scenario.tti_ms,
        slots=round(scenario.tti_ms / 0.5),
        radio_period=ttis(scenario.cqi_period_ms),
        measurement_period=ttis(MEASUREMENT_MS),
        harq_round_trip=ttis(scenario.harq_round_trip_ms),
        harq_attempts=scenario.harq_attempts,
        interruption=ttis(30.0),
        setup=ttis(20.0),
        barring=ttis(1000.0),
        inactivity=ttis(scenario.inactivity_s * 1000),
        failure_time=ttis(1000.0),
        ping_pong_time=ttis(1000.0),
        out_of_sync_db=-8.0,
        measurement_sigma_db=2.0,
        filter_weight=0.5,
        olla_up_db=OLLA_DOWN_DB * scenario.bler_target / (1.0 - scenario.bler_target),
        olla_down_db=OLLA_DOWN_DB,
        averaging=scenario.tti_ms / 100.0,
        min_dbm=-109.0,
        idle_activity=0.03,
        subband_prbs=np.array(splits, np.int64),
        traces=_traces(scenario.subbands, first.carrier_ghz, widest / scenario.subbands * 360e3, scenario.fading_seed),
        cqi_thresholds=cqi_thresholds_db(1),
        link=allocations(widest, scenario.data_elements_per_prb, scenario.bler_target),
    )
