"""The arithmetic that leads to an answer, checked in code: what each PRB count needs, what the SNR carries, what a trial gives.

1. `needed_mcs`: a rate T needs T x slot bits a slot; spread over the PRBs and symbols this is a number of bits per symbol, and so
   the lowest MCS whose transport block holds them, with one layer and with two.
2. `carried_mcs`: for each receiver the highest MCS with which the SNR keeps BER and delay within their bounds.
3. `Trial`: a configuration with its rate without loss (`peak`), the mean transmissions of a block that arrives (`sent`), the
   delay of one that arrives at once (`first`) and of each retransmission (`again`), and the delivered throughput, delay and BER.
   `equations` are what must be true of the written digits; whatever is not is not written (`is_true`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from policies.qos import QosRequirement
from training.llm.sft.fragment import Fragments
from training.llm.sft.level import BER, DELAY, THROUGHPUT, TRANSMISSIONS, digits_of, level_of
from training.llm.sft.vocabulary import LABELS, NOTHING, VERDICTS
from training.llm.sft.world import World

_STEP: Final = 1  # a level is rounded by half a step, a sum of two levels by one
_DELAY_STEP: Final = 2  # two products of rounded levels


def needed_mcs(world: World, fragments: Fragments, required: QosRequirement) -> list[str]:
    """Return for each permitted PRB count its fragment and the lowest MCS whose peak rate reaches the required throughput.

    With two layers possible a second MCS follows, that of two layers.
    """
    columns = fragments.space.columns
    rows = world.indices
    prbs, layers, mcs = (columns[name][rows] for name in ("prbs", "layers", "mcs_index"))
    enough = world.peak_mbps >= required.min_throughput_mbps
    tokens = []
    for count in np.unique(prbs).tolist():
        tokens.append(f"prbs:{count}")
        for number in np.unique(layers).tolist():
            reached = mcs[enough & (prbs == count) & (layers == number)]
            tokens.append(f"mcs:{reached.min()}" if len(reached) else NOTHING)
    return tokens


def carried_mcs(world: World, fragments: Fragments, required: QosRequirement) -> list[str]:
    """Return for each installed receiver its fragment and the highest MCS that stays within the bounds of BER and delay."""
    mcs = fragments.space.columns["mcs_index"][world.indices]
    qos = world.surveyed.delivered
    within = (qos.ber <= required.max_ber) & (qos.delay_ms <= required.max_delay_ms)
    formats = fragments.trial[world.indices, 0]
    tokens = []
    for number in np.unique(formats).tolist():
        carried = mcs[within & (formats == number)]
        tokens += [fragments.trial_names[number], f"mcs:{carried.max()}" if len(carried) else NOTHING]
    return tokens


@dataclass(frozen=True)
class Trial:
    """A configuration that the reasoning tries; all numbers are levels, `verdicts` whether each bound is kept."""

    fields: tuple[str, ...]
    peak: int
    sent: int
    first: int
    again: int
    throughput: int
    delay: int
    ber: int
    verdicts: tuple[bool, bool, bool]

    @classmethod
    def of(cls, world: World, fragments: Fragments, row: int, required: QosRequirement) -> Trial:
        """Return the trial of configuration `row` of `world`."""
        qos = world.surveyed.delivered
        throughput, delay, ber = float(qos.throughput_mbps[row]), float(qos.delay_ms[row]), float(qos.ber[row])
        names = fragments.trial_names
        return cls(
            fields=tuple(names[index] for index in fragments.trial[world.indices[row]].tolist()),
            peak=THROUGHPUT.level(float(world.peak_mbps[row])),
            sent=TRANSMISSIONS.level(float(world.sent[row])),
            first=DELAY.level(float(world.first_ms[row])),
            again=DELAY.level(float(world.again_ms[row])),
            throughput=THROUGHPUT.level(throughput),
            delay=DELAY.level(delay),
            ber=BER.level(ber),
            verdicts=(
                throughput >= required.min_throughput_mbps,
                delay <= required.max_delay_ms,
                ber <= required.max_ber,
            ),
        )

    @property
    def is_fulfilled(self) -> bool:
        """Whether all bounds are kept."""
        return all(self.verdicts)

    def equations(self, bounds: tuple[int, int, int]) -> dict[str, bool]:
        """Return each equation of the written levels and whether it is true; `bounds` of throughput, delay and BER."""
        need, longest, highest = bounds
        first, again, sent = DELAY.value(self.first), DELAY.value(self.again), TRANSMISSIONS.value(self.sent)
        latest = DELAY.level(first + (sent - 1.0) * again) + _DELAY_STEP
        return {
            "throughput = peak - sent": abs(self.throughput - (self.peak - self.sent)) <= _STEP or self.throughput == 0,
            "first <= delay <= first + (sent - 1) again": self.first - _DELAY_STEP <= self.delay <= latest,
            "rate verdict": self.verdicts[0] == (self.throughput >= need),
            "delay verdict": self.verdicts[1] == (self.delay <= longest),
            "BER verdict": self.verdicts[2] == (self.ber <= highest),
        }

    def is_true(self, bounds: tuple[int, int, int]) -> bool:
        """Whether all equations are true of the written digits, after rounding."""
        return all(self.equations(bounds).values())

    def tokens(self) -> list[str]:
        """Return fields, peak, sent, first, again, what it gives, and the verdicts."""
        numbers = [*self.fields]
        for label, level in zip(LABELS[1:5], (self.peak, self.sent, self.first, self.again), strict=True):
            numbers += [label, *digits_of(level)]
        given = [digit for level in (self.throughput, self.delay, self.ber) for digit in digits_of(level)]
        verdicts = [names[0] if kept else names[1] for names, kept in zip(VERDICTS, self.verdicts, strict=True)]
        return [*numbers, LABELS[5], *given, *verdicts]

    @classmethod
    def read(cls, tokens: list[str]) -> Trial:
        """Return the trial that `tokens` spell: the inverse of `tokens`. Raises ValueError where they are none."""
        count = len(tokens) - 4 * 4 - 10 - 3
        body = tokens[count:]
        if count < 1 or [body[place] for place in (0, 4, 8, 12, 16)] != list(LABELS[1:]):
            raise ValueError(f"tokens={tokens!r} are no trial")
        peak, sent, first, again, throughput = (level_of(body[place + 1 : place + 4]) for place in (0, 4, 8, 12, 16))
        delay, ber = level_of(body[20:23]), level_of(body[23:26])
        rate_ok, delay_ok, ber_ok = (names.index(token) == 0 for names, token in zip(VERDICTS, body[26:], strict=True))
        verdicts = (rate_ok, delay_ok, ber_ok)
        return cls(tuple(tokens[:count]), peak, sent, first, again, throughput, delay, ber, verdicts)
