"""No secret reaches the journal: values under telling names, and texts that look like credentials, are blanked.

Non-finite numbers become text, since canonical JSON knows none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isfinite
from typing import Any

BLANK = "[redacted]"
_NAMES = re.compile(r"(api[_-]?key|apikey|authorization|password|passwd|secret|credential|cookie|private[_-]?key|bearer)", re.I)
_TOKEN_NAME = re.compile(r"^(access|refresh|auth|session|id)?[_-]?token$", re.I)
_TEXTS = (
    re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=\-]{8,}"),
    re.compile(r"\b(sk|pk|ghp|gho|glpat|xoxb|hf)[-_][A-Za-z0-9_\-]{16,}"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)"),
    re.compile(r"\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]*"),
    re.compile(r"(?i)\b(api[_-]?key|password|secret|token)\s*[=:]\s*[^\s,;&\"']+"),
)


def redact(value: Any, secrets: Iterable[str] = ()) -> Any:
    """Return a JSON-ready copy of `value` without secrets; `secrets` are known values that are blanked wherever they occur."""
    known = tuple(secret for secret in secrets if len(secret) >= 4)
    return _clean(value, known)


def _clean(value: Any, known: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {_text(str(key), known): BLANK if _is_secret_name(str(key)) and item else _clean(item, known)
                for key, item in value.items()}  # fmt: skip
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item, known) for item in value]
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return _text(str(value), known)


def _is_secret_name(name: str) -> bool:
    # The name of the environment variable that holds a key is no secret; the key is.
    return not name.endswith("_env") and bool(_NAMES.search(name) or _TOKEN_NAME.match(name))


def _text(text: str, known: tuple[str, ...]) -> str:
    text = text.encode("utf-8", "replace").decode()
    for secret in known:
        text = text.replace(secret, BLANK)
    for pattern in _TEXTS:
        text = pattern.sub(BLANK, text)
    return text
