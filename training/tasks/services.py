"""Services of upper layers, and the QoS that each needs, derived from TS 23.501.

1. Packet delay budget D and packet error rate P are those of the service's 5QI (TS 23.501 table 5.7.4-1).
2. Delay: `RADIO_SHARE` D. The budget is from UE to UPF; scheduling, queues and the core use the rest of it.
3. BER: a packet is lost when its block is lost. In acknowledged mode RLC retransmits once within the budget, so a block may be
   lost with probability sqrt(P), otherwise with P (P counts packets that the link layer did not deliver, TS 23.501 clause
   5.7.3.5). A share `LOST_BITS` of a lost block's bits is assumed wrong. The minimum is `BER_FLOOR`, below which the reward does
   not change.
4. Throughput: that of the service's grade, from the service's own description.

These requirements apply if a task does not state its own. `RADIO_SHARE` and `LOST_BITS` are conventions of this task set.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import Field

from policies.qos import QosRequirement
from policies.qos_reward import BER_FLOOR
from policies.word import Word
from training.tasks.rounding import significant

RADIO_SHARE = 0.25
LOST_BITS = 0.1


class FiveQi(Word):
    """A row of TS 23.501 table 5.7.4-1: packet delay budget in ms, packet error rate, example service."""

    delay_budget_ms: float = Field(gt=0.0)
    error_rate: float = Field(gt=0.0, lt=1.0)
    example: str


class Grade(Word):
    """A grade of a service: its content in words, and the required throughput in Mbit/s."""

    words: str
    throughput_mbps: float = Field(gt=0.0)


class Service(Word):
    """A service: its 5QI, whether RLC retransmits, its devices and surroundings, its grades, and its wordings by split."""

    name: str
    five_qi: int
    link_layer: Literal["am", "um"]
    devices: tuple[str, ...]
    surroundings: tuple[str, ...]
    grades: tuple[Grade, ...]
    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]

    def requirement(self, grade: Grade) -> QosRequirement:
        """Return the default requirement of `grade`."""
        row = five_qi(self.five_qi)
        lost_blocks = row.error_rate**0.5 if self.link_layer == "am" else row.error_rate
        return QosRequirement(
            max_delay_ms=significant(RADIO_SHARE * row.delay_budget_ms),
            min_throughput_mbps=grade.throughput_mbps,
            max_ber=max(significant(LOST_BITS * lost_blocks), BER_FLOOR),
        )


def five_qi(value: int) -> FiveQi:
    """Return the characteristics of a 5QI; raises KeyError if no service uses it."""
    return FiveQi.model_validate(read_data("five_qi.toml")[str(value)])


@lru_cache(maxsize=1)
def services() -> tuple[Service, ...]:
    """Return all services."""
    return tuple(Service.model_validate(row) for row in read_data("services.toml")["service"])


@lru_cache(maxsize=8)
def read_data(name: str) -> dict[str, Any]:
    """Return a TOML file of this package's data."""
    return tomllib.loads(files("training.tasks").joinpath("data", name).read_text(encoding="utf-8"))
