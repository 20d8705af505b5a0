"""The gym's catalogues: `6gagentgym`, the 42 tools of seed 001's appendix A, and `radio`, beyond it."""

from __future__ import annotations

from functools import cache

from tools.registry import ToolRegistry

PAPER, RADIO_CATALOGUE = "6gagentgym", "radio"


@cache
def catalogue(name: str) -> ToolRegistry:
    """Return the catalogue called `6gagentgym` or `radio`, in the order of the table."""
    if name == PAPER:
        from tools.gym.configure.configuration import CONFIGURATION
        from tools.gym.observe.observation import OBSERVATION
        from tools.gym.reason.reasoning import REASONING

        return ToolRegistry((*OBSERVATION, *REASONING, *CONFIGURATION))
    if name == RADIO_CATALOGUE:
        from tools.gym.configure.radio import RADIO

        return ToolRegistry(RADIO)
    raise ValueError(f"catalogue={name!r} does not exist: {PAPER}, {RADIO_CATALOGUE}")


@cache
def gym_registry() -> ToolRegistry:
    """Return both catalogues as one."""
    return ToolRegistry(tool for name in (PAPER, RADIO_CATALOGUE) for tool in catalogue(name))
