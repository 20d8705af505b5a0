"""The tool contract: a typed function that declares everything a planner, a gate and a reader need.

1. `@tool(...)` turns a function `(context, request) -> Evidence[Value]` into a tool with a name, an effect, a typed request and
   value, the errors that it raises, the data card that bounds its validity, and a timeout.
2. `Tool.call` validates the arguments, runs the function under its timeout, and turns every failure into a `ToolError` with a
   `Boundary`. Failed calls are data for the planner, not stack traces.
3. `Tool.schema` is the JSON schema that a model sees; `tools.langchain_export.to_langchain` converts a tool to a LangChain tool.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar, get_type_hints

from pydantic import BaseModel, ValidationError

from policies.data_card import DataCard
from policies.effect import Effect
from policies.evidence import Evidence
from policies.text.validation import validation_text
from policies.word import Word

Request = TypeVar("Request", bound=BaseModel)
Value = TypeVar("Value", bound=BaseModel)
# The first argument is the context: a `tools.context.ToolContext`, or the gym's `tools.gym.context.GymContext`.
ToolFunction = Callable[[Any, Request], Evidence[Value]]


class ToolRequest(Word):
    """Base of every tool's arguments: unknown fields are refused."""


class ToolValue(Word):
    """Base of every tool's value."""


class Boundary(StrEnum):
    """The kind of failure of a tool call; observations, the journal and rollouts hold the string value.

    REFUSED: out of range, not covered, or a limit is reached. UNAVAILABLE: a peer, a file or an optional dependency is missing
    or does not answer. PERMISSION: the caller is not allowed to make this call. INTERNAL: a bug.
    """

    UNKNOWN_TOOL = "unknown tool"
    ARGUMENTS = "arguments"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    PERMISSION = "permission"
    INTERNAL = "internal"


class ToolError(Exception):
    """A failed tool call: `boundary` is the kind of failure, the message states what is wrong and what to do."""

    def __init__(self, boundary: Boundary, message: str) -> None:
        super().__init__(message)
        self.boundary = boundary


@dataclass(frozen=True)
class Tool(Generic[Request, Value]):
    """A typed function with its declared effect; `also_changes` lists what it changes besides the network's state."""

    name: str
    effect: Effect
    description: str
    request: type[Request]
    value: type[Value]
    function: ToolFunction[Request, Value]
    raises: tuple[type[Exception], ...]
    timeout_s: float
    data_card: DataCard | None = None
    also_changes: tuple[str, ...] = ()

    def schema(self) -> dict[str, Any]:
        """Return name, effect, description and the JSON schemas of request and value."""
        return {
            "name": self.name,
            "effect": self.effect.value,
            "description": self.description,
            "timeout_s": self.timeout_s,
            "also_changes": list(self.also_changes),
            "input": self.request.model_json_schema(),
            "output": self.value.model_json_schema(),
        }

    def parse(self, arguments: dict[str, Any]) -> Request:
        """Validate raw arguments; raises ToolError("arguments") with field, value and allowed range of each problem."""
        try:
            return self.request.model_validate(arguments)
        except ValidationError as error:
            raise ToolError(Boundary.ARGUMENTS, f"{self.name}: {validation_text(error, 'arguments')}") from None

    def call(self, context: object, arguments: dict[str, Any]) -> Evidence[Value]:
        """Validate the arguments, run the tool in its own thread under the timeout, and return the evidence; raises ToolError."""
        request = self.parse(arguments)
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"tool-{self.name}")
        try:
            return pool.submit(self._execute, context, request).result(timeout=self.timeout_s)
        except FutureTimeoutError:
            raise ToolError(Boundary.TIMEOUT, f"{self.name} took longer than {self.timeout_s:g} s") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def run(self, context: object, arguments: dict[str, Any]) -> Evidence[Value]:
        """Validate and run in this thread without a timeout, for frequent calls to backends with their own; raises ToolError."""
        return self._execute(context, self.parse(arguments))

    def _execute(self, context: object, request: Request) -> Evidence[Value]:
        try:
            return self.function(context, request)
        except ToolError:
            raise
        except self.raises as error:
            raise ToolError(Boundary.REFUSED, f"{self.name}: {error}") from error
        except Exception as error:
            raise ToolError(Boundary.INTERNAL, f"{self.name}: {type(error).__name__}: {error}") from error


def tool(
    *,
    effect: Effect,
    raises: tuple[type[Exception], ...] = (),
    timeout_s: float = 30.0,
    data_card: DataCard | None = None,
    also_changes: tuple[str, ...] = (),
) -> Callable[[ToolFunction[Request, Value]], Tool[Request, Value]]:
    """Turn a function `(context, request: R) -> Evidence[V]` into a tool named after it, described by its docstring."""

    def decorate(function: ToolFunction[Request, Value]) -> Tool[Request, Value]:
        hints = get_type_hints(function)
        value = hints["return"].__pydantic_generic_metadata__["args"][0]
        return Tool(
            name=function.__name__,
            effect=effect,
            description=(function.__doc__ or "").strip(),
            request=hints["request"],
            value=value,
            function=function,
            raises=raises,
            timeout_s=timeout_s,
            data_card=data_card,
            also_changes=also_changes,
        )

    return decorate
