"""Fidelity of the system twin to Sionna's slot-level chain: same terminals, same gains, full buffers, proportional fair.

1. `draw_drop` draws topology and channel with Sionna; `run_reference` simulates it slot by slot (`reference_chain`).
2. `run_twin` gives a `SystemNetwork` only the drop's positions and large-scale gains; fading comes from the twin's own traces.
   Parameters that are not physics are equal on both sides: power, bandwidth, noise figure, data symbols per slot, error target,
   averaging time of the scheduler, outer-loop step, one attempt per block (Sionna's chain has no HARQ combining), no handover.
3. Sionna's scheduler knows the channel of the current slot, the twin's that of one CQI period earlier. The comparison uses the
   shortest period that the traces resolve, 5 ms; a separate figure gives the loss at a period of 10 ms.
4. `figures` compares throughput of cells and terminals, error rates, and speed, measured in the same run.

Needs torch and sionna: import it only to run the comparison.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from scipy.stats import ks_2samp

from policies.figure import Figure
from policies.slices import Slice
from twins.radio.propagation import Floats
from twins.radio.reference_channel import SECTORS_PER_SITE, Drop, DropSettings, draw_drop
from twins.system.bench.reference_chain import ReferenceResult, ReferenceSettings, run_reference
from twins.system.configuration import default_tree
from twins.system.scenario.scenario import CellSpec, Points, SystemScenario, UeGroup
from twins.system.scenario.traffic import FullBuffer
from twins.system.system_network import SystemNetwork

CALIBRATION_SEED = 7  # the drop used to choose the twin's fading profile; never used for the figures
SEEDS = (8, 11)
QUICK_SEEDS = (8,)
TWIN_SECONDS = 4.0
CQI_PERIOD_MS, LATE_CQI_PERIOD_MS = 5.0, 10.0
SAMPLING_S = 0.1  # period at which the terminals' counters are read
QUANTILES = np.linspace(0.05, 0.95, 19)


@dataclass(frozen=True)
class Comparison:
    """The results of twin and reference on one drop; relative errors are (twin - reference) / reference."""

    seed: int
    reference: ReferenceResult
    twin: ReferenceResult
    twin_late_cqi: ReferenceResult

    @property
    def cell_error(self) -> float:
        """Relative error of the mean cell throughput."""
        return float(self.twin.cell_mbps.mean() / self.reference.cell_mbps.mean() - 1.0)

    @property
    def cell_errors(self) -> Floats:
        """Relative error of each cell that carried anything in the reference."""
        busy = self.reference.cell_mbps > 0.0
        errors: Floats = self.twin.cell_mbps[busy] / self.reference.cell_mbps[busy] - 1.0
        return errors

    @property
    def ks_distance(self) -> float:
        """Kolmogorov-Smirnov distance of the two distributions of user throughput."""
        return float(ks_2samp(self.twin.user_mbps, self.reference.user_mbps).statistic)

    @property
    def quantile_error(self) -> float:
        """Mean absolute relative error of the 5th to 95th percentile of user throughput."""
        ours, theirs = np.quantile(self.twin.user_mbps, QUANTILES), np.quantile(self.reference.user_mbps, QUANTILES)
        return float(np.mean(np.abs(ours / theirs - 1.0)))

    @property
    def speed_ratio(self) -> float:
        """Simulated seconds per wall second of the twin over those of the reference, excluding its channel generation."""
        return (self.twin.simulated_s / self.twin.wall_s) / (self.reference.simulated_s / self.reference.wall_s)


class DropGains:
    """The drop's gains as a gain map for its terminal positions; terminals do not move."""

    def __init__(self, drop: Drop) -> None:
        self._rows = {tuple(point): row for point, row in zip(drop.terminal_xy.tolist(), drop.gain_db, strict=True)}

    def gain_db(self, points: Floats) -> Floats:
        """Return the gains of the terminals at `points` float64[N, 2], float64[N, C] in dB."""
        return np.stack([self._rows[tuple(point)] for point in points.tolist()])


def scenario_of(drop: Drop, settings: ReferenceSettings, cqi_period_ms: float = CQI_PERIOD_MS) -> SystemScenario:
    """Return the system scenario of a drop: its cells and terminals, all eMBB with full buffers, no handover."""
    scenario = SystemScenario(
        name="fidelity",
        start=datetime(2026, 1, 1, tzinfo=UTC),
        granularity_s=3600.0,
        cells=tuple(_cell(drop, settings, number) for number in range(len(drop.cell_xy))),
        groups=(
            UeGroup(
                name="terminals",
                slice=Slice.EMBB,
                count=len(drop.terminal_xy),
                traffic=FullBuffer(),
                placement=Points(points=tuple((x, y) for x, y in drop.terminal_xy.tolist())),
                surroundings_mps=drop.settings.speed_kmh / 3.6,
            ),
        ),
        cqi_period_ms=cqi_period_ms,
        data_elements_per_prb=12 * settings.data_symbols,
        noise_figure_db=settings.noise_figure_db,
        bler_target=settings.bler_target,
        harq_attempts=1,
    )
    relations = [dn for dn in default_tree(scenario) if "NRCellRelation=" in dn]
    return scenario.model_copy(update={"configuration": {dn: {"isHOAllowed": False} for dn in relations}})


def _cell(drop: Drop, settings: ReferenceSettings, number: int) -> CellSpec:
    site, sector = divmod(number, SECTORS_PER_SITE)
    return CellSpec(
        id=f"S{site + 1}C{sector + 1}",
        site=f"S{site + 1}",
        x=float(drop.cell_xy[number, 0]),
        y=float(drop.cell_xy[number, 1]),
        azimuth=float(drop.azimuth[number]),
        height=float(drop.cell_height[number]),
        downtilt=drop.downtilt,
        carrier_ghz=drop.settings.carrier_ghz,
        bandwidth_mhz=10,
        prbs=drop.settings.prbs,
        tx_power_dbm=settings.power_dbm,
    )


def run_twin(drop: Drop, settings: ReferenceSettings, seed: int, cqi_period_ms: float = CQI_PERIOD_MS) -> ReferenceResult:
    """Run the system twin on the drop for 4 s after the warm-up; the wall time excludes the warm-up."""
    seconds = TWIN_SECONDS
    network = SystemNetwork(scenario_of(drop, settings, cqi_period_ms), seed, DropGains(drop))
    network.advance(settings.warmup_s)
    before = network.snapshot().state
    start, bits, wall_s = before, np.zeros(len(drop.terminal_xy)), 0.0
    for _ in range(round(seconds / SAMPLING_S)):
        started = time.perf_counter()
        network.advance(SAMPLING_S)
        wall_s += time.perf_counter() - started
        after = network.snapshot().state
        # A terminal's counter restarts when it reconnects.
        gained = after.ues["window_bits"] - before.ues["window_bits"]
        bits += np.where(gained >= 0, gained, after.ues["window_bits"])
        before = after
    carried = (before.shares["delivered_bits"] - start.shares["delivered_bits"]).sum(axis=1)
    sent, lost = (before.cells[name].sum() - start.cells[name].sum() for name in ("transmissions", "failures"))
    return ReferenceResult(bits / seconds / 1e6, carried / seconds / 1e6, float(lost / max(sent, 1.0)), seconds, wall_s)


def compare(seed: int, drop: DropSettings, settings: ReferenceSettings) -> Comparison:
    """Draw a drop with `seed` and run the reference and the twin on it."""
    drawn = draw_drop(drop, seed)
    late = run_twin(drawn, settings, seed, LATE_CQI_PERIOD_MS)
    return Comparison(seed, run_reference(drawn, settings, seed), run_twin(drawn, settings, seed), late)


def figures(quick: bool, out: Path | None) -> list[Figure]:
    """Return the fidelity figures over the seeds; raw throughputs are written to `out` if given. Takes 20 s quick, else 1 min."""
    seeds = QUICK_SEEDS if quick else SEEDS
    drop = DropSettings(seconds=0.3 if quick else 0.5)
    settings = ReferenceSettings(warmup_s=0.1)
    comparisons = [compare(seed, drop, settings) for seed in seeds]
    if out is not None:
        for comparison in comparisons:
            _save(comparison, out / f"fidelity_seed{comparison.seed}.npz")
    return _figures(comparisons)


def _save(comparison: Comparison, path: Path) -> None:
    arrays = {
        f"{side}_{name}": getattr(getattr(comparison, side), name)
        for side in ("reference", "twin")
        for name in ("user_mbps", "cell_mbps")
    }
    np.savez(path, **arrays)


def _figures(comparisons: list[Comparison]) -> list[Figure]:
    seeds = ", ".join(str(comparison.seed) for comparison in comparisons)
    note = f"drops {seeds}; the fading profile was chosen on drop {CALIBRATION_SEED}"
    error = max((comparison.cell_error for comparison in comparisons), key=abs)
    distance = max(comparison.ks_distance for comparison in comparisons)
    cells = np.concatenate([comparison.cell_errors for comparison in comparisons])
    ratios = [comparison.speed_ratio for comparison in comparisons]
    return [
        _figure("cell throughput error", 100 * error, "%", f"mean over cells, worst drop; {note}", "≤ 10", abs(error) <= 0.1),
        _figure("user throughput KS distance", distance, "1", f"worst drop; {note}", "≤ 0.15", distance <= 0.15),
        _figure(
            "user throughput quantile error", 100 * max(c.quantile_error for c in comparisons), "%", "5th to 95th percentile"
        ),
        _figure("single cell throughput error", 100 * float(np.abs(cells).mean()), "%", "mean of absolute errors cell by cell"),
        _figure(
            "cell throughput error, CQI every 10 ms",
            100 * _mean([c.twin_late_cqi.cell_mbps.mean() / c.reference.cell_mbps.mean() - 1.0 for c in comparisons]),
            "%",
            "the twin knows the channel 10 to 20 ms late; the reference knows the channel of the slot",
        ),
        _figure("cell throughput", _mean([c.twin.cell_mbps.mean() for c in comparisons]), "Mbit/s", "twin"),
        _figure("cell throughput reference", _mean([c.reference.cell_mbps.mean() for c in comparisons]), "Mbit/s", "Sionna"),
        _figure("block error rate", 100 * _mean([c.twin.bler for c in comparisons]), "%", "twin, first transmissions"),
        _figure("block error rate reference", 100 * _mean([c.reference.bler for c in comparisons]), "%", "Sionna"),
        _figure(
            "speed over slot-level chain",
            _mean(ratios),
            "times",
            f"same run, {min(ratios):.0f} to {max(ratios):.0f}; without Sionna's channel generation",
        ),
    ]


def _mean(values: list[float]) -> float:
    return float(np.mean(values))


def _figure(name: str, value: float, unit: str, note: str, target: str = "", met: bool | None = None) -> Figure:
    return Figure(name=name, value=float(value), unit=unit, note=note, target=target, met=met)
