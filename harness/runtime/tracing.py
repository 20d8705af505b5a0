"""OpenTelemetry spans for run, step, tool call and model call. Without an endpoint nothing is imported or recorded.

Names and attributes follow the GenAI semantic conventions (invoke_agent, execute_tool, chat; gen_ai.*).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Protocol

from policies.text.redaction import redacted

Attributes = dict[str, str | int | float | bool]


class Tracer(Protocol):
    """Opens spans."""

    def span(self, name: str, attributes: Attributes) -> Any:
        """Return a context manager for the span; an exception inside marks the span as failed."""

    def close(self) -> None:
        """Export the spans that are still buffered."""


class NoTracer:
    """Records nothing."""

    def span(self, name: str, attributes: Attributes) -> Any:
        """Return a context manager that does nothing."""
        return nullcontext()

    def close(self) -> None:
        """Do nothing."""


class OtelTracer:
    """Spans through an OpenTelemetry tracer provider."""

    def __init__(self, provider: Any) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("twinpilot")

    @contextmanager
    def span(self, name: str, attributes: Attributes) -> Iterator[Any]:
        """Open a span; neither its attributes nor an exception's message bring a secret to the collector."""
        clean = {key: redacted(value) if isinstance(value, str) else value for key, value in attributes.items()}
        with self._tracer.start_as_current_span(
            redacted(name), attributes=clean, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except BaseException as error:
                _fail(span, error)
                raise

    def close(self) -> None:
        """Flush the spans and shut down the exporter."""
        self._provider.shutdown()


def _fail(span: Any, error: BaseException) -> None:
    """Mark a span as failed, as OpenTelemetry does, but without the secrets that the message may hold."""
    from opentelemetry.trace import Status, StatusCode

    text = redacted(f"{type(error).__name__}: {error}")
    span.add_event("exception", {"exception.type": type(error).__name__, "exception.message": text})
    span.set_status(Status(StatusCode.ERROR, text))


def make_tracer(endpoint: str) -> Tracer:
    """Return a tracer that exports to the OTLP/HTTP `endpoint`, or one that records nothing if it is empty."""
    if not endpoint:
        return NoTracer()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    url = endpoint if endpoint.rstrip("/").endswith("/v1/traces") else f"{endpoint.rstrip('/')}/v1/traces"
    provider = TracerProvider(resource=Resource.create({"service.name": "twinpilot"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))
    return OtelTracer(provider)


def run_attributes(run_id: str, planner: str) -> Attributes:
    """Return the attributes of a run's span."""
    return {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": planner, "gen_ai.conversation.id": run_id}


def tool_attributes(name: str, run_id: str) -> Attributes:
    """Return the attributes of a tool call's span."""
    return {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name, "gen_ai.tool.type": "function",
            "gen_ai.conversation.id": run_id}  # fmt: skip


def model_attributes(planner: str, run_id: str) -> Attributes:
    """Return the attributes of a planner decision's span."""
    return {"gen_ai.operation.name": "chat", "gen_ai.agent.name": planner, "gen_ai.conversation.id": run_id}
