"""What the catalogues know, as running text: limits, joint rules, KPIs and when a worsening is material."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.kpi import KpiDefinition, kpi_definitions
from policies.limits.joint_rule import JointRule
from policies.limits.limit import Limit
from policies.limits.loading import load_limits
from policies.materiality import materiality
from training.llm.corpus.document import Document
from training.llm.corpus.facts.own import own_document
from training.llm.corpus.wording import statements

_BETTER: Final = {
    "higher": "A higher value is better.",
    "lower": "A lower value is better.",
    "neutral": "No direction is better.",
}
_TOGETHER: Final = {"sum": "adds up", "mean": "is a mean weighted by the count", "none": "cannot be computed from its parts"}


def catalogue_documents() -> Iterator[Document]:
    """Yield several wordings of every limit, joint rule, KPI and threshold of materiality."""
    catalogue = load_limits()
    for limit in catalogue:
        yield from (own_document("limit", limit.source, text) for text in _of_limit(limit))
    for rule in catalogue.rules:
        yield from (own_document("rule", rule.source, text) for text in _of_rule(rule))
    for kpi in kpi_definitions().values():
        yield from (own_document("kpi", f"3GPP {kpi.spec} clause {kpi.clause}", text) for text in _of_kpi(kpi))
        if kpi.better != "neutral":
            yield from (own_document("materiality", "policies/data/materiality.toml", text) for text in _of_threshold(kpi))


def _of_limit(limit: Limit) -> list[str]:
    unit = f" {limit.unit}" if limit.unit else ""
    default = str(limit.default).lower() if isinstance(limit.default, bool) else limit.default
    return statements(
        "limit",
        name=limit.name,
        attribute=limit.attribute,
        class_name=limit.class_name,
        theme=limit.theme,
        clause_text=limit.clause_text,
        effect=limit.effect,
        allowed=limit.allowed,
        source=limit.source,
        default="" if default is None else f", by default {default}{unit}",
        access="It is read-only: the network reports it, and no change set may edit it." if limit.read_only else "",
    )


def _of_rule(rule: JointRule) -> list[str]:
    return statements(
        "rule",
        rule=rule.name,
        title=rule.title,
        clause_text=rule.clause_text,
        source=rule.source.partition(", ")[2],
        remedy=rule.remedy,
        attributes=" and ".join(rule.attributes),
        class_name=rule.class_name,
    )


def _of_kpi(kpi: KpiDefinition) -> list[str]:
    ways = {"cells": kpi.across_cells, "slices": kpi.across_slices, "windows": kpi.across_windows}
    together = f"Over {'; over '.join(f'{what} it {_TOGETHER[way]}' for what, way in ways.items())}."
    if kpi.weighted_by:
        together += f" As a ratio it is weighted by {kpi.weighted_by}."
    texts = statements(
        "kpi",
        kpi=kpi.name,
        title=kpi.title,
        unit=kpi.unit,
        definition=kpi.definition,
        spec=kpi.spec,
        clause=kpi.clause,
        better=_BETTER[kpi.better],
        together=together,
        bounds=_bounds(kpi),
        aliases=", ".join(kpi.aliases),
        levels=" or ".join(kpi.levels),
    )
    return [text for text in texts if kpi.aliases or not text.startswith("Operators who speak of")]


def _bounds(kpi: KpiDefinition) -> str:
    highest = f" and {kpi.highest:.12g}" if kpi.highest is not None else ""
    if kpi.highest_per_s is not None:
        highest = f" and {kpi.highest_per_s:.12g} for each second of its window"
    between = "between" if highest else "at or above"
    return f"{between} {kpi.lowest:.12g}{highest} {kpi.unit} ({kpi.bounds_source})"


def _of_threshold(kpi: KpiDefinition) -> list[str]:
    limits = materiality(kpi.name)
    serves = ""
    if limits.serves_well is not None:
        serves = f" At {limits.serves_well:g} {kpi.unit} or better nobody is harmed, whatever the value was before."
    if limits.overloaded is not None:
        serves += f" A cell at {limits.overloaded:g} {kpi.unit} or above is called overloaded."
    return statements(
        "material",
        kpi=kpi.name,
        unit=kpi.unit,
        relative=f"{100 * limits.relative:g}",
        absolute=f"{limits.absolute:g}",
        better=_BETTER[kpi.better],
        serves=serves,
    )
