"""`retrieve_3gpp_constraint` (seed 001's name): what an attribute may be set to, and by which clause."""

from __future__ import annotations

from pydantic import Field, model_validator

from policies.effect import Effect
from policies.evidence import Evidence
from policies.limits.catalogue import UnknownAttributeError
from policies.limits.joint_rule import JointRule
from policies.limits.limit import Limit
from policies.provenance import Provenance
from tools.context import ToolContext
from tools.contract import Boundary, ToolError, ToolRequest, ToolValue, tool


class RetrieveConstraint(ToolRequest):
    """An attribute by class and name, or words that describe it."""

    class_name: str = Field(default="", max_length=100, description="class of managed object, such as RRMPolicyRatio")
    attribute: str = Field(default="", max_length=100, description="attribute, such as rRMPolicyMinRatio")
    query: str = Field(default="", max_length=500, description="words that describe the attribute, where the name is not known")

    @model_validator(mode="after")
    def _one_way(self) -> RetrieveConstraint:
        if bool(self.query.strip()) == bool(self.class_name and self.attribute) or bool(self.class_name) != bool(self.attribute):
            raise ValueError("give either class_name and attribute, or query")
        return self


class Constraint(ToolValue):
    """The limit with its source in one phrase, the joint rules that it is part of, and further limits that fit a query."""

    limit: Limit
    allowed: str
    source: str
    joint_rules: tuple[JointRule, ...]
    alternatives: tuple[str, ...] = ()


@tool(effect=Effect.REASON, raises=(UnknownAttributeError,), timeout_s=10)
def retrieve_3gpp_constraint(context: ToolContext, request: RetrieveConstraint) -> Evidence[Constraint]:
    """Look up what an attribute may be set to: range or set, unit, default, joint rules, specification and clause."""
    found = _candidates(context, request)
    limit = found[0]
    rules = tuple(
        rule for rule in context.limits.rules if rule.class_name == limit.class_name and limit.attribute in rule.attributes
    )
    value = Constraint(
        limit=limit,
        allowed=limit.allowed,
        source=limit.source,
        joint_rules=rules,
        alternatives=tuple(one.name for one in found[1:]),
    )
    version = " ".join(part for part in (limit.release, limit.version) if part) or "limits catalogue"
    source = Provenance(source=limit.source, kind="document", version=version, observed_at=context.now())
    return Evidence(summary=f"{limit.name}: {limit.allowed} ({limit.source})", value=value, provenance=source)


def _candidates(context: ToolContext, request: RetrieveConstraint) -> tuple[Limit, ...]:
    if request.class_name:
        return (context.limits.limit(request.class_name, request.attribute),)
    found = context.limits.search(request.query, count=5)
    if not found:
        raise ToolError(Boundary.REFUSED, f"query={request.query!r}: no attribute of the limits catalogue fits; use other words")
    return found
