"""`retrieve_3gpp_constraint`: the allowed values of an attribute, with specification and clause."""

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
    query: str = Field(default="", max_length=500, description="words that describe the attribute, if its name is not known")

    @model_validator(mode="after")
    def _check_lookup(self) -> RetrieveConstraint:
        if bool(self.query.strip()) == bool(self.class_name and self.attribute) or bool(self.class_name) != bool(self.attribute):
            raise ValueError("give either class_name and attribute, or query")
        return self


class Constraint(ToolValue):
    """The limit with its source in one phrase, the joint rules that involve it, and further matches of a query."""

    limit: Limit
    allowed: str
    source: str
    joint_rules: tuple[JointRule, ...]
    alternatives: tuple[str, ...] = ()


@tool(effect=Effect.REASON, raises=(UnknownAttributeError,), timeout_s=10)
def retrieve_3gpp_constraint(context: ToolContext, request: RetrieveConstraint) -> Evidence[Constraint]:
    """Look up the allowed values of an attribute: range or set, unit, default, joint rules, specification and clause."""
    matches = _matches(context, request)
    limit = matches[0]
    rules = tuple(
        rule for rule in context.limits.rules if rule.class_name == limit.class_name and limit.attribute in rule.attributes
    )
    value = Constraint(
        limit=limit,
        allowed=limit.allowed,
        source=limit.source,
        joint_rules=rules,
        alternatives=tuple(match.name for match in matches[1:]),
    )
    version = " ".join(part for part in (limit.release, limit.version) if part) or "limits catalogue"
    source = Provenance(source=limit.source, kind="document", version=version, observed_at=context.now())
    return Evidence(summary=f"{limit.name}: {limit.allowed} ({limit.source})", value=value, provenance=source)


def _matches(context: ToolContext, request: RetrieveConstraint) -> tuple[Limit, ...]:
    if request.class_name:
        return (context.limits.limit(request.class_name, request.attribute),)
    matches = context.limits.search(request.query, count=5)
    if not matches:
        message = f"query={request.query!r}: no attribute of the limits catalogue matches; use other words"
        raise ToolError(Boundary.REFUSED, message)
    return matches
