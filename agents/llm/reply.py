"""The schema of a model's reply: one flat object, which small models and guided decoding handle reliably."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from policies.intent import Condition
from policies.slices import Slice


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TargetReply(_Part):
    """A target of the intent: cells by id (none: all), slice, KPI, condition, value in the KPI's unit."""

    cells: list[str] = Field(default_factory=list)
    slice: Slice | None = None
    kpi: str
    condition: Condition
    value: float | None = None


class CallReply(_Part):
    """A tool call."""

    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    reason: str = ""


class Reply(_Part):
    """The next decision. Only the fields of the chosen kind are read."""

    kind: Literal["understand", "call", "propose", "ask", "finish", "escalate"]
    text: str = Field(default="", description="the question, summary or reason, for ask, finish and escalate")
    targets: list[TargetReply] = Field(default_factory=list, description="for understand")
    window_start: datetime | None = None
    window_end: datetime | None = None
    event: str = ""
    assumptions: list[str] = Field(default_factory=list)
    plan: list[str] = Field(default_factory=list)
    calls: list[CallReply] = Field(default_factory=list, max_length=8, description="for call")
    candidates: list[str] = Field(default_factory=list, description="for propose: names or digests, best first")
    choices: list[str] = Field(default_factory=list, description="for ask")
    nearest: str = Field(default="", description="for escalate: the nearest goal that is feasible")
    recommendation: str = Field(default="", description="for finish: an action for which the network has no attribute or policy")
