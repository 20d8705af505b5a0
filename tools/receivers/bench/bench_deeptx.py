"""DeepTx's part of `twinpilot bench receivers`: goodput per slot against PUSCH with one and two DMRS symbols."""

from __future__ import annotations

from collections.abc import Sequence

from policies.figure import Figure
from policies.statistics.difference import difference
from policies.word import Word
from tools.receivers.deeptx.comparison import ComparisonRow, compare
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.simulation.stopping import Stopping

OURS = "deeptx"


class GoodputCase(Word):
    """A link: MCS index of table 1, speed in m/s, SNRs in dB, and the simulated rows."""

    name: str
    mcs_index: int
    speed_mps: float
    snrs_db: tuple[float, ...]
    rows: tuple[ComparisonRow, ...] = ()


CASES = (
    GoodputCase(name="QPSK 3 m/s", mcs_index=5, speed_mps=3.0, snrs_db=(3.0, 8.0, 13.0)),
    GoodputCase(name="16QAM 3 m/s", mcs_index=13, speed_mps=3.0, snrs_db=(9.0, 14.0, 20.0)),
    GoodputCase(name="16QAM 30 m/s", mcs_index=13, speed_mps=30.0, snrs_db=(9.0, 14.0, 20.0)),
)


def goodput(quick: bool, seed: int) -> tuple[list[Figure], list[GoodputCase]]:
    """Return the ratio of DeepTx's goodput to each PUSCH scheme's, and the simulated cases; `quick` uses one link at one SNR."""
    slots = 64 if quick else 256
    stopping = Stopping(half_width=0.01, min_slots=slots, max_slots=slots)
    selected = [CASES[2].model_copy(update={"snrs_db": (14.0,)})] if quick else list(CASES)
    cases = [_simulate(case, stopping, seed) for case in selected]
    return [figure for case in cases for figure in _figures(case, slots)], cases


def _simulate(case: GoodputCase, stopping: Stopping, seed: int) -> GoodputCase:
    configuration = LinkConfiguration(mcs_index=case.mcs_index, prbs=6)
    channel = ChannelConfiguration(profile="TDL-B", delay_spread_ns=150.0, speed_mps=case.speed_mps, snr_db=0.0)
    rows = compare(configuration, channel, case.snrs_db, seed=seed, stopping=stopping)
    return case.model_copy(update={"rows": tuple(rows)})


def _figures(case: GoodputCase, slots: int) -> list[Figure]:
    """Ratios to each scheme, of means over the case's SNRs."""
    goodput_bits = {name: _mean(case.rows, name) for name in dict.fromkeys(row.scheme for row in case.rows)}
    levels = ", ".join(f"{level:g}" for level in case.snrs_db)
    return [
        Figure(
            name=f"goodput of DeepTx over {name}: {case.name}",
            value=goodput_bits[OURS] / bits if bits else None,
            unit="ratio",
            note=f"{goodput_bits[OURS]:.0f} and {bits:.0f} bits delivered per slot, mean over {levels} dB, {slots} slots each;"
            f" {_findings(case.rows, name)}",
        )
        for name, bits in goodput_bits.items()
        if name != OURS
    ]


def _findings(rows: Sequence[ComparisonRow], scheme: str) -> str:
    """Return at each SNR whether DeepTx's goodput is distinguishable from that of `scheme`."""
    theirs = {row.snr_db: row for row in rows if row.scheme == scheme}
    ours = [row for row in rows if row.scheme == OURS]
    findings = [f"{row.snr_db:g} dB: {difference(row.goodput, theirs[row.snr_db].goodput).finding.value}" for row in ours]
    return ", ".join(findings)


def _mean(rows: Sequence[ComparisonRow], scheme: str) -> float:
    values = [row.goodput_bits for row in rows if row.scheme == scheme]
    return sum(values) / len(values)
