"""Convert columns of configurations and channels to the rows that the kernel evaluates, and check which of them the table covers.

Only Doppler relative to the symbol and delay spread relative to the subcarrier matter: other carriers and spacings are looked up
at the equivalent speed and delay spread for 3.5 GHz and 30 kHz.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twins.link.columns import Columns
from twins.link.configuration import REFERENCE_POWER_DBM, SUBCARRIERS_PER_PRB, SYMBOLS_PER_SLOT, THERMAL_NOISE_DBM_HZ
from twins.link.table.curve_grid import BLOCK_BITS, DECODERS, LARGEST_AT_LOW_RATE, LOW_RATE, LOWEST_RATE, ORDER_RATES
from twins.link.table.families import CARRIER_GHZ, ORDERS, SNR_DB, SUBCARRIER_KHZ, Family
from twins.radio.abstraction import load_link_table
from twins.radio.transport_block import transport_block

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """N links as lookup rows: each field is an array[N] (see `rows_of`)."""

    order: Integers
    information_bits: Integers
    coded_bits: Integers
    code_rate: Floats
    blocks: Integers
    block_bits: Floats
    block_rate: Floats
    decoder: Integers
    transmissions: Integers
    profile: NDArray[Any]
    delay_spread_ns: Floats
    speed_mps: Floats
    prbs: Floats
    dmrs: Integers
    snr_db: Floats
    slot_seconds: Floats
    family: NDArray[Any]


def rows_of(configurations: Columns, channels: Columns) -> Rows:
    """Return the rows of N links; `channels` has N elements or one. An MCS index outside MCS tables 1 and 2 gets order 0."""
    count = len(configurations["mcs_index"])
    channel = {name: np.broadcast_to(values, (count,)) for name, values in channels.items()}
    order, rate = _modulation(configurations)
    superimposed = np.asarray(configurations["transmitter"]) == "deeptx"
    symbols = SYMBOLS_PER_SLOT - np.where(superimposed, 0, configurations["dmrs_symbols"])
    elements = (configurations["prbs"] * SUBCARRIERS_PER_PRB * symbols * configurations["layers"]).astype(np.int64)
    formats = zip(order.tolist(), rate.tolist(), elements.tolist(), strict=True)
    sizes = np.array([transport_block(*block_format) for block_format in formats])
    sizes = sizes.reshape(count, 3)
    coded = np.maximum(elements * order, 1)
    spacing = configurations["subcarrier_khz"] / SUBCARRIER_KHZ
    return Rows(
        order=order,
        information_bits=sizes[:, 0],
        coded_bits=coded,
        code_rate=rate,
        blocks=sizes[:, 2],
        block_bits=sizes[:, 1].astype(np.float64),
        block_rate=sizes[:, 1] * sizes[:, 2] / coded,
        decoder=_decoder(configurations),
        transmissions=np.asarray(configurations["harq_retransmissions"], dtype=np.int64) + 1,
        profile=channel["profile"],
        delay_spread_ns=channel["delay_spread_ns"] * spacing,
        speed_mps=channel["speed_mps"] * channel["carrier_ghz"] / CARRIER_GHZ / spacing,
        prbs=np.asarray(configurations["prbs"], dtype=np.float64),
        dmrs=np.asarray(configurations["dmrs_symbols"], dtype=np.int64),
        snr_db=_snr_db(configurations, channel),
        slot_seconds=1e-3 * 15 / configurations["subcarrier_khz"],
        family=family_names(configurations),
    )


def family_names(configurations: Columns) -> NDArray[Any]:
    """Return the family name of each link, such as `ls+lmmse_1x2_1`."""
    names = ("receiver_name", "tx_antennas", "rx_antennas", "layers")
    return np.array(
        [f"{r}_{t}x{a}_{n}" for r, t, a, n in zip(*(np.asarray(configurations[name]).tolist() for name in names), strict=True)]
    )


def violated_limits(rows: Rows, family: Family) -> dict[str, NDArray[np.bool_]]:
    """Return which rows of `family` violate each limit of the table: description of the limit → bool[N]."""
    snr = np.array([SNR_DB[order] for order in ORDERS])
    limits = {
        f"profile is one of {family.profiles}": np.isin(rows.profile, family.profiles),
        f"dmrs_symbols is one of {family.dmrs_symbols}": np.isin(rows.dmrs, family.dmrs_symbols),
        _range("delay_spread_ns (at 30 kHz)", family.delay_spreads_ns): _inside(rows.delay_spread_ns, family.delay_spreads_ns),
        _range("speed_mps (at 3.5 GHz, 30 kHz)", family.speeds_mps): _inside(rows.speed_mps, family.speeds_mps),
        _range("prbs", family.prbs): _inside(rows.prbs, family.prbs),
        f"SNR is {snr.min():g}..{snr.max():g} dB": _inside(rows.snr_db, (snr.min(), snr.max())),
    }
    return {text: ~np.asarray(inside) for text, inside in limits.items()} | violated_coding_limits(rows)


def violated_coding_limits(rows: Rows) -> dict[str, NDArray[np.bool_]]:
    """Return which rows violate each limit of the decoder curves, for any family: description of the limit → bool[N]."""
    lowest, highest = (np.array([end(ORDER_RATES[order]) for order in ORDERS]) for end in (min, max))
    order = np.clip(np.searchsorted(ORDERS, rows.order), 0, len(ORDERS) - 1)
    low, high = np.maximum(lowest - 0.015, LOWEST_RATE)[order], highest[order] + 0.015
    ranges = ", ".join(f"{a:.2f}..{b:.2f} at {bits} bits per symbol" for a, b, bits in zip(lowest, highest, ORDERS, strict=True))
    limits = {
        f"modulation order is one of {ORDERS}": np.isin(rows.order, ORDERS),
        f"LDPC decoder is one of {[f'{name} x {n}' for name, n in DECODERS]}": rows.decoder >= 0,
        f"code rate with CRC is {ranges}": (rows.block_rate >= low) & (rows.block_rate <= high),
        f"code rate with CRC above {LOW_RATE:.3g} or code block bits at most {LARGEST_AT_LOW_RATE}": (rows.block_rate > LOW_RATE)
        | (rows.block_bits <= LARGEST_AT_LOW_RATE),
        _range("code block bits", BLOCK_BITS): _inside(rows.block_bits, (BLOCK_BITS[0] * 0.6, BLOCK_BITS[-1] * 1.06)),
    }
    return {text: ~np.asarray(inside) for text, inside in limits.items()}


def _range(name: str, axis: tuple[float, ...]) -> str:
    return f"{name} is {min(axis):g}..{max(axis):g}"


def _inside(values: Floats, axis: tuple[float, ...]) -> NDArray[np.bool_]:
    return np.asarray((values >= min(axis)) & (values <= max(axis)))


def _modulation(configurations: Columns) -> tuple[Integers, Floats]:
    tables, indices = np.atleast_1d(configurations["mcs_table"], configurations["mcs_index"])
    order, rate = np.zeros(indices.shape, np.int64), np.ones(indices.shape)
    for number in np.unique(tables):
        table = load_link_table(int(number))
        valid = (tables == number) & (indices < len(table.code_rate))
        order[valid], rate[valid] = table.modulation_order[indices[valid]], table.code_rate[indices[valid]]
    return order, rate


def _decoder(configurations: Columns) -> Integers:
    decoder = np.full(len(configurations["mcs_index"]), -1, np.int64)
    for number, (algorithm, iterations) in enumerate(DECODERS):
        matches = (np.asarray(configurations["ldpc_algorithm"]) == algorithm) & (configurations["ldpc_iterations"] == iterations)
        decoder[matches] = number
    return decoder


def _snr_db(configurations: Columns, channel: Columns) -> Floats:
    """The same as `ChannelConfiguration.received_snr_db`, over columns."""
    power = configurations["transmit_power_dbm"]
    bandwidth = configurations["prbs"] * SUBCARRIERS_PER_PRB * configurations["subcarrier_khz"] * 1e3
    noise = THERMAL_NOISE_DBM_HZ + 10.0 * np.log10(bandwidth) + channel["noise_figure_db"]
    stated = channel["snr_db"] + power - REFERENCE_POWER_DBM
    result: Floats = np.where(np.isnan(stated), power - channel["coupling_loss_db"] - noise, stated)
    return result
