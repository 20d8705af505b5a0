"""Printing of lines and of JSON: `say` and `say_json` are what commands use instead of `print` and `typer.echo`."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

from policies.text.redaction import redacted
from twins.screen.output import drop_output


def say(*lines: object, err: bool = False) -> None:
    """Print each argument as one line, made safe; on standard error with `err`."""
    from twins.screen.console import SafeConsole

    console = SafeConsole(stderr=err)
    for line in lines:
        console.print(str(line))


def say_json(value: Any) -> None:
    """Print a value as one line of JSON on standard output: ASCII, every other character escaped, no number but finite ones.

    Raises TypeError if the value holds something that is neither JSON nor a pydantic model.
    """
    try:
        sys.stdout.write(f"{json_line(value)}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        drop_output(sys.stdout.fileno())


def json_line(value: Any) -> str:
    """Return a value as JSON in ASCII without secrets; numbers that JSON does not have (NaN, infinities) become null."""
    return redacted(json.dumps(_finite(value), allow_nan=False))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "model_dump"):
        return _finite(value.model_dump(mode="json"))
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
