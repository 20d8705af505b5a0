"""The KPI of a bound or goal: the one that is named, its percentile, or the only one that the unit fits."""

from __future__ import annotations

from typing import Final

from agents.understanding.frames import Bound, Frame
from agents.understanding.result import Question, ReadingError
from policies.kpi import kpi_definition, kpi_definitions
from policies.text.units import unit_dimension

_BY_DIMENSION: Final = {
    "rate": "DRB.UEThpDl",
    "time": "DRB.PdcpSduDelayDl",
    "energy": "PEE.Energy",
    "power": "PEE.AvgPower",
    "efficiency": "EE.DV",
    "users": "RRC.ConnMean",
    "volume": "DRB.PdcpSduVolumeDL",
}
_PERCENTILE: Final = {
    ("DRB.UEThpDl", "P05"): "DRB.UEThpDl.P05",
    ("DRB.PdcpSduDelayDl", "P95"): "DRB.PdcpSduDelayDl.P95",
    ("DRB.PdcpSduDelayDl", "P05"): "DRB.PdcpSduDelayDl.P95",
}
_USERS: Final = ("RRC.ConnMean", "DRB.MeanActiveUeDl")


def fits(kpi: str, bound: Bound) -> bool:
    """Whether the bound's unit is one of the KPI's (a bare number fits any; a relative bound may be in percent)."""
    dimension = bound.quantity.dimension
    if not dimension or (bound.relative and dimension == "share"):
        return True
    return unit_dimension(kpi_definition(kpi).unit) == dimension


def kpis_of_bound(frame: Frame, bound: Bound, before: list[str], notes: list[str]) -> list[str]:
    """Return the KPIs that `bound` applies to; `before` are those of the previous frame. Raises ReadingError if it is unclear."""
    named = [kpi for kpi in frame.kpis if fits(kpi, bound)]
    if frame.kpis and not named:
        if all(kpi in _USERS for kpi in frame.kpis):
            frame.users, frame.kpis = True, []
        else:
            raise ReadingError(_unit_question(frame.kpis[0], bound))
    if not named and not frame.users:
        named = [kpi for kpi in before if fits(kpi, bound)]
    if not named:
        named = [_by_unit(frame, bound)]
        if not frame.users:
            title = kpi_definition(named[0]).title
            notes.append(f"{bound.text}: interpreted as {title} ({named[0]}), the KPI measured in that unit")
    return [with_statistic(kpi, frame, notes) for kpi in named]


def _by_unit(frame: Frame, bound: Bound) -> str:
    dimension = bound.quantity.dimension
    if not dimension and frame.users and bound.condition is not None:
        frame.users, dimension = False, "users"
    if dimension in _BY_DIMENSION:
        return _BY_DIMENSION[dimension]
    same_unit = [kpi for kpi in kpi_definitions().values() if unit_dimension(kpi.unit) == dimension]
    choices = tuple(kpi.aliases[0] for kpi in same_unit if kpi.aliases)
    question = f"{' '.join(frame.text)!r}: which KPI does {bound.text} apply to?"
    raise ReadingError(Question(question=question, choices=choices, kind="ambiguous"))


def _unit_question(kpi: str, bound: Bound) -> Question:
    definition = kpi_definition(kpi)
    measured = f"{definition.title} ({kpi}) is measured in {definition.unit}"
    message = f"{measured}, but {bound.text!r} is not. Which value in {definition.unit} do you mean?"
    return Question(question=message, kind="unit", replaces=bound.text)


def with_statistic(kpi: str, frame: Frame, notes: list[str]) -> str:
    """Return the percentile that "every user" or "tail" asks for; raises ReadingError for one that is not measured."""
    statistic = frame.statistic
    if statistic.startswith("other:"):
        measured = tuple(name for name in (kpi, _PERCENTILE.get((kpi, "P95")), _PERCENTILE.get((kpi, "P05"))) if name)
        aliases = tuple(dict.fromkeys(kpi_definition(name).aliases[0] for name in measured))
        names = ", ".join(dict.fromkeys(measured))
        message = f"{statistic[6:]} of {kpi} is not measured; the network measures {names}. Which one should be used?"
        raise ReadingError(Question(question=message, choices=aliases, kind="unknown name", replaces=statistic[6:]))
    if statistic == "mean":
        return kpi
    if statistic:
        return _PERCENTILE.get((kpi, statistic), kpi)
    if frame.users and kpi in ("DRB.UEThpDl", "DRB.PdcpSduDelayDl"):
        share = "P05" if kpi == "DRB.UEThpDl" else "P95"
        percentile = _PERCENTILE[kpi, share]
        title = kpi_definition(percentile).title
        notes.append(f"every user: evaluated by {title} ({percentile}), so the bound applies to 95 % of users")
        return percentile
    return kpi


def for_slice(kpi: str, sliced: bool, notes: list[str]) -> tuple[str, bool]:
    """Return the KPI that is measured at the required level (a slice's load is RRU.PrbUsedDl), and whether it is per slice."""
    levels = kpi_definition(kpi).levels
    if not sliced and levels == ("slice",):
        return "RRU.PrbTotDl", False
    if not sliced or "slice" in levels:
        return kpi, sliced
    if kpi == "RRU.PrbTotDl":
        return "RRU.PrbUsedDl", True
    notes.append(f"{kpi} is measured per cell, not per slice: applied to the whole cell")
    return kpi, False
