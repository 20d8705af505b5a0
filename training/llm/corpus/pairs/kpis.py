"""What a KPI is, in which direction it is better, when a step of it is material, and what it is over several cells."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from policies.assessment import present_value
from policies.kpi import KpiDefinition, KpiFrame, KpiSample, kpi_definition, kpi_definitions
from policies.materiality import is_worse, materiality, materiality_threshold
from training.llm.corpus.pairs.equations import comparison, equation, shown, value_of
from training.llm.corpus.pairs.operator_words import OperatorWords
from training.llm.corpus.pairs.pair import Pair, begins, contains, expected, first_of, near
from training.llm.corpus.wording import question

_BETTER: Final = {"higher": "A higher value is better", "lower": "A lower value is better", "neutral": "Neither is better"}
_FORMS: Final = ("meaning", "alias", "alias", "direction", "direction", "direction", "together", "together", "bounds")
_EDGE: Final = 1e-6  # nearer to a threshold binary fractions decide
_QUOTED: Final = frozenset("“”")
_SPAN: Final = 100.0  # drawn where a KPI has no upper bound
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)


class KpiPairs:
    """Definitions, names in operators' words, steps, combination over cells, and bounds."""

    name = "kpi"

    def __init__(self, words: OperatorWords) -> None:
        self._kpis = [kpi for kpi in kpi_definitions().values() if not kpi.binned]
        counted = Counter(alias.casefold() for kpi in kpi_definitions().values() for alias in kpi.aliases)
        own = {alias: (kpi.name, "") for kpi in self._kpis for alias in kpi.aliases if counted[alias.casefold()] == 1}
        self._aliases = {
            **own,
            **{said: found for said, found in words.kpis.items() if counted[said] == 0 and not _QUOTED & {*said}},
        }
        self._said = sorted(self._aliases)

    def draw(self, random: Random) -> Pair | None:
        """Return a question of one of the forms."""
        form = random.choice(_FORMS)
        if form == "alias":
            return self._alias(random)
        kpi = random.choice(self._kpis)
        if form == "meaning":
            return self._pair(
                "meaning", question("kpi_meaning", random, kpi=kpi.name), _meaning(kpi), {"kpi": kpi.name}, [kpi.name]
            )
        if form == "bounds":
            return self._bounds(kpi, random)
        return self._direction(kpi, random) if form == "direction" else self._together(kpi, random)

    def _pair(
        self, form: str, asked: str, told: tuple[str, str], facts: dict[str, str | list[float]], said: list[str], hand: str = ""
    ) -> Pair:
        return Pair(
            kind=self.name,
            question=asked,
            thought=told[0],
            answer=told[1],
            facts={
                "said": [*said],
                "form": form,
                **{name: value if isinstance(value, str) else [*value] for name, value in facts.items()},
            },
            hand=hand,
        )

    def _alias(self, random: Random) -> Pair:
        said = random.choice(self._said)
        name, hand = self._aliases[said]
        kpi = kpi_definition(name)
        thought = f"“{said}” is what operators call {kpi.title}. {kpi.definition}"
        answer = f"{kpi.name}, in {kpi.unit}. {_BETTER[kpi.better]}."
        return self._pair("alias", question("kpi_alias", random, said=said), (thought, answer), {"kpi": name}, [said], hand)

    def _direction(self, kpi: KpiDefinition, random: Random) -> Pair | None:
        before, after = _value(kpi, random), _value(kpi, random)
        if random.random() < 0.6:
            after = float(shown(before * random.choice((0.7, 0.8, 0.85, 0.9, 0.95, 1.05, 1.1, 1.2, 1.3, 1.5)), 4))
        edge = abs(abs(after - before) - materiality_threshold(kpi.name, before))
        if before == after or not _is_possible(kpi, after) or edge < _EDGE:
            return None
        asked = question("kpi_direction", random, kpi=kpi.name, before=shown(before), after=shown(after), unit=kpi.unit)
        said = [kpi.name, shown(before), shown(after)]
        return self._pair("direction", asked, _judged(kpi, before, after), {"kpi": kpi.name, "values": [before, after]}, said)

    def _together(self, kpi: KpiDefinition, random: Random) -> Pair | None:
        if kpi.weighted_by or "cell" not in kpi.levels:
            return None
        values = [_value(kpi, random) for _ in range(random.randint(2, 5))]
        listed = ", ".join(map(shown, values))
        asked = question("kpi_together", random, kpi=kpi.name, values=listed, unit=kpi.unit, count=len(values))
        total = " + ".join(map(shown, values))
        if kpi.across_cells == "sum":
            how, expression = "It adds up over cells", total
        else:
            how, expression = "Over cells counted alike it is the mean", f"({total}) / {len(values)}"
        value = f"{value_of(expression):.6g}"
        thought = f"In the catalogue {kpi.name} is a {kpi.across_cells}. {how}: [{expression} = {shown(float(value))}]."
        return self._pair(
            "together",
            asked,
            (thought, f"{shown(float(value))} {kpi.unit}"),
            {"kpi": kpi.name, "values": values},
            [kpi.name, listed],
        )

    def _bounds(self, kpi: KpiDefinition, random: Random) -> Pair | None:
        if kpi.highest is None:
            return None
        value = random.choice(
            (_value(kpi, random), kpi.highest * random.choice((1.01, 1.5, 2, 10)), kpi.lowest - random.choice((1, 5)))
        )
        value = float(shown(value, 5))
        asked = question("kpi_bounds", random, kpi=kpi.name, value=shown(value), unit=kpi.unit)
        bounds = f"{shown(kpi.lowest)} to {shown(kpi.highest)} {kpi.unit} ({kpi.bounds_source})"
        if value < kpi.lowest:
            why = f"{comparison(value, kpi.lowest)}: it is below the lowest value"
        elif value > kpi.highest:
            why = f"{comparison(value, kpi.highest)}: it is above the highest value"
        else:
            why = f"{comparison(value, kpi.lowest)} and {comparison(value, kpi.highest)}: it is within both"
        told = (f"{kpi.name} lies within {bounds}. {why}.", f"{'Yes' if 'within both' in why else 'No'}. {kpi.name}: {bounds}.")
        return self._pair("bounds", asked, told, {"kpi": kpi.name, "values": [value]}, [kpi.name, shown(value)])

    def objection(self, pair: Pair) -> str:
        """Look the KPI up again; steps by the definition of a material worsening, several cells by that of their value."""
        kpi, form = kpi_definition(str(pair.facts["kpi"])), pair.facts["form"]
        listed = pair.facts.get("values")
        values = [float(str(value)) for value in listed] if isinstance(listed, list) else []
        if form == "alias":
            said = pair.facts["said"]
            meant = expected("the KPI", self._aliases.get(str(said[0]) if isinstance(said, list) else "", ("", ""))[0], kpi.name)
            return first_of(meant, begins(pair, f"{kpi.name}, in {kpi.unit}. {_BETTER[kpi.better]}"))
        if form == "direction":
            return _objection_to_step(pair, kpi, *values)
        if form == "together":
            return near(pair, _over_cells(kpi, values), kpi.unit)
        if form == "bounds":
            return begins(pair, f"{'Yes' if _is_possible(kpi, values[0]) else 'No'}. {kpi.name}: ")
        return contains(pair, kpi.definition, kpi.unit, kpi.clause, _BETTER[kpi.better])


def _meaning(kpi: KpiDefinition) -> tuple[str, str]:
    kind = "computed from a standard measurement" if kpi.derived else "a measurement"
    thought = (
        f"{kpi.name} is {kind} of {kpi.spec} clause {kpi.clause}: {kpi.title}. It is reported for each {' or '.join(kpi.levels)}."
    )
    return thought, f"{kpi.title}, in {kpi.unit} (3GPP {kpi.spec} clause {kpi.clause}). {kpi.definition} {_BETTER[kpi.better]}."


def _value(kpi: KpiDefinition, random: Random) -> float:
    high = min(kpi.highest if kpi.highest is not None else _SPAN, random.choice((1.0, 10.0, _SPAN, 10 * _SPAN)))
    value = kpi.lowest + random.random() * (high - kpi.lowest)
    return float(round(value)) if kpi.integer else float(f"{value:.3g}")


def _is_possible(kpi: KpiDefinition, value: float) -> bool:
    return value >= kpi.lowest and (kpi.highest is None or value <= kpi.highest)


def _judged(kpi: KpiDefinition, before: float, after: float) -> tuple[str, str]:
    """Return how a step is judged, and the judgement."""
    start = f"{kpi.name} {'rose' if after > before else 'fell'}: {comparison(after, before)}. {_BETTER[kpi.better]}"
    if kpi.better == "neutral":
        return f"{start}, so a step of it is no harm by itself.", "Neither: this KPI has no better direction."
    if (after > before) == (kpi.better == "higher"):
        return f"{start}, so it got better.", "Better."
    limits = materiality(kpi.name)
    threshold = max(limits.relative * abs(before), limits.absolute)
    size = float(shown(abs(after - before)))
    parts = equation(f"max({shown(limits.relative)} * {shown(before)}, {shown(limits.absolute)})")
    step = equation(f"{shown(max(before, after))} - {shown(min(before, after))}")
    is_material = size > threshold
    much = "more than" if is_material else "no more than"
    thought = f"{start}, so it got worse, by {step} {kpi.unit}. Material is what exceeds {parts} {kpi.unit}: it is {much} that."
    return thought, f"Worse, and {'material' if is_material else 'not material'}."


def _objection_to_step(pair: Pair, kpi: KpiDefinition, before: float, after: float) -> str:
    if kpi.better == "neutral":
        return begins(pair, "Neither")
    if is_worse(kpi.name, after, before):
        return begins(pair, "Worse, and material")
    is_better = (after > before) == (kpi.better == "higher")
    return begins(pair, "Better" if is_better else "Worse, and not material")


def _over_cells(kpi: KpiDefinition, values: list[float]) -> float | None:
    end = _START + timedelta(minutes=1)
    samples = tuple(
        KpiSample(kpi=kpi.name, dn=f"NRCellDU={number}", slice=None, start=_START, end=end, value=value, unit=kpi.unit)
        for number, value in enumerate(values)
    )
    return present_value(KpiFrame(samples), kpi.name)
