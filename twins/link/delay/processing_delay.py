"""Processing delay of a transport block: the slot on air, the computation, and the HARQ round trips.

1. A transport block is received when its slot has ended and is delivered `compute` later: operations of each receiver block
   (`operations`), times its measured cost relative to an LDPC operation (`block_costs`), over the compute budget.
2. A failed block is granted again at the next slot boundary after decoding. The grant's PDCCH symbols and the UE's preparation
   time N2 (TS 38.214 table 6.4-1, capability 1), rounded up to whole slots, are K2; then the retransmission takes a slot and is
   processed in turn.
3. t(1) = slot + compute; t(n + 1) = slot ceil(t(n) / slot) + K2 slot + slot + compute of combined transmissions.

Queueing, scheduling requests and the core network are excluded. K1 (TS 38.213 clause 9.2.3) concerns downlink feedback only.
"""

from __future__ import annotations

from math import ceil, floor

from pydantic import Field

from policies.word import Word
from twins.link.configuration import SYMBOLS_PER_SLOT, LinkConfiguration
from twins.link.delay.block_costs import relative_cost
from twins.link.delay.operations import Operations, SlotShape, decoding_operations


class ComputeBudget(Word):
    """Processing power of the base station for one uplink, in offset-min-sum operations per second.

    The default, 10^12, is an assumption, not a product's figure: hardware just fast enough to process the largest carrier (273
    PRBs at 30 kHz, 4 layers, MCS 27, 4 antennas, LS and LMMSE, 8 iterations) within a slot, all of it available to this link.
    """

    operations_per_second: float = Field(default=1e12, ge=1e6, le=1e18)


ACCELERATOR = ComputeBudget()


class HarqTiming(Word):
    """HARQ timing in OFDM symbols: `preparation_symbols` N2 at 15, 30, 60, 120 kHz, `grant_symbols` of the grant's PDCCH."""

    preparation_symbols: tuple[int, int, int, int] = (10, 12, 23, 36)
    grant_symbols: int = Field(default=1, ge=1, le=3)

    def grant_slots(self, subcarrier_khz: int) -> int:
        """Return K2: slots from the grant to the granted slot, whose transmission starts at its first symbol."""
        numerology = (subcarrier_khz // 15).bit_length() - 1
        return ceil((self.grant_symbols + self.preparation_symbols[numerology]) / SYMBOLS_PER_SLOT)


CAPABILITY_1 = HarqTiming()


class ProcessingDelay(Word):
    """Times in seconds: `slot` duration, computing a `first` transmission and several `combined`; `grant_slots` is K2."""

    slot: float
    first: float
    combined: float
    grant_slots: int

    def seconds(self, transmissions: int) -> float:
        """Return the delay of a block that takes `transmissions` ≥ 1: t(n) of the module description."""
        elapsed = self.slot + self.first
        for _ in range(transmissions - 1):
            boundary = ceil(elapsed / self.slot - 1e-9)
            elapsed = (boundary + self.grant_slots + 1) * self.slot + self.combined
        return elapsed

    def mean_seconds(self, transmissions: float) -> float:
        """Return the mean delay for a mean number of `transmissions` ≥ 1, linear between integers; raises ValueError below 1."""
        if transmissions < 1.0:
            raise ValueError(f"transmissions={transmissions} is below 1: a block is sent at least once")
        whole = floor(transmissions)
        low, fraction = self.seconds(whole), transmissions - whole
        return low + fraction * (self.seconds(whole + 1) - low) if fraction else low


def processing_delay(
    configuration: LinkConfiguration,
    shape: SlotShape,
    detection: Operations,
    budget: ComputeBudget = ACCELERATOR,
    timing: HarqTiming = CAPABILITY_1,
) -> ProcessingDelay:
    """Return the delay model of one link; `detection` has the operations of all blocks before decoding, by block."""

    def seconds(combined: bool) -> float:
        counts = {**detection, **decoding_operations(shape, configuration, combined)}
        return sum(count * relative_cost(block) for block, count in counts.items()) / budget.operations_per_second

    return ProcessingDelay(
        slot=configuration.slot_seconds,
        first=seconds(combined=False),
        combined=seconds(combined=True),
        grant_slots=timing.grant_slots(configuration.subcarrier_khz),
    )
