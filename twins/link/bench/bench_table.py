"""Accuracy of the link table against fresh simulation of held-out links, and its speed.

Held-out links are drawn uniformly inside the table's grid, between its points: family, profile, delay spread, speed, PRBs, MCS,
DMRS, HARQ and SNR; each is simulated with LDPC, with seeds that the table was not built with. Speed is that of `evaluate_batch`
on one thread, for links drawn in the same way; in the ratio to a plain Sionna loop an evaluation is 64 slots.
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
    """One held-out link: BLER by the table and by fresh simulation with `slots`."""

    configuration: LinkConfiguration
    channel: ChannelConfiguration
    table: float
    fresh: float
    slots: int


def figures(quick: bool, out: Path | None) -> tuple[list[Figure], list[TableSample]]:
    """Return the table's error against fresh simulation and its evaluations per second; resumes from samples in `out`."""
    tables = LinkTables.load()
    links = held_out_links(tables, 4 if quick else 210, random.Random(_SEED))
    cache = SampleCache(None if out is None else out / "link-fresh.jsonl", FreshSample)
    stopping = QUICK if quick else FULL
    samples = []
    with show_progress("link table", "held-out links") as advance:
        for index, link in enumerate(links):
            seed = 30_000 + index
            fresh = cache.get_or_measure(_cache_key(link, seed, stopping), partial(_simulate, link, seed, stopping))
            samples.append(_compare(tables, link, fresh))
            advance(index + 1, len(links))
    return [*_errors(samples), *_speed(tables, quick)], samples


def held_out_links(tables: LinkTables, count: int, generator: random.Random) -> list[Link]:
    """Draw `count` links that the table covers."""
    links: list[Link] = []
    families = list(tables.families.values())
    while len(links) < count:
        link = _draw(generator.choice(families), generator)
        if link is not None and not tables.violated_limits(*link):
            links.append(link)
    return links


def _draw(family: Family, generator: random.Random) -> Link | None:
    """Draw a link inside the family's grid; None for an invalid combination."""
    estimator, _, detector = family.receiver_name.partition("+")
    receiver = {"estimator": estimator, "detector": detector} if detector else {"receiver": family.receiver_name}
    spreads, levels = family.delay_spreads_ns, SNR_DB[2]
    try:
        configuration = LinkConfiguration.model_validate(
            {
                **receiver,
                "transmitter": family.transmitter,
                "mcs_index": generator.randint(3, 27),
                "prbs": generator.randint(min(family.prbs), max(family.prbs)),
                "layers": family.layers,
                "tx_antennas": family.tx_antennas,
                "rx_antennas": family.rx_antennas,
                "dmrs_symbols": generator.choice(family.dmrs_symbols),
                "harq_retransmissions": generator.choice((0, 0, 0, 1, 3)),
            }
        )
    except ValidationError:
        return None
    channel = ChannelConfiguration.model_validate(
        {
            "profile": generator.choice(family.profiles),
            "delay_spread_ns": min(spreads) * (max(spreads) / min(spreads)) ** generator.random(),
            "speed_mps": generator.uniform(min(family.speeds_mps), max(family.speeds_mps)),
            "snr_db": generator.uniform(min(levels), max(levels)),
        }
    )
    return configuration, channel


def _cache_key(link: Link, seed: int, stopping: Stopping) -> list[object]:
    """Everything that determines a fresh simulation, including the weights of a neural receiver."""
    configuration, channel = link
    weights = version_of(make_receiver(make_transmitter(configuration), configuration, channel))
    return [*(value.model_dump(mode="json") for value in (configuration, channel, stopping)), seed, weights]


def _simulate(link: Link, seed: int, stopping: Stopping) -> FreshSample:
    result = simulate(*link, seed=seed, stopping=stopping)
    return FreshSample(bler=result.bler.value, slots=result.slots)


def _compare(tables: LinkTables, link: Link, fresh: FreshSample) -> TableSample:
    configuration, channel = link
    table = tables.evaluate(configuration, channel).bler.value
    return TableSample(configuration=configuration, channel=channel, table=table, fresh=fresh.bler, slots=fresh.slots)


def _errors(samples: Sequence[TableSample]) -> list[Figure]:
    errors = np.array([abs(sample.table - sample.fresh) for sample in samples])
    steep = np.array([0.02 < sample.table < 0.98 for sample in samples])
    middle, high = float(np.median(errors)), float(np.quantile(errors, 0.95))
    slots = [sample.slots for sample in samples]
    note = f"{len(samples)} held-out links, {min(slots)} to {max(slots)} fresh slots each"
    figures = [
        Figure(name="table: median |ΔBLER|", value=middle, unit="", target="≤ 0.03", met=middle <= 0.03, note=note),
        Figure(name="table: 95th percentile |ΔBLER|", value=high, unit="", target="≤ 0.10", met=high <= 0.10, note=note),
    ]
    if steep.any():
        within = f"{int(steep.sum())} of them, with a BLER of 0.02 to 0.98 by the table, where errors show"
        figures.append(
            Figure(name="table: median |ΔBLER| where it matters", value=float(np.median(errors[steep])), unit="", note=within)
        )
        bias = float(np.mean([sample.table - sample.fresh for sample, inside in zip(samples, steep, strict=True) if inside]))
        figures.append(Figure(name="table: mean ΔBLER where it matters", value=bias, unit="", note=within))
    return figures


def _speed(tables: LinkTables, quick: bool) -> list[Figure]:
    """Batched evaluations per CPU second, after a warm-up batch of the same size; and the ratio to the plain loop."""
    configurations, channels = zip(*held_out_links(tables, 500 if quick else 5_000, random.Random(_SEED + 1)), strict=True)
    repeats = 20
    columns = {name: np.tile(values, repeats) for name, values in configuration_columns(configurations).items()}
    columns["compute_gops"] = np.full(len(columns["mcs_index"]), 1000.0)
    channel = {name: np.tile(values, repeats) for name, values in channel_columns(channels).items()}
    levels = np.random.default_rng(_SEED).uniform(-9.0, 30.0, len(columns["mcs_index"]))
    tables.evaluate_batch(columns, {**channel, "snr_db": levels[::-1]})
    rates = []
    for _ in range(3):
        start = time.process_time()
        tables.evaluate_batch(columns, {**channel, "snr_db": levels})
        rates.append(len(levels) / (time.process_time() - start))
    rate = float(np.median(rates))
    plain = 1.0 / plain_seconds()
    note = f"batch of {len(levels)}, {len(configurations)} kinds of link at their own SNRs, median of 3, one thread, CPU time"
    return [
        Figure(name="table", value=rate, unit="evaluations/s", target="≥ 20000", met=rate >= 20_000, note=note),
        Figure(name="table / plain Sionna loop", value=rate / plain, unit="x", note=f"an evaluation is {SLOTS} slots there"),
    ]
