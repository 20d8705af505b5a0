"""DeepTx's part of `twinpilot bench receivers`: delivered bits of a slot against PUSCH with one and two DMRS symbols."""

from __future__ import annotations

from collections.abc import Sequence

from policies.figure import Figure
from policies.word import Word
from tools.receivers.deeptx.comparison import ComparisonRow, compare
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.simulation.stopping import Stopping

OURS = "deeptx"


class GoodputCase(Word):
    """One link: modulation by MCS index of table 1, speed in m/s, SNRs in dB."""

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
    """Return DeepTx's goodput over each PUSCH scheme's, and what was simulated; `quick` takes one link at one SNR."""
    slots = 64 if quick else 256
    stopping = Stopping(half_width=0.01, min_slots=slots, max_slots=slots)
    chosen = [CASES[2].model_copy(update={"snrs_db": (14.0,)})] if quick else list(CASES)
    cases = [_measured(case, stopping, seed) for case in chosen]
    return [figure for case in cases for figure in _figures(case, slots)], cases


def _measured(case: GoodputCase, stopping: Stopping, seed: int) -> GoodputCase:
    configuration = LinkConfiguration(mcs_index=case.mcs_index, prbs=6)
    channel = ChannelConfiguration(profile="TDL-B", delay_spread_ns=150.0, speed_mps=case.speed_mps, snr_db=0.0)
    rows = compare(configuration, channel, case.snrs_db, seed=seed, stopping=stopping)
    return case.model_copy(update={"rows": tuple(rows)})


def _figures(case: GoodputCase, slots: int) -> list[Figure]:
    """The mean over the case's SNRs, scheme by scheme."""
    delivered = {name: _mean(case.rows, name) for name in dict.fromkeys(row.scheme for row in case.rows)}
    levels = ", ".join(f"{level:g}" for level in case.snrs_db)
    return [
        Figure(
            name=f"goodput of DeepTx over {name}: {case.name}",
            value=delivered[OURS] / bits if bits else None,
            unit="ratio",
            note=f"{delivered[OURS]:.0f} and {bits:.0f} bits delivered a slot, mean over {levels} dB, {slots} slots each",
        )
        for name, bits in delivered.items()
        if name != OURS
    ]


def _mean(rows: Sequence[ComparisonRow], scheme: str) -> float:
    found = [row.goodput_bits for row in rows if row.scheme == scheme]
    return sum(found) / len(found)
