"""`LinkTables`: the calibrated table as an evaluator, one link with intervals and provenance, or thousands as columns.

It answers inside its grid only: what is outside raises `NotCovered` with every limit that is crossed, or has `covered` False.
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
from twins.link.table.kernel import Decoding, Grid, error_rates, evaluate_rows
from twins.link.table.not_covered import NotCovered
from twins.link.table.rows import Rows, coding_objections, objections, rows_of

TABLE_PATH = Path(__file__).parent / "data" / "link_table.npz"
_Z95 = 1.959964
_SLOW_MPS = 5.0  # below it the channel estimate of one DMRS symbol hardly ages over a slot


@dataclass(frozen=True)
class Rates:
    """Error rates of N links, float64[N]: `bler` after all transmissions, `first` after one, `ber` residual.

    `sent` mean transmissions; `deviation` standard error of `bler` from the slots simulated; `slots` behind it; `covered`
    bool[N].
    """

    bler: NDArray[np.float64]
    first: NDArray[np.float64]
    ber: NDArray[np.float64]
    sent: NDArray[np.float64]
    deviation: NDArray[np.float64]
    slots: NDArray[np.float64]
    covered: NDArray[np.bool_]


class LinkTables:
    """The table, loaded: `families` by name; see `evaluate` and `evaluate_batch`."""

    def __init__(self, arrays: dict[str, NDArray[Any]], record: Artefact) -> None:
        self.record = record
        self.families = {one.name: one for one in (Family(**_tuples(row)) for row in json.loads(str(arrays["families"])))}
        self._arrays = arrays
        self._grids = {name: _grid(arrays, family) for name, family in self.families.items()}
        self._decoding = Decoding(
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
        """Load the committed table once; raises ArtefactError where the file is not the one of its record."""
        record = read_artefact(path)
        with np.load(path) as stored:
            return LinkTables({name: stored[name] for name in stored.files}, record)

    def evaluate_batch(self, configurations: Columns, channels: Columns) -> QosColumns:
        """Return the QoS of N links; see `twins.link.qos.QosEvaluator`."""
        rows = rows_of(configurations, channels)
        rates = self.rates(rows)
        throughput = (1.0 - rates.bler) * rows.information_bits / rows.slot_seconds / rates.sent / 1e6
        delay = np.full(len(rows.order), np.nan)
        if rates.covered.any():
            chosen = {name: np.asarray(values)[rates.covered] for name, values in configurations.items()}
            delay[rates.covered] = 1e3 * mean_delays(chosen, rates.sent[rates.covered], self._operations)
        return QosColumns(delay, throughput, rates.ber, rates.covered)

    def rates(self, rows: Rows) -> Rates:
        """Return the error rates of `rows`."""
        out = np.full((len(rows.order), 7), np.nan)
        covered = np.zeros(len(rows.order), dtype=bool)
        for name in np.unique(rows.family):
            if name not in self.families:
                continue
            family = self.families[name]
            mine = rows.family == name
            for crossed in objections(rows, family).values():
                mine &= ~crossed
            chosen = np.flatnonzero(mine)
            covered[chosen] = True
            out[chosen] = self._look_up(rows, family, chosen)
        retransmitted = np.nan_to_num(out[:, :3]) * (np.arange(2, 5) <= rows.transmissions[:, None])
        bler = out[np.arange(len(out)), np.minimum(rows.transmissions, 4) - 1]
        return Rates(
            bler, out[:, 0], out[:, 4], 1.0 + retransmitted.sum(axis=1), np.sqrt(out[:, 5] / out[:, 6]), out[:, 6], covered
        )

    def _look_up(self, rows: Rows, family: Family, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        profiles = {name: index for index, name in enumerate(family.profiles)}
        discrete = np.stack(
            [
                np.array([profiles[name] for name in rows.profile[chosen].tolist()], dtype=np.int64),
                np.searchsorted(family.dmrs_symbols, rows.dmrs[chosen]),
                np.searchsorted(ORDERS, rows.order[chosen]),
                rows.decoder[chosen],
                rows.transmissions[chosen],
                rows.blocks[chosen],
            ],
            axis=1,
        ).astype(np.int64)
        fields = (np.log(rows.delay_spread_ns), rows.speed_mps, np.log(rows.prbs), rows.snr_db, rows.block_rate, rows.block_bits)
        continuous = np.stack([np.asarray(values, dtype=np.float64)[chosen] for values in fields], axis=1)
        out = np.zeros((len(chosen), 7))
        evaluate_rows(self._grids[family.name], self._decoding, np.array(WEIGHTS), np.array(LEVELS), discrete, continuous, out)
        return out

    def decoded(self, information: NDArray[np.float64], rows: Rows, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the first block error rates of the `chosen` rows, whose slots have `information` float64[B], of any family.

        NaN where no decoder's curve reaches.
        """
        reached = ~np.any(list(coding_objections(rows).values()), axis=0)
        found, out = np.full(len(chosen), np.nan), np.zeros(6)
        weights = np.full(len(information), 1.0 / len(information))
        for number, row in enumerate(chosen):
            if reached[row]:
                blocks = (float(rows.block_rate[row]), float(rows.block_bits[row]), int(rows.blocks[row]))
                decoder = (ORDERS.index(int(rows.order[row])), int(rows.decoder[row]), 1)
                error_rates(information, weights, weights, self._decoding, *decoder, *blocks, out)
                found[number] = out[0]
        return found

    def objections(self, configuration: LinkConfiguration, channel: ChannelConfiguration) -> tuple[str, ...]:
        """Return every limit of the table that this link crosses."""
        rows = rows_of(configuration_columns([configuration]), channel_columns([channel]))
        name = str(rows.family[0])
        if name not in self.families:
            return (f"receiver, antennas and layers {name} are none of the tabulated {sorted(self.families)}",)
        return tuple(text for text, crossed in objections(rows, self.families[name]).items() if crossed[0])

    def evaluate(
        self, configuration: LinkConfiguration, channel: ChannelConfiguration, budget: ComputeBudget = ACCELERATOR
    ) -> LinkResult:
        """Return one link's quality; raises NotCovered."""
        crossed = self.objections(configuration, channel)
        if crossed:
            raise NotCovered(
                "the link table does not reach this link: it holds where " + "; ".join(crossed) + ". Simulate it instead"
            )
        columns = configuration_columns([configuration])
        rows = rows_of(columns, channel_columns([channel]))
        rates = self.rates(rows)
        delay = mean_delays(
            {**columns, "compute_gops": np.array([budget.operations_per_second / 1e9])}, rates.sent, self._operations
        )
        return self._result(configuration, channel, rows, rates, float(delay[0]))

    def _result(
        self, configuration: LinkConfiguration, channel: ChannelConfiguration, rows: Rows, rates: Rates, delay: float
    ) -> LinkResult:
        bler, first, ber = (
            _share(float(value[0]), float(rates.deviation[0]), float(rates.slots[0]))
            for value in (rates.bler, rates.first, rates.ber)
        )
        peak = float(rows.information_bits[0] / rows.slot_seconds[0] / 1e6)
        sent = float(rates.sent[0])
        delivered = [peak * (1.0 - share) / sent for share in (bler.value, bler.interval.high, bler.interval.low)]
        uncoded, nmse = self._raw(rows)
        return LinkResult(
            configuration=configuration,
            channel=channel,
            snr_db=float(rows.snr_db[0]),
            slots=int(rates.slots[0]),
            bler=bler,
            first_bler=first,
            ber=ber,
            uncoded_ber=_share(uncoded, 0.0, float(rates.slots[0])),
            throughput_mbps=Estimate(value=delivered[0], interval=Interval(low=delivered[1], high=delivered[2])),
            transmissions=sent,
            delay_ms=1e3 * delay,
            nmse_db=nmse,
            provenance=self._provenance(configuration, channel),
            coverage=Coverage(covered=True),
            warnings=_warnings(rows),
        )

    def _raw(self, rows: Rows) -> tuple[float, float | None]:
        """Uncoded bit error rate and NMSE in dB of the first row, from the nearest place of the grid."""
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
        """Operations per slot and PRB of a neural receiver; None for the classical one."""
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
    """Where the first row is likely worse than the table says."""
    blocks, speed = int(rows.blocks[0]), float(rows.speed_mps[0])
    if blocks == 1 or rows.dmrs[0] > 1 or speed < _SLOW_MPS:
        return ()
    return (
        f"the slot's {blocks} code blocks are taken to be equally good; with one DMRS symbol at {speed:g} m/s (3.5 GHz, 30 kHz)"
        " the later ones are worse, and more blocks may be lost than the table says: simulate the link where it matters",
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


def _share(value: float, deviation: float, slots: float) -> Estimate:
    """A share with its 95 % interval: sampling error of the slots, and never less than the rule of three allows at 0 and 1."""
    margin, unseen = _Z95 * deviation, 3.0 / slots
    low = max(value - margin, 0.0) if value < 1.0 - 1.0 / slots else min(value, 1.0 - unseen)
    high = min(value + margin, 1.0) if value > 1.0 / slots else max(value, unseen)
    return Estimate(value=value, interval=Interval(low=min(low, value), high=max(high, value)))
