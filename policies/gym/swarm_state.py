"""The positions of a swarm's UAVs."""

from __future__ import annotations

from pydantic import Field

from policies.gym.place import Position
from policies.word import Word


class SwarmState(Word):
    """Position by UAV."""

    positions: dict[str, Position] = Field(min_length=1, max_length=64)
