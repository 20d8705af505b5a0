"""Wireless data cards with all fields of seed 002, appendix B.

Every data set, simulator, model and table has a card. `covers(configuration)` decides whether the described item is valid for a
configuration; a configuration that the card does not specify is not covered, and the reasons are given.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import JsonValue

from policies.evidence import Coverage
from policies.word import Word


class Task(Word):
    """Prediction target, action space, loss, latency budget and safety constraints."""

    prediction_target: str
    action_space: str
    loss_function: str
    latency_budget: str
    safety_constraints: str


class Configuration(Word):
    """Carrier, bandwidth, numerology, antennas, codebook, pilots and scheduler."""

    carrier_frequency: str
    bandwidth: str
    numerology: str
    antenna_geometry: str
    beam_codebook: str
    pilot_design: str
    scheduler: str


class CardProvenance(Word):
    """Measurement source or simulator, version, channel model, geometry, mobility, traffic, impairments, seeds."""

    source: str
    version: str
    channel_model: str
    geometry: str
    mobility_model: str
    traffic_model: str
    impairments: str
    seeds: str


class Environment(Word):
    """Setting, topology, blockage, density, user distribution and mobility."""

    setting: str
    topology: str
    blockage: str
    deployment_density: str
    ue_distribution: str
    mobility: str


class ProtocolLayer(Word):
    """Protocol layer and timescale."""

    layer: str
    timescale: str


class OperatorPolicy(Word):
    """Objectives and regulatory or safety constraints."""

    objectives: str
    constraints: str


class Evaluation(Word):
    """Baselines, distribution shifts, failure criteria, calibration and robustness tests."""

    baselines: str
    distribution_shifts: str
    failure_criteria: str
    uncertainty_calibration: str
    robustness_tests: str


class Bound(Word):
    """The validity range of one configuration key: [low, high] in `unit`, or one of `choices`."""

    low: float | None = None
    high: float | None = None
    unit: str = ""
    choices: tuple[JsonValue, ...] | None = None

    @classmethod
    def over(cls, values: Iterable[float], unit: str = "") -> Bound:
        """Return the bound from the minimum to the maximum of `values`, which must not be empty."""
        ordered = sorted(values)
        return cls(low=ordered[0], high=ordered[-1], unit=unit)

    def objection(self, key: str, value: JsonValue) -> str | None:
        """Return why `value` is outside the bound, or None if it is inside."""
        if self.choices is not None:
            return None if value in self.choices else f"{key}={value!r} is not one of {list(self.choices)}"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"{key}={value!r} is not a number"
        too_low = self.low is not None and value < self.low
        too_high = self.high is not None and value > self.high
        if too_low or too_high or value != value:
            return f"{key}={value} {self.unit} is outside [{self.low}, {self.high}] {self.unit}".replace("  ", " ")
        return None


class DataCard(Word):
    """A data card; `validity` is the machine-readable part that `covers` evaluates."""

    name: str
    task: Task
    configuration: Configuration
    provenance: CardProvenance
    environment: Environment
    protocol_layer: ProtocolLayer
    policy: OperatorPolicy
    evaluation: Evaluation
    validity: dict[str, Bound]

    def covers(self, configuration: dict[str, JsonValue]) -> Coverage:
        """Check `configuration` (key → value in the unit of the bound) and return the coverage with all reasons against it."""
        reasons = [
            objection
            for key, bound in self.validity.items()
            if key in configuration and (objection := bound.objection(key, configuration[key]))
        ]
        reasons += [f"{key} is missing" for key in self.validity if key not in configuration]
        reasons += [f"the card does not specify {key}" for key in configuration if key not in self.validity]
        return Coverage(covered=not reasons, reasons=tuple(reasons))
