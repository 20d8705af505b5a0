"""What a model's server says about a request that it refused: its own reason, in one safe line.

OpenAI nests it (`{"error": {"message": …}}`), vLLM did not always, FastAPI calls it `detail`, proxies answer with text or HTML.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from policies.text.foreign import safe

_LONGEST: Final = 300
_TOO_LONG: Final = re.compile(r"context.{0,20}(length|window)|maximum.{0,40}tokens|max_model_len|too (long|many tokens)", re.I)


def reason_of(text: str) -> str:
    """Return the reason in the body of an answer, in at most 300 characters; empty if the body is empty."""
    return safe(" ".join(_reason(_parsed(text)).split()), _LONGEST)


def is_too_long(status: int, reason: str) -> bool:
    """Whether a request was refused because prompt and reply do not fit into the model's window."""
    return status in (400, 413, 422) and bool(_TOO_LONG.search(reason))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _reason(body: Any) -> str:
    if isinstance(body, str):
        return re.sub(r"<[^<>]*>", " ", body)
    for key in ("error", "message", "detail", "msg"):
        if isinstance(body, dict) and body.get(key):
            return _reason(body[key])
    if isinstance(body, list) and body:
        return _reason(body[0])
    return "" if body in (None, {}, []) else json.dumps(body)
