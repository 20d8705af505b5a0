"""Arguments of the Configuration tools: traffic degradation and the slices' shares of resource blocks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from policies.word import Word


class DegradationSpec(Word):
    """Graceful degradation: `target`'s flows send `keep_rate` of their full rate; 1 restores it."""

    target: Literal["mission", "eMBB", "URLLC", "mMTC"] = Field(description="the mission's flows, or the other flows of a slice")
    keep_rate: float = Field(ge=0.2, le=1.0, description="share of the full rate, 0.2 to 1")


class ResourceSpec(Word):
    """A slice's share of the resource blocks, at `gnbs` or at all gNBs if none are named."""

    share: float = Field(ge=0.0625, le=0.875, description="0.0625 to 0.875: each slice keeps one resource block group of 16")
    gnbs: tuple[str, ...] = Field(default=(), description="gNBs by name; empty: all")
