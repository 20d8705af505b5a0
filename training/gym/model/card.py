"""The Experiment Model's data card."""

from __future__ import annotations

from policies.data_card import Bound, CardProvenance, DataCard, Evaluation, OperatorPolicy, ProtocolLayer, Task
from training.gym.card_parts import topologies
from training.gym.model.fitting import Plan
from training.gym.traces.card import trace_card


def model_card(plan: Plan, seeds: list[int], rows: int, samples: int) -> DataCard:
    """Return the card of a model fitted by `plan` to `rows` trace windows of the topologies `seeds`."""
    traces = trace_card("", seeds, rows)
    return DataCard(
        name="Experiment Model",
        task=Task(
            prediction_target="each flow's latency, jitter, loss and delivered share in a window of 1 s, with 90 % intervals",
            action_space=traces.task.action_space,
            loss_function="Gaussian negative log-likelihood and squared error of transformed targets",
            latency_budget="about 1 ms a window on one core",
            safety_constraints="a training and search environment: what it promises is replayed on ns-3 before it counts",
        ),
        configuration=traces.configuration,
        provenance=CardProvenance(
            **{
                **traces.provenance.model_dump(),
                "source": f"{plan.members} networks of two layers of 64 on {samples} flow windows of ns-3; TwinPilot's theory",
                "version": "1",
                "seeds": f"{topologies(seeds)}, {', '.join(map(str, plan.held_out))} to stop and calibrate by; seed {plan.seed}",
            }
        ),
        environment=traces.environment,
        protocol_layer=ProtocolLayer(layer="application, over LTE", timescale="windows of 1 s"),
        policy=OperatorPolicy(objectives="cheap, faithful state transitions", constraints="LTE: says nothing of NR"),
        evaluation=Evaluation(
            baselines="persistence and linear regression: `twinpilot bench gym`",
            distribution_shifts="topology seeds 51 to 80 were never seen",
            failure_criteria="R² below that of persistence in a dimension, or intervals that hold less than 85 %",
            uncertainty_calibration="one factor per target, set on the held-out training seeds",
            robustness_tests="replay of benchmark episodes on ns-3: `twinpilot gym replay`",
        ),
        validity={**traces.validity, "users": Bound(low=1, high=10), "cells": Bound(low=1, high=3)},
    )
