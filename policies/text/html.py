"""Foreign text in HTML: on one line, without control characters, escaped."""

from __future__ import annotations

from html import escape

from policies.text.foreign import safe


def html_text(value: object) -> str:
    """Return a value as HTML text on one line."""
    return escape(safe(str(value)))
