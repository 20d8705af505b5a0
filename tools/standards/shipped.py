"""The shipped content of the index: clause texts of the limits catalogue, its joint rules, and the KPI definitions."""

from __future__ import annotations

from policies.change import digest_of
from policies.kpi import KpiDefinition, kpi_definitions
from policies.limits.joint_rule import JointRule
from policies.limits.limit import Limit
from policies.limits.loading import load_limits
from tools.standards.records import Passage

SHIPPED_PATH = "shipped with TwinPilot"


def shipped_passages() -> list[Passage]:
    """Return one passage per limit, joint rule and KPI."""
    catalogue = load_limits()
    return [
        *(_of_limit(limit) for limit in catalogue),
        *(_of_rule(rule) for rule in catalogue.rules),
        *(_of_kpi(kpi) for kpi in kpi_definitions().values()),
    ]


def shipped_digest(passages: list[Passage]) -> str:
    """Return the digest that identifies the shipped content."""
    return digest_of([passage.model_dump() for passage in passages])


def _of_limit(limit: Limit) -> Passage:
    default = "" if limit.default is None else f" Default {limit.default}{' ' + limit.unit if limit.unit else ''}."
    vendor = " Vendor-specific at O1." if limit.vendor_specific else ""
    access = " Read only." if limit.read_only else ""
    return Passage(
        document=limit.specification,
        release=_release(limit.release, limit.version),
        clause=limit.clause,
        title=limit.name,
        text=f"{limit.clause_text} Effect: {limit.effect} Allowed: {limit.allowed}.{default}{access}{vendor}",
    )


def _of_rule(rule: JointRule) -> Passage:
    return Passage(
        document=rule.specification,
        release=_release(rule.release, rule.version),
        clause=rule.clause,
        title=f"{rule.class_name}: {rule.title}",
        text=rule.clause_text,
    )


def _of_kpi(kpi: KpiDefinition) -> Passage:
    aliases = f" Also called: {', '.join(kpi.aliases)}." if kpi.aliases else ""
    return Passage(
        document=f"3GPP {kpi.spec}",
        clause=kpi.clause,
        title=f"{kpi.name}: {kpi.title}",
        text=f"{kpi.definition} Unit: {kpi.unit}.{aliases}",
    )


def _release(release: str, version: str) -> str:
    return f"{release} V{version}" if version else release
