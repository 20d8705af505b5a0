"""Requests: which service asks, what it needs, and how much of that it says."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import exp, log

from policies.qos import QosRequirement
from policies.qos_reward import BER_FLOOR
from training.tasks.rounding import significant
from training.tasks.services import Grade, Service, services
from training.tasks.situation import Situation
from training.tasks.task import STYLES, Quantity, Style

QUANTITIES: tuple[Quantity, ...] = ("delay", "throughput", "ber")
STYLE_WEIGHTS = (0.4, 0.3, 0.3)

# Stated requirements are drawn around the service's own, by these factors, log-uniformly.
DELAY_FACTORS = (0.3, 1.5)
THROUGHPUT_FACTORS = (0.4, 3.0)
BER_FACTORS = (0.1, 10.0)


@dataclass(frozen=True)
class Request:
    """A service's grade with its requirement, of which the `stated` quantities are said."""

    service: Service
    grade: Grade
    style: Style
    stated: tuple[Quantity, ...]
    requirement: QosRequirement


def draw_request(chance: random.Random, situation: Situation) -> Request:
    """Draw a request of a service that this kind of device has in these surroundings."""
    fitting = [one for one in services() if situation.device_kind in one.devices and situation.surrounding in one.surroundings]
    service = chance.choice(fitting)
    grade = chance.choice(service.grades)
    style = chance.choices(STYLES, STYLE_WEIGHTS)[0]
    stated = _stated(chance, style)
    return Request(service, grade, style, stated, _requirement(chance, service.requirement(grade), stated))


def _stated(chance: random.Random, style: Style) -> tuple[Quantity, ...]:
    if style == "partial":
        said = chance.sample(QUANTITIES, chance.choice((1, 2)))
        return tuple(quantity for quantity in QUANTITIES if quantity in said)
    return QUANTITIES if style == "explicit" else ()


def _requirement(chance: random.Random, usual: QosRequirement, stated: tuple[Quantity, ...]) -> QosRequirement:
    """Return the usual requirement with the stated quantities drawn around it, rounded to what a text can say."""
    delay, throughput, ber = (
        significant(exp(chance.uniform(*map(log, factors)))) for factors in (DELAY_FACTORS, THROUGHPUT_FACTORS, BER_FACTORS)
    )
    return QosRequirement(
        max_delay_ms=significant(usual.max_delay_ms * (delay if "delay" in stated else 1.0)),
        min_throughput_mbps=significant(usual.min_throughput_mbps * (throughput if "throughput" in stated else 1.0)),
        max_ber=max(significant(usual.max_ber * (ber if "ber" in stated else 1.0)), BER_FLOOR),
    )
