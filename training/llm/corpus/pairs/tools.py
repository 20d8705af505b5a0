"""Which tool answers a question, and with what arguments; the tool's own request parses them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from pydantic import JsonValue

from agents.reading.amounting.amounts import value_in
from policies.effect import Effect
from policies.kpi import kpi_definition
from policies.limits.loading import load_limits
from policies.managed_object import CONFIGURABLE
from policies.slices import Slice
from tools.contract import Tool, ToolError
from tools.gym.catalogue import gym_registry
from tools.registry import default_registry
from training.llm.corpus.pairs.equations import shown
from training.llm.corpus.pairs.pair import Pair, begins, expected, first_of
from training.llm.corpus.pairs.tool_words import drawn_place, is_place, kpi_words
from training.llm.corpus.pairs.units import watts_in_dbm
from training.llm.corpus.wording import question

_EFFECTS: Final = {
    Effect.OBSERVE: "it reads and changes nothing",
    Effect.REASON: "it computes and changes nothing in the network",
    Effect.CONFIGURE: "it changes the network, so it needs the gate and an approval",
}
_TOPICS: Final = (
    "handover hysteresis",
    "PRB utilisation",
    "energy saving",
    "slice ratios",
    "downlink delay",
    "admission control",
)
_WATTS: Final = (1, 2, 5, 10, 20, 40, 80)


@dataclass(frozen=True)
class _Asked:
    """A question for a tool with its arguments, the reasoning, and words by which code finds the arguments again."""

    tool: str
    arguments: dict[str, JsonValue]
    asked: str
    why: str
    said: tuple[str, ...] = ()
    place: str = ""
    kpi: str = ""
    power: str = ""


class ToolPairs:
    """Questions for the tools of the harness with arguments, and what each tool of harness and gym does."""

    name = "tool"

    def __init__(self) -> None:
        self._tools = default_registry()
        self._described = [*self._tools, *gym_registry()]

    def draw(self, random: Random) -> Pair | None:
        """Return a question for one tool."""
        if random.random() < 0.1:
            return self._named(random)
        asked = random.choice(_MAKERS)(random)
        tool = self._tools.get(asked.tool)
        facts: dict[str, JsonValue] = {
            "said": [*asked.said],
            "tool": asked.tool,
            "arguments": asked.arguments,
            "place": asked.place,
            "kpi": asked.kpi,
            "power": asked.power,
        }
        thought = f"{asked.why} The tool is {tool.name}: {_EFFECTS[tool.effect]}."
        return Pair(kind=self.name, question=asked.asked, thought=thought, answer=_call(asked.tool, asked.arguments), facts=facts)

    def _named(self, random: Random) -> Pair:
        tool = random.choice(self._described)
        description = _first_line(tool)
        return Pair(
            kind=self.name,
            question=question("tool_name", random, description=description),
            thought=f"The documentation of {tool.name} says so. Its effect is {tool.effect.value}: {_EFFECTS[tool.effect]}.",
            answer=f"{tool.name}; {_EFFECTS[tool.effect]}.",
            facts={"said": [description], "tool": tool.name, "description": description},
        )

    def objection(self, pair: Pair) -> str:
        """Let the tool parse the arguments of the answer, and find them again in the words of the question."""
        if "description" in pair.facts:
            right = [tool for tool in self._described if _first_line(tool) == pair.facts["description"]]
            return (
                begins(pair, f"{right[0].name}; {_EFFECTS[right[0].effect]}")
                if len(right) == 1
                else "not one tool is so described"
            )
        name, _, arguments = pair.answer.partition(" ")
        try:
            parsed = self._tools.get(name).parse(json.loads(arguments))
            wanted = self._tools.get(str(pair.facts["tool"])).parse(_arguments_of(pair))
        except (ToolError, ValueError) as error:
            return str(error)
        return first_of(
            expected("the tool", name, pair.facts["tool"]),
            expected("the arguments", parsed, wanted),
            _objection_to_words(pair, _arguments_of(pair)),
        )


def _objection_to_words(pair: Pair, arguments: dict[str, Any]) -> str:
    place, kpi, power = (str(pair.facts[name]) for name in ("place", "kpi", "power"))
    if place and not (place in pair.question and is_place(place, arguments["cells"])):
        return f"{place!r} does not name {arguments['cells']}"
    if kpi and not (kpi in pair.question and [kpi_words()[kpi]] == arguments["kpis"]):
        return f"{kpi!r} does not name {arguments['kpis']}"
    if power and not (power in pair.question and round(value_in(power, "dBm"), 1) == arguments["power_dbm"]):
        return f"{power!r} is not {arguments['power_dbm']} dBm"
    return ""


def _arguments_of(pair: Pair) -> dict[str, Any]:
    arguments = pair.facts["arguments"]
    return arguments if isinstance(arguments, dict) else {}


def _call(tool: str, arguments: dict[str, JsonValue]) -> str:
    return f"{tool} {json.dumps(arguments)}"


def _first_line(tool: Tool[Any, Any]) -> str:
    return tool.description.split("\n")[0]


def _on(named: list[str]) -> list[JsonValue]:
    return [*named]


def _where(place: str, named: list[str]) -> str:
    return f"“{place}” is {', '.join(named)}." if named else f"“{place}” needs no cells: empty means all."


def _query(random: Random) -> _Asked:
    place, named = drawn_place(random, everywhere=True)
    said, windows = random.choice(sorted(kpi_words())), random.randint(1, 24)
    arguments: dict[str, JsonValue] = {"kpis": [kpi_words()[said]], "cells": _on(named), "windows": windows}
    why = f"Measured values are asked for. “{said}” is {kpi_words()[said]}. {_where(place, named)}"
    if "slice" in kpi_definition(kpi_words()[said]).levels and random.random() < 0.5:
        own = random.choice([str(one) for one in Slice])
        asked = question("tool_kpi_slice", random, kpi=said, slice=own, place=place, windows=windows)
        return _Asked("query_kpi", {**arguments, "slices": [own]}, asked, f"{why} The slice is {own}.", (said, own), place, said)
    asked = question("tool_kpi", random, kpi=said, place=place, windows=windows)
    return _Asked("query_kpi", arguments, asked, why, (said, str(windows)), place, said)


def _topology(random: Random) -> _Asked:
    place, named = drawn_place(random, everywhere=True)
    asked = question("tool_topology", random, place=place)
    return _Asked(
        "read_topology", {"cells": _on(named)}, asked, f"Positions, carriers and relations. {_where(place, named)}", (), place
    )


def _configuration(random: Random) -> _Asked:
    place, named = drawn_place(random, everywhere=True)
    limit = random.choice([limit for limit in load_limits() if limit.class_name in CONFIGURABLE])
    asked = question("tool_configuration", random, place=place, attribute=limit.attribute)
    why = f"{limit.attribute} is an attribute of {limit.class_name}; its present value is configuration. {_where(place, named)}"
    classes = {one.class_name for one in load_limits() if one.attribute == limit.attribute and one.class_name in CONFIGURABLE}
    arguments: dict[str, JsonValue] = {"cells": _on(named), "classes": [*sorted(classes)]}
    return _Asked("read_configuration", arguments, asked, why, (limit.attribute,), place)


def _degradation(random: Random) -> _Asked:
    place, named = drawn_place(random, everywhere=True)
    directed = [said for said, kpi in sorted(kpi_words().items()) if kpi_definition(kpi).better != "neutral"]
    said, windows = random.choice(directed), random.randint(3, 12)
    asked = question("tool_degradation", random, kpi=said, place=place, windows=windows)
    arguments: dict[str, JsonValue] = {"cells": _on(named), "kpis": [kpi_words()[said]], "windows": windows}
    why = f"Newer windows are to be compared with earlier ones. “{said}” is {kpi_words()[said]}. {_where(place, named)}"
    return _Asked("detect_degradation", arguments, asked, why, (said, str(windows)), place, said)


def _forecast(random: Random) -> _Asked:
    place, named = drawn_place(random, everywhere=True)
    start = datetime(2026, random.randint(1, 12), random.randint(1, 28), random.randint(0, 23), tzinfo=UTC)
    end = start + timedelta(hours=random.randint(1, 8))
    first, last = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (start, end))
    asked = question("tool_forecast", random, place=place, start=f"{start:%Y-%m-%d %H:%M}", end=f"{end:%Y-%m-%d %H:%M}")
    arguments: dict[str, JsonValue] = {"cells": _on(named), "start": first, "end": last}
    why = f"A coming time is asked about, from {first} to {last} in UTC. {_where(place, named)}"
    return _Asked("forecast_traffic", arguments, asked, why, (f"{start:%Y-%m-%d %H:%M}",), place)


def _constraint(random: Random) -> _Asked:
    limit = random.choice(list(load_limits()))
    asked = question("tool_constraint", random, attribute=limit.attribute, class_name=limit.class_name)
    arguments: dict[str, JsonValue] = {"class_name": limit.class_name, "attribute": limit.attribute}
    why = (
        f"Allowed values and clauses are in the limits catalogue, by class and attribute: {limit.class_name}, {limit.attribute}."
    )
    return _Asked("retrieve_3gpp_constraint", arguments, asked, why, (limit.attribute,))


def _search(random: Random) -> _Asked:
    topic, count = random.choice((*_TOPICS, *sorted(kpi_words()))), random.randint(2, 9)
    asked = question("tool_search", random, topic=topic, count=count)
    arguments: dict[str, JsonValue] = {"query": topic, **({"k": count} if f"{count} passages" in asked else {})}
    return _Asked("search_standards", arguments, asked, "The text of specifications is asked for, in plain words.", (topic,))


def _run(random: Random) -> _Asked:
    day = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=random.randrange(364 * 86_400))
    run = f"{day:%Y%m%d-%H%M%S}-{random.randrange(16**4):04x}"
    return _Asked(
        "read_run", {"run": run}, question("tool_run", random, run=run), f"An earlier run is asked about: {run}.", (run,)
    )


def _open(random: Random) -> _Asked:
    return _Asked(
        "read_open_changes", {}, question("tool_open", random), "Open changes of this network are asked for; no argument."
    )


def _ratio(random: Random) -> _Asked:
    (place, named), own = drawn_place(random, everywhere=False), random.choice([str(one) for one in Slice])
    value = random.randint(0, 100)
    asked = question("tool_ratio", random, slice=own, value=value, place=place)
    why = f"A guaranteed share is the minimum ratio of the slice, in percent. {_where(place, named)}"
    arguments: dict[str, JsonValue] = {"cells": _on(named), "slice": own, "min_ratio": value}
    return _Asked("set_slice_ratios", arguments, asked, why, (own, str(value)), place)


def _power(random: Random) -> _Asked:
    place, named = drawn_place(random, everywhere=False)
    if random.random() < 0.5:
        watts = random.choice(_WATTS)
        conversion = watts_in_dbm(watts, "W")
        said, level, why = f"{shown(watts)} W", round(conversion.value, 1), f"The tool takes dBm. {conversion.steps}"
    else:
        level = random.randint(200, 500) / 10
        said, why = f"{shown(level)} dBm", "The power is in dBm already."
    asked = question("tool_power", random, place=place, said=said)
    arguments: dict[str, JsonValue] = {"cells": _on(named), "power_dbm": level}
    return _Asked("set_transmit_power", arguments, asked, f"{why} {_where(place, named)}", (said,), place, "", said)


def _admission(random: Random) -> _Asked:
    (place, named), own = drawn_place(random, everywhere=False), random.choice([str(one) for one in Slice])
    value = random.randint(0, 100)
    asked = question("tool_admission", random, slice=own, value=value, place=place)
    arguments: dict[str, JsonValue] = {"cells": _on(named), "slice": own, "max_prb_usage": value}
    why = f"It is the PRB usage above which new connections of the slice are rejected. {_where(place, named)}"
    return _Asked("set_admission", arguments, asked, why, (own, str(value)), place)


def _weight(random: Random) -> _Asked:
    (place, named), own = drawn_place(random, everywhere=False), random.choice([str(one) for one in Slice])
    value = random.randint(1, 100) / 10
    asked = question("tool_weight", random, slice=own, value=shown(value), place=place)
    arguments: dict[str, JsonValue] = {"cells": _on(named), "slice": own, "weight": value}
    return _Asked(
        "set_scheduler_weights",
        arguments,
        asked,
        f"The weight is of the slice. {_where(place, named)}",
        (own, shown(value)),
        place,
    )


def _activation(random: Random) -> _Asked:
    (place, named), state = drawn_place(random, everywhere=False), random.choice(("awake", "asleep"))
    asked = question("tool_sleep" if state == "asleep" else "tool_wake", random, place=place)
    arguments: dict[str, JsonValue] = {"cells": _on(named), "state": state}
    return _Asked("set_cell_activation", arguments, asked, f"The cells are to be {state}. {_where(place, named)}", (), place)


_MAKERS: Final[tuple[Callable[[Random], _Asked], ...]] = (
    *(_query, _query, _query, _topology, _configuration, _configuration, _degradation, _degradation, _forecast, _constraint),
    *(_search, _run, _open, _ratio, _power, _power, _admission, _weight, _activation),
)
