"""How loaded the servers are, with what it takes to compute what another task would meet there."""

from __future__ import annotations

from pydantic import Field, model_validator

from policies.word import Word


class ServerLoad(Word):
    """One server; `tasks` are those of the mission that its load counts already, the service among them where it runs there."""

    capacity_gcps: float = Field(gt=0.0, description="Gcycle/s")
    load: float = Field(ge=0.0, le=1.0, description="share of the capacity in use")
    link_ms: float = Field(ge=0.0, description="delay of its link, ms one way")
    tasks: tuple[str, ...] = ()


class EdgeLoad(Word):
    """All servers by name, and which of them runs the mission's service."""

    servers: dict[str, ServerLoad] = Field(min_length=1)
    service_host: str

    @model_validator(mode="after")
    def _known(self) -> EdgeLoad:
        if self.service_host not in self.servers:
            raise ValueError(f"service_host={self.service_host!r} is none of the servers: {', '.join(self.servers)}")
        return self
