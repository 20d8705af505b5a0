"""Requests: the requesting service, its requirement, and which quantities of it are stated."""

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
    """A grade of a service with its requirement; `stated` quantities appear in the description."""

    service: Service
    grade: Grade
    style: Style
    stated: tuple[Quantity, ...]
    requirement: QosRequirement


def draw_request(rng: random.Random, situation: Situation) -> Request:
    """Draw a request of a service that the situation's kind of device uses in its surroundings."""
    candidates = [
        service
        for service in services()
        if situation.device_kind in service.devices and situation.surrounding in service.surroundings
    ]
    service = rng.choice(candidates)
    grade = rng.choice(service.grades)
    style = rng.choices(STYLES, STYLE_WEIGHTS)[0]
    stated = _stated(rng, style)
    return Request(service, grade, style, stated, _requirement(rng, service.requirement(grade), stated))


def _stated(rng: random.Random, style: Style) -> tuple[Quantity, ...]:
    if style == "partial":
        selected = rng.sample(QUANTITIES, rng.choice((1, 2)))
        return tuple(quantity for quantity in QUANTITIES if quantity in selected)
    return QUANTITIES if style == "explicit" else ()


def _requirement(rng: random.Random, default: QosRequirement, stated: tuple[Quantity, ...]) -> QosRequirement:
    """The default requirement with the stated quantities drawn around it, rounded as in the description."""
    delay, throughput, ber = (
        significant(exp(rng.uniform(*map(log, factors)))) for factors in (DELAY_FACTORS, THROUGHPUT_FACTORS, BER_FACTORS)
    )
    return QosRequirement(
        max_delay_ms=significant(default.max_delay_ms * (delay if "delay" in stated else 1.0)),
        min_throughput_mbps=significant(default.min_throughput_mbps * (throughput if "throughput" in stated else 1.0)),
        max_ber=max(significant(default.max_ber * (ber if "ber" in stated else 1.0)), BER_FLOOR),
    )
