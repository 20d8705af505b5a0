"""The tool registry: the tools that a planner can be offered, by name and effect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from policies.effect import Effect
from tools.contract import Boundary, Tool, ToolError


class ToolRegistry:
    """Tools by unique name, in the order of registration."""

    def __init__(self, tools: Iterable[Tool[Any, Any]] = ()) -> None:
        self._tools: dict[str, Tool[Any, Any]] = {}
        for tool in tools:
            self.add(tool)

    def add(self, tool: Tool[Any, Any]) -> None:
        """Add a tool; raises ValueError if its name is registered already."""
        if tool.name in self._tools:
            raise ValueError(f"tool={tool.name!r} is registered twice: rename one of them")
        self._tools[tool.name] = tool

    def get(self, name: str) -> Tool[Any, Any]:
        """Return the tool called `name`; raises ToolError("unknown tool") with the registered names."""
        if name not in self._tools:
            raise ToolError(Boundary.UNKNOWN_TOOL, f"tool={name!r} does not exist; there are: {', '.join(sorted(self._tools))}")
        return self._tools[name]

    def of_effect(self, *effects: Effect) -> list[Tool[Any, Any]]:
        """Return the tools with one of these effects (no argument: all tools), in the order of registration."""
        return [tool for tool in self if not effects or tool.effect in effects]

    def schemas(self) -> list[dict[str, Any]]:
        """Return every tool's schema: name, effect, description, input and output."""
        return [tool.schema() for tool in self]

    def __iter__(self) -> Iterator[Tool[Any, Any]]:
        """Iterate in the order of registration."""
        return iter(self._tools.values())

    def __len__(self) -> int:
        """Count the tools."""
        return len(self._tools)

    def __contains__(self, name: object) -> bool:
        """Whether there is a tool of this name."""
        return name in self._tools


def default_registry() -> ToolRegistry:
    """Return the tools for managing a RAN: telemetry, topology, forecast, limits, twins, link evaluation and configuration."""
    from tools.beams.compare_tool import compare_beam_selectors
    from tools.ran.candidate_tools import compare_candidates, refine_candidate
    from tools.ran.configure_tools import CONFIGURE_TOOLS
    from tools.ran.constraint_tools import retrieve_3gpp_constraint
    from tools.ran.degradation_tool import detect_degradation
    from tools.ran.forecast_tool import forecast_traffic
    from tools.ran.kpi_tool import query_kpi
    from tools.ran.link_conditions import link_conditions
    from tools.ran.run_tools import read_open_changes, read_run
    from tools.ran.search_tool import search_standards
    from tools.ran.topology_tools import read_configuration, read_topology
    from tools.receivers.floor.floor_tool import examine_error_floor
    from tools.receivers.link_tools import compare_receivers, evaluate_link
    from tools.scenes.map_tool import ray_traced_map

    return ToolRegistry(
        (
            query_kpi,
            read_topology,
            read_configuration,
            detect_degradation,
            forecast_traffic,
            retrieve_3gpp_constraint,
            search_standards,
            read_run,
            read_open_changes,
            compare_candidates,
            refine_candidate,
            ray_traced_map,
            compare_beam_selectors,
            link_conditions,
            evaluate_link,
            compare_receivers,
            examine_error_floor,
            *CONFIGURE_TOOLS,
        )
    )
