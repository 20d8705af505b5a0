"""The link table beside fresh simulation of held-out links, and its speed.

Held-out links are drawn uniformly inside the table's grid, between its points: family, profile, delay spread, speed, PRBs, MCS,
DMRS, HARQ and SNR; each is simulated with LDPC, with seeds that the table has not seen. Speed is that of `evaluate_batch` on one
thread, of links drawn in the same way; the ratio to a plain Sionna loop counts an evaluation of 64 slots.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from policies.figure import Figure
from policies.word import Word
from twins.link.bench.bench_speed import SLOTS, plain_seconds
from twins.link.columns import channel_columns, configuration_columns
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.receiver import make_receiver, version_of
from twins.link.simulation.simulation import simulate
from twins.link.simulation.stopping import Stopping
from twins.link.table.families import SNR_DB, Family
from twins.link.table.tables import LinkTables
from twins.link.transmitter import make_transmitter
from twins.progress import show_progress
from twins.sample_cache import SampleCache

Link = tuple[LinkConfiguration, ChannelConfiguration]
_SEED = 20_000
FULL = Stopping(half_width=0.03, min_slots=64, max_slots=512, batch=64)
QUICK = FULL.model_copy(update={"max_slots": 128})


class FreshSample(Word):
    """BLER of a held-out link by fresh simulation with `slots`."""

    bler: float
    slots: int


class TableSample(Word):
    """One held-out link: BLER by table and by fresh simulation with `slots`."""

    configuration: LinkConfiguration
    channel: ChannelConfiguration
    table: float
    fresh: float
    slots: int


def figures(quick: bool, out: Path | None) -> tuple[list[Figure], list[TableSample]]:
    """Return the table's error against fresh simulation, and evaluations a second; goes on with what `out` has."""
    tables = LinkTables.load()
    links = held_out(tables, 4 if quick else 210, random.Random(_SEED))
    kept = SampleCache(None if out is None else out / "link-fresh.jsonl", FreshSample)
    stopping = QUICK if quick else FULL
    samples = []
    with show_progress("link table", "held-out links") as advance:
        for index, link in enumerate(links):
            seed = 30_000 + index
            fresh = kept.get_or_measure(_decides(link, seed, stopping), partial(_fresh, link, seed, stopping))
            samples.append(_compared(tables, link, fresh))
            advance(index + 1, len(links))
    return [*_errors(samples), *_speed(tables, quick)], samples


def held_out(tables: LinkTables, count: int, chance: random.Random) -> list[Link]:
    """Draw `count` links that the table covers."""
    found: list[Link] = []
    families = list(tables.families.values())
    while len(found) < count:
        drawn = _draw(chance.choice(families), chance)
        if drawn is not None and not tables.objections(*drawn):
            found.append(drawn)
    return found


def _draw(family: Family, chance: random.Random) -> Link | None:
    estimator, _, detector = family.receiver_name.partition("+")
    received = {"estimator": estimator, "detector": detector} if detector else {"receiver": family.receiver_name}
    spreads, levels = family.delay_spreads_ns, SNR_DB[2]
    try:
        configuration = LinkConfiguration.model_validate(
            {
                **received,
                "transmitter": family.transmitter,
                "mcs_index": chance.randint(3, 27),
                "prbs": chance.randint(min(family.prbs), max(family.prbs)),
                "layers": family.layers,
                "tx_antennas": family.tx_antennas,
                "rx_antennas": family.rx_antennas,
                "dmrs_symbols": chance.choice(family.dmrs_symbols),
                "harq_retransmissions": chance.choice((0, 0, 0, 1, 3)),
            }
        )
    except ValidationError:
        return None
    channel = ChannelConfiguration.model_validate(
        {
            "profile": chance.choice(family.profiles),
            "delay_spread_ns": min(spreads) * (max(spreads) / min(spreads)) ** chance.random(),
            "speed_mps": chance.uniform(min(family.speeds_mps), max(family.speeds_mps)),
            "snr_db": chance.uniform(min(levels), max(levels)),
        }
    )
    return configuration, channel


def _decides(link: Link, seed: int, stopping: Stopping) -> list[object]:
    """All that decides a fresh simulation, the weights of a learned receiver too."""
    configuration, channel = link
    learned = version_of(make_receiver(make_transmitter(configuration), configuration, channel))
    return [*(one.model_dump(mode="json") for one in (configuration, channel, stopping)), seed, learned]


def _fresh(link: Link, seed: int, stopping: Stopping) -> FreshSample:
    result = simulate(*link, seed=seed, stopping=stopping)
    return FreshSample(bler=result.bler.value, slots=result.slots)


def _compared(tables: LinkTables, link: Link, fresh: FreshSample) -> TableSample:
    configuration, channel = link
    table = tables.evaluate(configuration, channel).bler.value
    return TableSample(configuration=configuration, channel=channel, table=table, fresh=fresh.bler, slots=fresh.slots)


def _errors(samples: Sequence[TableSample]) -> list[Figure]:
    errors = np.array([abs(one.table - one.fresh) for one in samples])
    steep = np.array([0.02 < one.table < 0.98 for one in samples])
    middle, high = float(np.median(errors)), float(np.quantile(errors, 0.95))
    slots = [one.slots for one in samples]
    note = f"{len(samples)} held-out links, {min(slots)} to {max(slots)} fresh slots each"
    found = [
        Figure(name="table: median |ΔBLER|", value=middle, unit="", target="≤ 0.03", met=middle <= 0.03, note=note),
        Figure(name="table: 95th percentile |ΔBLER|", value=high, unit="", target="≤ 0.10", met=high <= 0.10, note=note),
    ]
    if steep.any():
        within = f"{int(steep.sum())} of them, with a BLER of 0.02 to 0.98 by the table, where errors show"
        found.append(
            Figure(name="table: median |ΔBLER| where it matters", value=float(np.median(errors[steep])), unit="", note=within)
        )
        bias = float(np.mean([one.table - one.fresh for one, inside in zip(samples, steep, strict=True) if inside]))
        found.append(Figure(name="table: mean ΔBLER where it matters", value=bias, unit="", note=within))
    return found


def _speed(tables: LinkTables, quick: bool) -> list[Figure]:
    """Evaluations a CPU-second of batches, after one of the same size; and the ratio to the plain loop."""
    links = held_out(tables, 500 if quick else 5_000, random.Random(_SEED + 1))
    repeated = 20
    columns = {name: np.tile(values, repeated) for name, values in configuration_columns([one for one, _ in links]).items()}
    columns["compute_gops"] = np.full(len(columns["mcs_index"]), 1000.0)
    channels = {name: np.tile(values, repeated) for name, values in channel_columns([one for _, one in links]).items()}
    levels = np.random.default_rng(_SEED).uniform(-9.0, 30.0, len(columns["mcs_index"]))
    tables.evaluate_batch(columns, {**channels, "snr_db": levels[::-1]})
    rates = []
    for _ in range(3):
        begun = time.process_time()
        tables.evaluate_batch(columns, {**channels, "snr_db": levels})
        rates.append(len(levels) / (time.process_time() - begun))
    rate = float(np.median(rates))
    plain = 1.0 / plain_seconds()
    note = f"batch of {len(levels)}, {len(links)} kinds of link at their own SNRs, median of 3, one thread, CPU time"
    return [
        Figure(name="table", value=rate, unit="evaluations/s", target="≥ 20000", met=rate >= 20_000, note=note),
        Figure(name="table / plain Sionna loop", value=rate / plain, unit="x", note=f"an evaluation is {SLOTS} slots there"),
    ]
