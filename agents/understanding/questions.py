"""Questions about the network, which change nothing."""

from __future__ import annotations

import re
from typing import Final

from agents.understanding.frames import Frame
from agents.understanding.items import Item
from agents.understanding.kpi_choice import fits, for_slice, with_statistic
from agents.understanding.places import Place, place_of
from agents.understanding.result import NetworkQuestion
from policies.intent import ExpectationTarget
from policies.kpi import kpi_definition
from policies.managed_object import id_of
from policies.slices import Slice
from twins.network import NetworkCard

_WORDS: Final = (
    r"what|which|who|how|where|when|why|is|are|was|were|does|do (?:we|you|they|the|any)|did|has|have|show|list|tell me|display|"
    r"report|give me the|print"
)
_OPENERS: Final = re.compile(rf"^\s*(please\s+)?({_WORDS})\b", re.IGNORECASE)
_REQUEST: Final = re.compile(r"^\s*(please\s+)?(can|could|would|will) (you|we)\b|^\s*how (can|do) (we|i|you)\b", re.IGNORECASE)
_OVERVIEW: Final = ("RRU.PrbTotDl", "DRB.PdcpSduDelayDl", "DRB.UEThpDl", "PEE.AvgPower")


def is_question(text: str) -> bool:
    """Whether the text asks for information ("what is …?") rather than for an action ("can you keep …?")."""
    return bool(_OPENERS.match(text)) and not _REQUEST.match(text)


def read_question(text: str, items: tuple[Item, ...], frames: list[Frame], card: NetworkCard) -> NetworkQuestion | None:
    """Return the question, or None if it is not about this network."""
    notes: list[str] = []
    places = [place for frame in frames if (place := place_of(frame, card)) is not None]
    place = places[0] if places else Place()
    cells = tuple(cell for dn in place.cells if (cell := id_of(dn)) is not None)
    slices = tuple(dict.fromkeys(Slice(name) for frame in frames for name in frame.slices))
    kpis = [for_slice(with_statistic(kpi, frame, notes), bool(slices), notes)[0] for frame in frames for kpi in frame.kpis]
    attributes = tuple(name for frame in frames for name in frame.attributes)
    topic = _topic(text.lower(), items, bool(kpis), bool(attributes))
    if topic is None:
        return None
    if topic == "kpi" and not kpis:
        kpis = list(_OVERVIEW)
        notes.append("no KPI was named: load, delay, throughput and power are shown")
    return NetworkQuestion.model_validate(
        {
            "targets": tuple(_targets(frames, kpis)),
            "topic": topic,
            "kpis": tuple(dict.fromkeys(kpis)),
            "cells": cells,
            "slices": slices,
            "attributes": attributes,
            "area": place.area,
            "assumptions": tuple(notes),
        }
    )


def _targets(frames: list[Frame], kpis: list[str]) -> list[ExpectationTarget]:
    """Return the bounds that a yes-or-no question asks about."""
    return [
        ExpectationTarget(kpi=kpi, condition=bound.condition, value=bound.quantity.value, unit=kpi_definition(kpi).unit)
        for frame in frames
        for bound in frame.bounds
        for kpi in dict.fromkeys(kpis)
        if bound.condition is not None and fits(kpi, bound)
    ]


def _topic(text: str, items: tuple[Item, ...], kpis: bool, attributes: bool) -> str | None:
    if attributes:
        return "limit" if re.search(r"\b(range|limits?|allowed|permitted|constraint|may|values)\b", text) else "configuration"
    if re.search(r"\bneighbou?rs?\b", text):
        return "neighbours"
    if re.search(r"\b(which|what|list|show|how many)\b( me)?( all)?( the)? (cells?|sites?|areas?)\b|\bwho serves\b", text):
        return "cells"
    if re.search(r"\b(events?|calendar|match|concert)\b", text):
        return "events"
    if kpis or any(item.kind in ("domain", "cell", "area", "site", "slice", "everywhere") for item in items):
        return "kpi"
    return None
