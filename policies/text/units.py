"""Units and quantities: numbers with units, converted exactly to the catalogue's unit of a KPI or attribute.

A small exact table instead of a unit library: decimal factors only, and spellings that differ only in case (Mb/s bits, MB/s
bytes; mW, MW) are distinguished.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

# dimension → (canonical unit, {spelling: factor to it})
_TABLE: dict[str, tuple[str, dict[str, Fraction]]] = {
    "time": (
        "ms",
        {
            **dict.fromkeys(("ms", "msec", "msecs", "millisecond", "milliseconds", "millis"), Fraction(1)),
            **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), Fraction(1000)),
            **dict.fromkeys(("us", "µs", "μs", "microsecond", "microseconds"), Fraction(1, 1000)),
            **dict.fromkeys(("min", "mins", "minute", "minutes"), Fraction(60_000)),
            **dict.fromkeys(("h", "hour", "hours", "hrs"), Fraction(3_600_000)),
        },
    ),
    "rate": (
        "Mbit/s",
        {
            **dict.fromkeys(
                ("Mbit/s", "Mbps", "Mb/s", "mbps", "mbit/s", "megabit/s", "mbits", "mbit", "mb/s", "meg", "megs"), Fraction(1)
            ),
            **dict.fromkeys(("megabits per second", "megabit per second", "mbit per second", "mbits per second"), Fraction(1)),
            **dict.fromkeys(("kbit/s", "kbps", "kb/s", "kilobits per second", "kilobit/s"), Fraction(1, 1000)),
            **dict.fromkeys(
                ("Gbit/s", "Gbps", "Gb/s", "gbps", "gbit/s", "gigabits per second", "gigabit/s", "gigabit"), Fraction(1000)
            ),
            **dict.fromkeys(("bit/s", "bps", "bits per second"), Fraction(1, 1_000_000)),
            **dict.fromkeys(("MB/s", "megabytes per second"), Fraction(8)),
            **dict.fromkeys(("kB/s", "KB/s"), Fraction(8, 1000)),
            **dict.fromkeys(("GB/s", "gigabytes per second"), Fraction(8000)),
        },
    ),
    "share": ("%", dict.fromkeys(("%", "percent", "per cent", "pct"), Fraction(1))),
    "energy": (
        "Wh",
        {
            **dict.fromkeys(("Wh", "wh", "watt hours", "watt hour"), Fraction(1)),
            **dict.fromkeys(("kWh", "kwh", "KWh", "kilowatt hours"), Fraction(1000)),
            **dict.fromkeys(("MWh", "mwh", "megawatt hours"), Fraction(1_000_000)),
            **dict.fromkeys(("J", "joule", "joules"), Fraction(1, 3600)),
            **dict.fromkeys(("kJ",), Fraction(1000, 3600)),
        },
    ),
    "power": (
        "W",
        {
            **dict.fromkeys(("W", "w", "watt", "watts"), Fraction(1)),
            **dict.fromkeys(("kW", "kw", "kilowatt", "kilowatts"), Fraction(1000)),
            **dict.fromkeys(("mW", "milliwatt", "milliwatts"), Fraction(1, 1000)),
            **dict.fromkeys(("MW", "megawatt", "megawatts"), Fraction(1_000_000)),
        },
    ),
    "power level": ("dBm", dict.fromkeys(("dBm", "dbm"), Fraction(1))),
    "gain": ("dB", dict.fromkeys(("dB", "db", "decibel", "decibels"), Fraction(1))),
    "users": (
        "UE",
        dict.fromkeys(("UE", "UEs", "ues", "ue", "users", "user", "devices", "subscribers", "connections"), Fraction(1)),
    ),
    "volume": (
        "Mbit",
        {
            **dict.fromkeys(("Mbit", "Mb"), Fraction(1)),
            **dict.fromkeys(("MB", "megabytes"), Fraction(8)),
            **dict.fromkeys(("GB", "gigabytes"), Fraction(8000)),
        },
    ),
    "efficiency": (
        "bit/J",
        {"bit/J": Fraction(1), "bit/j": Fraction(1), "kbit/J": Fraction(1000), "Mbit/J": Fraction(1_000_000)},
    ),
    "count": ("count", dict.fromkeys(("count", "times", "handovers"), Fraction(1))),
}
# Units of link parameters and of PM reports (TS 28.552), in which nobody states an intent: `quantity` does not accept them.
_TECHNICAL_UNITS: dict[str, dict[str, Fraction]] = {
    "0.1 ms": {"ms": Fraction(1), "0.1 ms": Fraction(1, 10)},
    "1e-6": {"%": Fraction(1), "1e-6": Fraction(1, 10_000), "ppm": Fraction(1, 10_000)},
    "kbit": {"Mbit": Fraction(1), "kbit": Fraction(1, 1000), "Gbit": Fraction(1000), "bit": Fraction(1, 1_000_000)},
    "ns": {"ns": Fraction(1), **dict.fromkeys(("us", "µs", "μs"), Fraction(1000))},
    "m/s": {"m/s": Fraction(1), **dict.fromkeys(("km/h", "kmh", "kph"), Fraction(5, 18)), "mph": Fraction("0.44704")},
}
_EXACT = {spelling: (dimension, factor) for dimension, (_, row) in _TABLE.items() for spelling, factor in row.items()}
_FOLDED = {spelling.casefold(): pair for spelling, pair in reversed(_EXACT.items())}
_DIMENSIONS = {unit: dimension for dimension, (unit, _) in _TABLE.items()}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in the canonical unit of its dimension; dimension "" for a bare number."""

    value: float
    dimension: str = ""

    @property
    def unit(self) -> str:
        """The canonical unit, empty for a bare number."""
        return _TABLE[self.dimension][0] if self.dimension else ""

    def __str__(self) -> str:
        """Return value and unit."""
        return f"{self.value:g} {self.unit}".strip()


def unit_dimension(unit: str) -> str:
    """Return the dimension of a canonical unit (`ms` → time), empty if the unit is not in the table."""
    return _DIMENSIONS.get(unit, "")


def is_unit(spelling: str) -> bool:
    """Whether `spelling` is a unit, by exact case first and then by folded case."""
    return spelling in _EXACT or spelling.casefold() in _FOLDED


def quantity(number: str, spelling: str = "") -> Quantity:
    """Convert exactly: `quantity("0.01", "s")` is 10 ms; raises KeyError for an unknown unit."""
    amount = Fraction(number)
    if not spelling:
        return Quantity(float(amount))
    dimension, factor = _EXACT.get(spelling) or _FOLDED[spelling.casefold()]
    return Quantity(float(amount * factor), dimension)


def factor(spelling: str, unit: str) -> float:
    """Return the number of `unit` in one `spelling`, both in exact case: `factor("min", "s")` is 60; raises KeyError."""
    for row in (*(row for _, row in _TABLE.values()), *_TECHNICAL_UNITS.values()):
        if spelling in row and unit in row:
            return float(row[spelling] / row[unit])
    raise KeyError(f"{spelling} cannot be converted to {unit}")
