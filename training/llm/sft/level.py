"""The notation in which the small model counts: a quantity as three digits, most significant first.

1. Throughput, delay, BER and mean transmissions are levels: hundredths of a decade above a floor, 100 log10(value / floor). On
   this scale a product is a sum, a bound is compared digit by digit from the left, and two significant digits nearly survive: a
   step is 2.3 %.
2. SNR and speed are linear, in tenths of their unit, SNR shifted by 20 dB; delay spread in ns.
3. Every number has `WIDTH` digits, each a token of its own: a place always means the same power of ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log10
from typing import Final

WIDTH: Final = 3
LARGEST: Final = 10**WIDTH - 1
STEPS_PER_DECADE: Final = 100


@dataclass(frozen=True)
class Scale:
    """How a quantity is written: `name`, `unit`, and either `floor` (a level above it) or `step` and `shift` (linear)."""

    name: str
    unit: str
    floor: float = 0.0
    step: float = 1.0
    shift: float = 0.0

    def level(self, value: float) -> int:
        """Return `value` as an integer in 0..999, the nearest step; values beyond the ends are written as the end."""
        decades = log10(max(value, self.floor) / self.floor) if self.floor else 0.0
        exact = STEPS_PER_DECADE * decades if self.floor else (value + self.shift) / self.step
        return round(min(max(exact, 0.0), LARGEST))

    def value(self, level: int) -> float:
        """Return the value that `level` stands for."""
        return self.floor * 10.0 ** (level / STEPS_PER_DECADE) if self.floor else level * self.step - self.shift


THROUGHPUT: Final = Scale("throughput", "Mbit/s", floor=1e-3)
DELAY: Final = Scale("delay", "ms", floor=1e-2)
BER: Final = Scale("BER", "", floor=1e-6)
TRANSMISSIONS: Final = Scale("transmissions", "", floor=1.0)
SNR: Final = Scale("SNR", "dB", step=0.1, shift=20.0)
SPEED: Final = Scale("speed", "m/s", step=0.1)
SPREAD: Final = Scale("delay spread", "ns")


def digits_of(level: int) -> list[str]:
    """Return the digits of a level, most significant first; raises ValueError outside 0..999."""
    if not 0 <= level <= LARGEST:
        raise ValueError(f"level={level} is outside 0..{LARGEST}: {WIDTH} digits hold no more")
    return list(f"{level:0{WIDTH}d}")


def level_of(digits: list[str]) -> int:
    """Return the level of `digits`; raises ValueError if they are not `WIDTH` digits."""
    if len(digits) != WIDTH or not all(len(digit) == 1 and digit in "0123456789" for digit in digits):
        raise ValueError(f"digits={digits!r} are not {WIDTH} digits")
    return int("".join(digits))
