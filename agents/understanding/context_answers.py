"""What an operator answers to a question about a condition."""

from __future__ import annotations

from typing import Final

ON_CONDITION: Final = "The condition “"
"""Begins every question about a condition: its answer is the condition anew, or one of the following."""
REGARDLESS: Final = "do it now, whatever the condition says"
ONCE: Final = "do it if it holds now, and keep it whatever comes"
