"""The mission as data, read off what the operator handed over."""

from __future__ import annotations

from functools import lru_cache

from pydantic import ValidationError

from policies.gym.mission import MissionSpec

MARK = "Mission: "


@lru_cache(maxsize=64)
def mission_of(text: str) -> MissionSpec | None:
    """Return the mission of the line that begins with "Mission: ", or None where there is none that can be read."""
    for line in text.splitlines():
        if line.startswith(MARK):
            try:
                return MissionSpec.model_validate_json(line[len(MARK) :])
            except ValidationError:
                return None
    return None
