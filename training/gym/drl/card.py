"""The slicing policy's data card: its training data, and so the configurations for which it is valid."""

from __future__ import annotations

from agents.baselines.slicing_actions import ACTIONS
from agents.baselines.slicing_features import FEATURES
from policies.artefact import read_artefact
from policies.data_card import Bound, CardProvenance, DataCard, Evaluation, OperatorPolicy, ProtocolLayer, Task
from training.gym.drl.pool import HELD_OUT, Pool, domain_counts
from training.gym.drl.ppo import Plan
from training.gym.environments.reward import DISCOUNT, SHAPING
from twins.learned.ensemble import MODEL_PATH


def card_of(plan: Plan, pool: Pool, held_out: float) -> DataCard:
    """Return the card of a policy trained by `plan` on `pool` that solves the share `held_out`, 0..1, of the held-out tasks."""
    model = read_artefact(MODEL_PATH)
    trained_on, tested_on = domain_counts(pool.training), domain_counts(pool.held_out)
    return DataCard(
        name="DRL-Slicing",
        task=Task(
            prediction_target=f"logits over {len(ACTIONS)} calls from {len(FEATURES)} features",
            action_space=", ".join(action.name for action in ACTIONS),
            loss_function=f"PPO; success 1, failed call -0.02, shaping {SHAPING:g} (Ng et al. 1999), discount {DISCOUNT:g}",
            latency_budget="1 ms a decision on one core",
            safety_constraints="a baseline of the benchmark: its calls pass the gate like any planner's",
        ),
        configuration=model.card.configuration,
        provenance=CardProvenance(
            **{
                **model.card.provenance.model_dump(),
                "source": f"Experiment Model {model.sha256[:12]}; L1 tasks that ask for an SLA alone: {trained_on}",
                "version": "1",
                "seeds": f"topology 1 to 50, {HELD_OUT.start} to {HELD_OUT.stop - 1} to measure by; seed {plan.seed}",
            }
        ),
        environment=model.card.environment,
        protocol_layer=ProtocolLayer(layer="application, slices and servers", timescale="one call each 5 s"),
        policy=OperatorPolicy(
            objectives="the mission's SLA with few calls", constraints="other users keep their floors, or the episode fails"
        ),
        evaluation=Evaluation(
            baselines=f"solves {held_out:.0%} of {len(pool.held_out)} such tasks of held-out topologies: {tested_on}",
            distribution_shifts="missions with errands are beyond its actions; longer tasks were never seen",
            failure_criteria="not above a random policy on held-out tasks",
            uncertainty_calibration="none: the likeliest action is taken",
            robustness_tests="learning curve and held-out success are logged while it is trained",
        ),
        validity={
            "users": Bound(low=1, high=10, unit="users"),
            "cells": Bound(low=3, high=3, unit="cells"),
            "tier": Bound(choices=("L1",)),
        },
    )
