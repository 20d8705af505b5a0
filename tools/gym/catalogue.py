"""The gym's tool catalogues: `6gagentgym`, the 42 tools of seed 001, appendix A, and `radio`, four more radio tools."""

from __future__ import annotations

from functools import cache

from tools.registry import ToolRegistry

PAPER, RADIO_CATALOGUE = "6gagentgym", "radio"


@cache
def catalogue(name: str) -> ToolRegistry:
    """Return the catalogue `6gagentgym`, in the order of the paper's table, or `radio`; raises ValueError for other names."""
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
    """Return one registry with the tools of both catalogues."""
    return ToolRegistry(tool for name in (PAPER, RADIO_CATALOGUE) for tool in catalogue(name))
