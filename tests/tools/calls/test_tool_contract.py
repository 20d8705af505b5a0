"""A tool describes itself, and each of its failures has a boundary."""

import threading
from datetime import UTC, datetime
from typing import cast

import pytest
from pydantic import Field

from policies.effect import Effect
from policies.evidence import Evidence
from policies.provenance import Provenance
from tools.context import ToolContext
from tools.contract import ToolError, ToolRequest, ToolValue, tool
from tools.registry import ToolRegistry

NOWHERE = cast(ToolContext, None)
RELEASED, FINISHED = threading.Event(), threading.Event()  # the event that the slow tool waits for, and its end


class Square(ToolRequest):
    """A number."""

    side_m: float = Field(ge=0, le=100, description="side, m")


class Area(ToolValue):
    """An area."""

    area_m2: float


class TooHotError(Exception):
    """Declared failure."""


def answer(value: float) -> Evidence[Area]:
    source = Provenance(source="test", kind="computation", version="1", observed_at=datetime(2026, 1, 1, tzinfo=UTC))
    return Evidence(summary=f"{value} m²", value=Area(area_m2=value), provenance=source)


@tool(effect=Effect.REASON, raises=(TooHotError,), timeout_s=0.2)
def square_area(context: ToolContext, request: Square) -> Evidence[Area]:
    """Return the area of a square."""
    if request.side_m == 13:
        raise TooHotError("side_m=13 is too hot")
    if request.side_m == 14:
        raise RuntimeError("a bug")
    if request.side_m == 15:
        RELEASED.wait(30)
        FINISHED.set()
    return answer(request.side_m**2)


def test_a_tool_is_described_by_its_function():
    schema = square_area.schema()
    assert (schema["name"], schema["effect"], schema["description"]) == ("square_area", "reason", "Return the area of a square.")
    assert schema["input"]["properties"]["side_m"]["maximum"] == 100
    assert "area_m2" in schema["output"]["properties"]


def test_a_call_answers_with_typed_evidence():
    assert square_area.call(NOWHERE, {"side_m": 3}).value.area_m2 == 9


@pytest.mark.parametrize(
    ("arguments", "boundary", "words"),
    [
        ({"side_m": 101}, "arguments", "side_m=101"),
        ({"side_m": "wide"}, "arguments", "side_m='wide'"),
        ({"side_m": 3, "colour": "red"}, "arguments", "colour='red'"),
        ({}, "arguments", "side_m"),
        ({"side_m": 13}, "refused", "too hot"),
        ({"side_m": 14}, "internal", "RuntimeError: a bug"),
        ({"side_m": 15}, "timeout", "longer than 0.2 s"),
    ],
)
def test_a_failed_call_names_the_boundary_and_the_field(arguments, boundary, words):
    with pytest.raises(ToolError) as caught:
        square_area.call(NOWHERE, arguments)
    assert caught.value.boundary == boundary
    assert words in str(caught.value)


def test_a_slow_tool_does_not_block_its_caller():
    RELEASED.clear()
    FINISHED.clear()
    with pytest.raises(ToolError):
        square_area.call(NOWHERE, {"side_m": 15})
    assert not FINISHED.is_set(), "its caller waited for it"
    RELEASED.set()
    assert FINISHED.wait(600)


def test_a_registry_knows_its_tools_and_refuses_a_name_twice():
    registry = ToolRegistry([square_area])
    assert registry.get("square_area") is square_area
    with pytest.raises(ValueError, match="registered twice"):
        registry.add(square_area)
    with pytest.raises(ToolError, match="there are: square_area") as caught:
        registry.get("circle_area")
    assert caught.value.boundary == "unknown tool"


def test_a_langchain_tool_answers_like_the_tool_itself():
    from langchain_core.tools import ToolException

    from tools.langchain_export import to_langchain

    exported = to_langchain(square_area, NOWHERE)
    assert exported.invoke({"side_m": 4})["value"] == {"area_m2": 16.0}
    with pytest.raises(ToolException, match=r"\[refused\]"):
        exported.func(side_m=13)
