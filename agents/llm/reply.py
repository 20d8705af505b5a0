"""The schema of a model's reply: one flat object, which small models and guided decoding handle reliably."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from policies.intent import Condition
from policies.slices import Slice


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TargetReply(_Part):
    """A target of the intent: cells by id (none: all), name of their area, slice, KPI, condition, value in the KPI's unit."""

    cells: list[str] = Field(default_factory=list)
    area: str = ""
    slice: Slice | None = None
    kpi: str
    condition: Condition
    value: float | None = None
    tolerance: float = Field(default=0.0, ge=0, lt=1, description="share of cells and windows that may miss the bound")


class ContextReply(TargetReply):
    """A condition of the intent: the bound that must hold, in the operator's words; lasting: with the change as well."""

    words: str
    lasting: bool = True


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
    window_start: AwareDatetime | None = None
    window_end: AwareDatetime | None = None
    event: str = ""
    permanent: bool = Field(default=False, description="what is changed stays after the window")
    without_events: list[str] = Field(default_factory=list, description="planned events that the operator leaves out")
    attendance: int | None = Field(default=None, ge=0, description="visitors, as the operator says, of events without attendance")
    harm_only: bool = Field(default=False, description="the operator named the edits and bounded no KPI: only harm is judged")
    contexts: list[ContextReply] = Field(default_factory=list, description="conditions without which nothing is to be done")
    assumptions: list[str] = Field(default_factory=list)
    plan: list[str] = Field(default_factory=list)
    calls: list[CallReply] = Field(default_factory=list, max_length=8, description="for call")
    candidates: list[str] = Field(default_factory=list, description="for propose: names or digests, best first")
    choices: list[str] = Field(default_factory=list, description="for ask")
    nearest: str = Field(default="", description="for escalate: the nearest goal that is feasible")
    recommendation: str = Field(default="", description="for finish: an action for which the network has no attribute or policy")
