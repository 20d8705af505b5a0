"""`LinkTables`: the calibrated table as an evaluator, of one link with intervals and provenance or of thousands as columns.

It covers its grid only: a link outside raises `NotCovered` with every violated limit, or has `covered` False in a batch.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policies.artefact import Artefact, read_artefact
from policies.change import digest_of
from policies.evidence import Coverage, Interval
from policies.provenance import Provenance
from twins.link.columns import Columns, channel_columns, configuration_columns
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.delay.processing_delay import ACCELERATOR, ComputeBudget
from twins.link.qos_columns import QosColumns
from twins.link.result import Estimate, LinkResult
from twins.link.table.curve_grid import BLOCK_BITS, RATES
from twins.link.table.decoder_curve import DEFICITS
from twins.link.table.delays import mean_delays
from twins.link.table.families import LEVELS, ORDERS, SNR_DB, WEIGHTS, Family
from twins.link.table.kernel import DecoderCurves, Grid, error_rates, evaluate_rows
from twins.link.table.not_covered import NotCovered
from twins.link.table.rows import Rows, rows_of, violated_coding_limits, violated_limits

TABLE_PATH = Path(__file__).parent / "data" / "link_table.npz"
_Z95 = 1.959964
_SLOW_MPS = 5.0  # below this speed the channel estimate of one DMRS symbol hardly ages over a slot


@dataclass(frozen=True)
class Rates:
    """Error rates of N links, float64[N]: residual `bler` and `ber` after all transmissions, `first_bler` after one.

    `transmissions` mean per block; `standard_error` of `bler` from sampling `slots` simulated slots; `covered` bool[N].
    """

    bler: NDArray[np.float64]
    first_bler: NDArray[np.float64]
    ber: NDArray[np.float64]
    transmissions: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    slots: NDArray[np.float64]
    covered: NDArray[np.bool_]


class LinkTables:
    """A loaded link table with its `families` by name; see `evaluate` and `evaluate_batch`."""

    def __init__(self, arrays: dict[str, NDArray[Any]], record: Artefact) -> None:
        self.record = record
        families = (Family(**_tuples(row)) for row in json.loads(str(arrays["families"])))
        self.families = {family.name: family for family in families}
        self._arrays = arrays
        self._grids = {name: _grid(arrays, family) for name, family in self.families.items()}
        self._curves = DecoderCurves(
            threshold=arrays["curve_threshold"],
            log_width=arrays["curve_log_width"],
            bit_errors=arrays["curve_bit_errors"],
            rates=np.array(RATES),
            log_blocks=np.log(np.array(BLOCK_BITS, dtype=np.float64)),
            deficits=np.array(DEFICITS),
        )

    @staticmethod
    @lru_cache(maxsize=1)
    def load(path: Path = TABLE_PATH) -> LinkTables:
        """Load the committed table once; raises ArtefactError if the file does not match its record."""
        record = read_artefact(path)
        with np.load(path) as stored:
            return LinkTables({name: stored[name] for name in stored.files}, record)

    def evaluate_batch(self, configurations: Columns, channels: Columns) -> QosColumns:
        """Return the QoS of N links; see `twins.link.qos.QosEvaluator`."""
        rows = rows_of(configurations, channels)
        rates = self.rates(rows)
        throughput = (1.0 - rates.bler) * rows.information_bits / rows.slot_seconds / rates.transmissions / 1e6
        delay = np.full(len(rows.order), np.nan)
        if rates.covered.any():
            columns = {name: np.asarray(values)[rates.covered] for name, values in configurations.items()}
            delay[rates.covered] = self.delays_ms(columns, rates.transmissions[rates.covered])
        return QosColumns(delay, throughput, rates.ber, rates.covered)

    def delays_ms(self, configurations: Columns, transmissions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean delay in ms of N covered links for a mean of `transmissions` float64[N], 1..4, per block."""
        return 1e3 * mean_delays(configurations, transmissions, self._operations)

    def rates(self, rows: Rows) -> Rates:
        """Return the error rates of `rows`."""
        out = np.full((len(rows.order), 7), np.nan)
        covered = np.zeros(len(rows.order), dtype=bool)
        for name in np.unique(rows.family):
            if name not in self.families:
                continue
            family = self.families[name]
            in_grid = rows.family == name
            for violated in violated_limits(rows, family).values():
                in_grid &= ~violated
            selected = np.flatnonzero(in_grid)
            covered[selected] = True
            out[selected] = self._look_up(rows, family, selected)
        retransmitted = np.nan_to_num(out[:, :3]) * (np.arange(2, 5) <= rows.transmissions[:, None])
        bler = out[np.arange(len(out)), np.minimum(rows.transmissions, 4) - 1]
        return Rates(
            bler, out[:, 0], out[:, 4], 1.0 + retransmitted.sum(axis=1), np.sqrt(out[:, 5] / out[:, 6]), out[:, 6], covered
        )

    def _look_up(self, rows: Rows, family: Family, selected: NDArray[np.int64]) -> NDArray[np.float64]:
        profiles = {name: index for index, name in enumerate(family.profiles)}
        discrete = np.stack(
            [
                np.array([profiles[name] for name in rows.profile[selected].tolist()], dtype=np.int64),
                np.searchsorted(family.dmrs_symbols, rows.dmrs[selected]),
                np.searchsorted(ORDERS, rows.order[selected]),
                rows.decoder[selected],
                rows.transmissions[selected],
                rows.blocks[selected],
            ],
            axis=1,
        ).astype(np.int64)
        fields = (np.log(rows.delay_spread_ns), rows.speed_mps, np.log(rows.prbs), rows.snr_db, rows.block_rate, rows.block_bits)
        continuous = np.stack([np.asarray(values, dtype=np.float64)[selected] for values in fields], axis=1)
        out = np.zeros((len(selected), 7))
        evaluate_rows(self._grids[family.name], self._curves, np.array(WEIGHTS), np.array(LEVELS), discrete, continuous, out)
        return out

    def first_bler(self, information: NDArray[np.float64], rows: Rows, selected: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the first block error rates of the `selected` rows, of any family, for slots with `information` float64[B].

        NaN for rows outside the decoder curves.
        """
        inside = ~np.any(list(violated_coding_limits(rows).values()), axis=0)
        bler, out = np.full(len(selected), np.nan), np.zeros(6)
        weights = np.full(len(information), 1.0 / len(information))
        for number, row in enumerate(selected):
            if inside[row]:
                blocks = (float(rows.block_rate[row]), float(rows.block_bits[row]), int(rows.blocks[row]))
                decoder = (ORDERS.index(int(rows.order[row])), int(rows.decoder[row]), 1)
                error_rates(information, weights, weights, self._curves, *decoder, *blocks, out)
                bler[number] = out[0]
        return bler

    def violated_limits(self, configuration: LinkConfiguration, channel: ChannelConfiguration) -> tuple[str, ...]:
        """Return every limit of the table that this link violates."""
        rows = rows_of(configuration_columns([configuration]), channel_columns([channel]))
        name = str(rows.family[0])
        if name not in self.families:
            return (f"receiver, antennas and layers {name} are none of the tabulated {sorted(self.families)}",)
        return tuple(text for text, violated in violated_limits(rows, self.families[name]).items() if violated[0])

    def evaluate(
        self, configuration: LinkConfiguration, channel: ChannelConfiguration, budget: ComputeBudget = ACCELERATOR
    ) -> LinkResult:
        """Return one link's quality, its delay with compute `budget`; raises NotCovered."""
        violated = self.violated_limits(configuration, channel)
        if violated:
            raise NotCovered(
                "the link table does not cover this link: it is valid where " + "; ".join(violated) + ". Simulate it instead"
            )
        columns = configuration_columns([configuration])
        rows = rows_of(columns, channel_columns([channel]))
        rates = self.rates(rows)
        columns["compute_gops"] = np.array([budget.operations_per_second / 1e9])
        delay = mean_delays(columns, rates.transmissions, self._operations)
        return self._result(configuration, channel, rows, rates, float(delay[0]))

    def _result(
        self, configuration: LinkConfiguration, channel: ChannelConfiguration, rows: Rows, rates: Rates, delay: float
    ) -> LinkResult:
        bler, first, ber = (
            _error_rate(float(value[0]), float(rates.standard_error[0]), float(rates.slots[0]))
            for value in (rates.bler, rates.first_bler, rates.ber)
        )
        peak = float(rows.information_bits[0] / rows.slot_seconds[0] / 1e6)
        sent = float(rates.transmissions[0])
        delivered = [peak * (1.0 - loss) / sent for loss in (bler.value, bler.interval.high, bler.interval.low)]
        uncoded, nmse = self._detection_quality(rows)
        return LinkResult(
            configuration=configuration,
            channel=channel,
            snr_db=float(rows.snr_db[0]),
            slots=int(rates.slots[0]),
            bler=bler,
            first_bler=first,
            ber=ber,
            uncoded_ber=_error_rate(uncoded, 0.0, float(rates.slots[0])),
            throughput_mbps=Estimate(value=delivered[0], interval=Interval(low=delivered[1], high=delivered[2])),
            transmissions=sent,
            delay_ms=1e3 * delay,
            nmse_db=nmse,
            provenance=self._provenance(configuration, channel),
            coverage=Coverage(covered=True),
            warnings=_warnings(rows),
        )

    def _detection_quality(self, rows: Rows) -> tuple[float, float | None]:
        """Uncoded bit error rate and NMSE in dB of the first row, from the nearest grid point."""
        family = self.families[str(rows.family[0])]
        order = ORDERS.index(int(rows.order[0]))
        where = (
            family.profiles.index(str(rows.profile[0])),
            _nearest(np.log(family.delay_spreads_ns), np.log(rows.delay_spread_ns[0])),
            _nearest(family.speeds_mps, rows.speed_mps[0]),
            family.dmrs_symbols.index(int(rows.dmrs[0])),
            order,
            _nearest(np.log(family.prbs), np.log(rows.prbs[0])),
        )
        axis = SNR_DB[ORDERS[order]]
        uncoded = float(np.interp(rows.snr_db[0], axis, self._arrays[f"{family.name}_uncoded"][where].astype(np.float64)))
        error = float(np.interp(rows.snr_db[0], axis, self._arrays[f"{family.name}_error"][where].astype(np.float64)))
        return uncoded, None if np.isnan(error) else error

    def _operations(self, family: str, order: int, dmrs: int) -> float | None:
        """Operations per slot and PRB of a neural receiver; None for the classical receiver."""
        tabulated = self._arrays[f"{family}_operations"]
        value = float(tabulated[self.families[family].dmrs_symbols.index(dmrs), ORDERS.index(order)])
        return value or None

    def _provenance(self, configuration: LinkConfiguration, channel: ChannelConfiguration) -> Provenance:
        return Provenance(
            source=f"link table {self.record.file}, sha256 {self.record.sha256[:12]}",
            kind="computation",
            version=", ".join(f"{name} {number}" for name, number in self.record.versions.items()),
            observed_at=datetime.now(UTC),
            channel_model=f"TR 38.901 {channel.profile}, {channel.delay_spread_ns:g} ns, {channel.speed_mps:g} m/s",
            configuration_digest=digest_of([configuration.model_dump(mode="json"), channel.model_dump(mode="json")]),
            seeds=(int(self._arrays["seed"]),),
        )


def _warnings(rows: Rows) -> tuple[str, ...]:
    """Warn if the first row is likely worse than the table predicts."""
    blocks, speed = int(rows.blocks[0]), float(rows.speed_mps[0])
    if blocks == 1 or rows.dmrs[0] > 1 or speed < _SLOW_MPS:
        return ()
    return (
        f"the slot's {blocks} code blocks are assumed equally good; with one DMRS symbol at {speed:g} m/s (3.5 GHz, 30 kHz)"
        " the later ones are worse, and more blocks may be lost than the table predicts: simulate the link if it matters",
    )


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def _grid(arrays: dict[str, NDArray[Any]], family: Family) -> Grid:
    return Grid(
        information=np.ascontiguousarray(arrays[f"{family.name}_information"].astype(np.float32) / np.float32(65535.0)),
        log_spread=np.log(np.array(family.delay_spreads_ns)),
        speed=np.array(family.speeds_mps),
        log_prbs=np.log(np.array(family.prbs, dtype=np.float64)),
        snr=np.array([SNR_DB[order] for order in ORDERS]),
        slots=np.array(family.slots, dtype=np.float64),
    )


def _nearest(axis: Any, value: float) -> int:
    return int(np.abs(np.asarray(axis) - value).argmin())


def _error_rate(value: float, standard_error: float, slots: float) -> Estimate:
    """An error rate with its 95 % interval: sampling error of the slots, and the rule of three near 0 and 1."""
    margin, rule_of_three = _Z95 * standard_error, 3.0 / slots
    low = max(value - margin, 0.0) if value < 1.0 - 1.0 / slots else min(value, 1.0 - rule_of_three)
    high = min(value + margin, 1.0) if value > 1.0 / slots else max(value, rule_of_three)
    return Estimate(value=value, interval=Interval(low=min(low, value), high=max(high, value)))
