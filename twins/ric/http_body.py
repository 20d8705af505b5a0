"""Request bodies: read with a size limit and parsed as strict JSON; errors are one line.

Strict: no NaN or Infinity (RFC 8259), no lone surrogates (they cannot be encoded), no nesting that exhausts the stack.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import Depends, Request

from twins.ric.problem import ProblemError

MAX_BODY_BYTES = 1 << 20


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is not JSON (RFC 8259)")


async def _read(request: Request) -> bytes:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise ProblemError(413, f"body is larger than {MAX_BODY_BYTES} bytes; send fewer objects per request")
        chunks.append(chunk)
    return b"".join(chunks)


def parse_json(raw: bytes) -> Any:
    """Parse strict JSON; raises ProblemError(400)."""
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise ProblemError(400, f"body is not valid JSON: {error}") from None
    return value


async def _json_body(request: Request) -> Any:
    return parse_json(await _read(request))


async def _json_object(request: Request) -> dict[str, Any]:
    value = parse_json(await _read(request))
    if not isinstance(value, dict):
        raise ProblemError(400, f"body must be a JSON object, not {type(value).__name__}")
    return value


JsonBody = Annotated[Any, Depends(_json_body)]
JsonObject = Annotated[dict[str, Any], Depends(_json_object)]

OBJECT_IN_OPENAPI = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}
