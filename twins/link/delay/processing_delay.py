"""Processing delay of a transport block: the slot on air, the computation, and the HARQ round trips.

1. A transport block is received when its slot has ended and is delivered `compute` later: operations of each receiver block
   (`operations`), times its cost relative to an LDPC operation (`block_costs`, measured), over the budget.
2. A failed one is granted again at the next slot boundary after decoding; the grant's PDCCH symbol and the terminal's preparation
   time N2 (TS 38.214 table 6.4-1, capability 1) make K2 whole slots, then the retransmission takes a slot and is computed again.
3. t(1) = slot + compute; t(n + 1) = slot ceil(t(n) / slot) + K2 slot + slot + compute of combined transmissions.

Queueing, scheduling requests and the core network are not in it. K1 (TS 38.213 clause 9.2.3) is the downlink's feedback only.
"""

from __future__ import annotations

from math import ceil, floor

from pydantic import Field

from policies.word import Word
from twins.link.configuration import SYMBOLS_PER_SLOT, LinkConfiguration
from twins.link.delay.block_costs import relative_cost
from twins.link.delay.operations import Operations, SlotShape, decoding_operations


class ComputeBudget(Word):
    """What the base station's hardware gives one link's uplink, in offset-min-sum operations a second.

    The default, 10^12, is an assumption, not a product's figure: hardware that is just able to compute the largest carrier (273
    PRBs at 30 kHz, 4 layers, MCS 27, 4 antennas, LS and LMMSE, 8 iterations) within a slot, as a base station that uses it must,
    and all of it at work on this one link.
    """

    operations_per_second: float = Field(default=1e12, ge=1e6, le=1e18)


ACCELERATOR = ComputeBudget()


class HarqTiming(Word):
    """`preparation_symbols` N2 at 15, 30, 60, 120 kHz (capability 1), `grant_symbols` of the PDCCH that carries the grant."""

    preparation_symbols: tuple[int, int, int, int] = (10, 12, 23, 36)
    grant_symbols: int = Field(default=1, ge=1, le=3)

    def grant_slots(self, subcarrier_khz: int) -> int:
        """K2: slots from the grant to the slot that it grants, sent from that slot's first symbol."""
        numerology = (subcarrier_khz // 15).bit_length() - 1
        return ceil((self.grant_symbols + self.preparation_symbols[numerology]) / SYMBOLS_PER_SLOT)


CAPABILITY_1 = HarqTiming()


class ProcessingDelay(Word):
    """Times in seconds: of a slot, of computing a first transmission, and several combined; `grant_slots` is K2."""

    slot: float
    first: float
    combined: float
    grant_slots: int

    def seconds(self, transmissions: int) -> float:
        """Delay of a block that takes `transmissions`, at least 1: t(n) above."""
        elapsed = self.slot + self.first
        for _ in range(transmissions - 1):
            boundary = ceil(elapsed / self.slot - 1e-9)
            elapsed = (boundary + self.grant_slots + 1) * self.slot + self.combined
        return elapsed

    def mean_seconds(self, transmissions: float) -> float:
        """Mean delay for a mean number of `transmissions`, at least 1; linear between whole numbers."""
        if transmissions < 1.0:
            raise ValueError(f"transmissions={transmissions} is below 1: a block is sent at least once")
        whole = floor(transmissions)
        below, share = self.seconds(whole), transmissions - whole
        return below + share * (self.seconds(whole + 1) - below) if share else below


def processing_delay(
    configuration: LinkConfiguration,
    shape: SlotShape,
    detection: Operations,
    budget: ComputeBudget = ACCELERATOR,
    timing: HarqTiming = CAPABILITY_1,
) -> ProcessingDelay:
    """Return the delay model of one link; `detection` operations of all blocks before decoding, by block."""

    def seconds(combined: bool) -> float:
        counts = {**detection, **decoding_operations(shape, configuration, combined)}
        return sum(count * relative_cost(block) for block, count in counts.items()) / budget.operations_per_second

    return ProcessingDelay(
        slot=configuration.slot_seconds,
        first=seconds(combined=False),
        combined=seconds(combined=True),
        grant_slots=timing.grant_slots(configuration.subcarrier_khz),
    )
