"""The mission as data, read from the operator's text."""

from __future__ import annotations

from functools import lru_cache

from pydantic import ValidationError

from policies.gym.mission import MissionSpec

MARK = "Mission: "


@lru_cache(maxsize=64)
def mission_of(text: str) -> MissionSpec | None:
    """Return the mission in the line that begins with "Mission: "; None if there is no such line or it is invalid."""
    for line in text.splitlines():
        if line.startswith(MARK):
            try:
                return MissionSpec.model_validate_json(line[len(MARK) :])
            except ValidationError:
                return None
    return None
