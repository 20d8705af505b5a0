"""The load of the servers, with the data needed to predict the load and delay of another task."""

from __future__ import annotations

from pydantic import Field, model_validator

from policies.word import Word


class ServerLoad(Word):
    """A server; `tasks` are the mission's tasks already included in its load, including the service if it runs there."""

    capacity_gcps: float = Field(gt=0.0, description="Gcycle/s")
    load: float = Field(ge=0.0, le=1.0, description="share of the capacity in use")
    link_ms: float = Field(ge=0.0, description="one-way delay of its link, ms")
    tasks: tuple[str, ...] = ()


class EdgeLoad(Word):
    """All servers by name, and the one that runs the mission's service."""

    servers: dict[str, ServerLoad] = Field(min_length=1)
    service_host: str

    @model_validator(mode="after")
    def _known(self) -> EdgeLoad:
        if self.service_host not in self.servers:
            raise ValueError(f"service_host={self.service_host!r} is not one of the servers: {', '.join(self.servers)}")
        return self
