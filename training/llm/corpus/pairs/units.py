"""Conversions between units, by the project's own tables, with the arithmetic written out."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from agents.reading.amounting.amounts import AmountError, value_in
from policies.text.units import factor
from training.llm.corpus.pairs.equations import equation, shown, value_of
from training.llm.corpus.pairs.pair import Pair, expected, first_of, near, number_in
from training.llm.corpus.wording import question

_LINEAR: Final = (
    *(("s", "ms"), ("ms", "s"), ("min", "s"), ("h", "min"), ("us", "ms"), ("h", "ms"), ("min", "ms")),
    *(("Gbit/s", "Mbit/s"), ("kbit/s", "Mbit/s"), ("Mbit/s", "kbit/s"), ("MB/s", "Mbit/s"), ("Mbit/s", "Gbit/s")),
    *(("kWh", "Wh"), ("Wh", "kWh"), ("MWh", "kWh"), ("kJ", "Wh"), ("kW", "W"), ("mW", "W"), ("W", "mW"), ("W", "kW")),
    *(("MB", "Mbit"), ("GB", "Mbit"), ("GB", "MB"), ("Mbit/J", "bit/J"), ("kbit/J", "bit/J"), ("km/h", "m/s"), ("m/s", "km/h")),
)
_WATTS: Final = ("W", "mW")
_MILLIWATTS: Final = {"W": 1000.0, "mW": 1.0}
_PER_MILLE: Final = ("permille", "per mille", "‰")
_STEMS: Final = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 7.5, 8, 9, 12, 15, 18, 24, 30, 36, 45, 72)
_SCALES: Final = (0.1, 1, 1, 10, 100)
_CLOSE: Final = 1e-6
_LEVEL: Final = 0.03  # dB that three digits of a power may be off


@dataclass(frozen=True)
class Conversion:
    """A number in another unit, and the arithmetic that leads there."""

    value: float
    steps: str


def linear(number: float, spelling: str, unit: str) -> Conversion:
    """Return a number converted by a factor; raises KeyError for units that do not belong together."""
    scale = factor(spelling, unit)
    one = f"1 {spelling} is {shown(scale)} {unit}, "
    if scale < 1 and abs(round(1 / scale) * scale - 1) < _CLOSE:
        one, expression = f"{round(1 / scale)} {spelling} are 1 {unit}, ", f"{shown(number)} / {round(1 / scale)}"
    else:
        expression = f"{shown(number)} * {shown(scale)}"
    return Conversion(float(shown(value_of(expression))), f"{one}so {equation(expression)}.")


def watts_in_dbm(number: float, spelling: str) -> Conversion:
    """Return a power in dBm, rounded to 0.01."""
    milliwatts = number * _MILLIWATTS[spelling]
    value = round(value_of(f"10 * log10({shown(milliwatts)})"), 2)
    first = "" if spelling == "mW" else f" {equation(f'{shown(number)} * {shown(_MILLIWATTS[spelling])}')} mW."
    steps = f"dBm is ten times the decimal logarithm of the power in mW.{first}"
    return Conversion(value, f"{steps} [10 * log10({shown(milliwatts)}) = {shown(value)}].")


def dbm_in_watts(level: float) -> Conversion:
    """Return a level in dBm as a power in W, with three significant digits."""
    expression = f"10 ** ({shown(level)} / 10) / 1000"
    value = float(f"{value_of(expression):.3g}")
    steps = "A level of x dBm is 10 to the power of x / 10 in mW, and 1000 mW are 1 W."
    return Conversion(value, f"{steps} {equation(expression, 6)}, with three digits {shown(value)}.")


class UnitPairs:
    """Factors, powers and levels, per mille and degrees."""

    name = "unit"

    def draw(self, random: Random) -> Pair | None:
        """Return a conversion."""
        number = random.choice(_STEMS) * random.choice(_SCALES)
        number = float(shown(number))
        form = random.choice(("linear", "linear", "linear", "dbm", "watts", "per mille", "degrees"))
        if form == "dbm":
            spelling = random.choice(_WATTS)
            return self._pair(number, spelling, "dBm", watts_in_dbm(number, spelling), random)
        if form == "watts":
            number = random.randint(-20, 500) / 10
            return self._pair(number, "dBm", "W", dbm_in_watts(number), random)
        if form == "per mille":
            steps = Conversion(
                value_of(f"{shown(number)} / 10"), f"10 per mille are 1 %, so {equation(f'{shown(number)} / 10')}."
            )
            return self._pair(number, random.choice(_PER_MILLE), "%", steps, random)
        if form == "degrees":
            steps = Conversion(value_of(f"{shown(number)} * 10"), f"1 degree is ten tenths: {equation(f'{shown(number)} * 10')}.")
            return self._pair(number, "degrees", "0.1 deg", steps, random)
        spelling, unit = random.choice(_LINEAR)
        return self._pair(number, spelling, unit, linear(number, spelling, unit), random)

    def _pair(self, number: float, spelling: str, unit: str, to: Conversion, random: Random) -> Pair:
        said = f"{shown(number)} {spelling}"
        return Pair(
            kind=self.name,
            question=question("unit", random, said=said, unit=unit),
            thought=f"{said} is to be written in {unit}. {to.steps}",
            answer=f"{shown(to.value)} {unit}",
            facts={"said": [said], "number": number, "from": spelling, "to": unit},
        )

    def objection(self, pair: Pair) -> str:
        """Convert again: by the reader of amounts where it knows the units, a level in dBm by going back."""
        number, spelling, unit = float(str(pair.facts["number"])), str(pair.facts["from"]), str(pair.facts["to"])
        answered = number_in(pair.answer, unit)
        said = expected("what is said", pair.facts["said"], [f"{shown(number)} {spelling}"])
        if spelling == "dBm":
            is_right = answered is not None and _goes_back(answered, number)
            return first_of(said, "" if is_right else f"{pair.answer} is not {number:g} dBm")
        return first_of(said, near(pair, converted(number, spelling, unit), unit))


def converted(number: float, spelling: str, unit: str) -> float:
    """Return a number in another unit by the project's own code; raises AmountError or KeyError."""
    try:
        return value_in(f"{shown(number)} {spelling}", unit)
    except AmountError:
        return number * factor(spelling, unit)


def _goes_back(watts: float, level: float) -> bool:
    return abs(value_in(f"{shown(watts)} W", "dBm") - level) < _LEVEL
