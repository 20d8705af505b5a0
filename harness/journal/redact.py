"""Keeps secrets out of the journal: values of fields that are named like secrets, and texts that look like credentials.

Non-finite numbers become text, since canonical JSON has none.
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
    """Return a JSON-ready copy of `value` without secrets; `secrets` are values that are blanked wherever they occur."""
    return _clean(value, tuple(secret for secret in secrets if len(secret) >= 4))


def _clean(value: Any, secrets: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {_text(str(key), secrets): BLANK if _is_secret_name(str(key)) and item else _clean(item, secrets)
                for key, item in value.items()}  # fmt: skip
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item, secrets) for item in value]
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return _text(str(value), secrets)


def _is_secret_name(name: str) -> bool:
    # The name of the environment variable that holds a key is not secret; the key is.
    return not name.endswith("_env") and bool(_NAMES.search(name) or _TOKEN_NAME.match(name))


def _text(text: str, secrets: tuple[str, ...]) -> str:
    text = text.encode("utf-8", "replace").decode()
    for secret in secrets:
        text = text.replace(secret, BLANK)
    for pattern in _TEXTS:
        text = pattern.sub(BLANK, text)
    return text
