"""Which KPI a bound or goal is on: the one that is named, its percentile, or the one that its unit can only mean."""

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
    """Return the KPIs that `bound` is on; `before` are those of the frame before. Raises ReadingError when it cannot be told."""
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
            notes.append(f"{bound.text}: taken as {kpi_definition(named[0]).title} ({named[0]}), the KPI in that unit")
    return [with_statistic(kpi, frame, notes) for kpi in named]


def _by_unit(frame: Frame, bound: Bound) -> str:
    dimension = bound.quantity.dimension
    if not dimension and frame.users and bound.condition is not None:
        frame.users, dimension = False, "users"
    if dimension in _BY_DIMENSION:
        return _BY_DIMENSION[dimension]
    same_unit = [kpi for kpi in kpi_definitions().values() if unit_dimension(kpi.unit) == dimension]
    choices = tuple(kpi.aliases[0] for kpi in same_unit if kpi.aliases)
    what = " ".join(frame.text)
    raise ReadingError(Question(question=f"{what!r}: which KPI is {bound.text} for?", choices=choices, kind="ambiguous"))


def _unit_question(kpi: str, bound: Bound) -> Question:
    definition = kpi_definition(kpi)
    counted = f"{definition.title} ({kpi}) is counted in {definition.unit}"
    message = f"{counted}, but {bound.text!r} is not. Which value in {definition.unit} is meant?"
    return Question(question=message, kind="unit", replaces=bound.text)


def with_statistic(kpi: str, frame: Frame, notes: list[str]) -> str:
    """Return the percentile that "every user" or "tail" asks for; raises ReadingError for one that is not kept."""
    statistic = frame.statistic
    if statistic.startswith("other:"):
        kept = tuple(name for name in (kpi, _PERCENTILE.get((kpi, "P95")), _PERCENTILE.get((kpi, "P05"))) if name)
        titles = tuple(dict.fromkeys(kpi_definition(name).aliases[0] for name in kept))
        message = (
            f"{statistic[6:]} of {kpi} is not kept; the network keeps {', '.join(dict.fromkeys(kept))}. Which shall be used?"
        )
        raise ReadingError(Question(question=message, choices=titles, kind="unknown name", replaces=statistic[6:]))
    if statistic == "mean":
        return kpi
    if statistic:
        return _PERCENTILE.get((kpi, statistic), kpi)
    if frame.users and kpi in ("DRB.UEThpDl", "DRB.PdcpSduDelayDl"):
        share = "P05" if kpi == "DRB.UEThpDl" else "P95"
        percentile = _PERCENTILE[kpi, share]
        notes.append(f"every user: judged by {kpi_definition(percentile).title} ({percentile}), so 95 % of users are held to it")
        return percentile
    return kpi


def for_slice(kpi: str, sliced: bool, notes: list[str]) -> tuple[str, bool]:
    """Return the KPI that is kept at the wanted level, and whether the slice may stay: load of a slice is RRU.PrbUsedDl."""
    levels = kpi_definition(kpi).levels
    if not sliced and levels == ("slice",):
        return "RRU.PrbTotDl", False
    if not sliced or "slice" in levels:
        return kpi, sliced
    if kpi == "RRU.PrbTotDl":
        return "RRU.PrbUsedDl", True
    notes.append(f"{kpi} is counted per cell, not per slice: taken for the whole cell")
    return kpi, False
