"""The data card of a set of gym tasks."""

from __future__ import annotations

from collections import Counter

from policies.data_card import (
    Bound,
    CardProvenance,
    DataCard,
    Evaluation,
    OperatorPolicy,
    ProtocolLayer,
    Task,
)
from policies.gym.split import SEEDS, Purpose
from training.gym.card_parts import LTE, SURROUNDINGS
from training.gym.tasks.gym_task import Domain, GymTask, Tier


def task_card(tasks: list[GymTask], purpose: Purpose, probe: float | None, left_out: int = 0) -> DataCard:
    """Return the card of `tasks`; `probe` is the accuracy of a TF-IDF classifier that separates them from the other set's texts.

    `left_out` is the number of drawn tasks that were discarded because every baseline solves them.
    """
    tiers = Counter(task.tier.value for task in tasks)
    seeds = SEEDS[purpose]
    return DataCard(
        name=f"6GAgentBench tasks ({purpose.value})",
        task=Task(
            prediction_target="none: an agent acts, and the final state is judged",
            action_space="the 42 tools of catalogue 6gagentgym",
            loss_function="success: goal, invariants, nothing off target, verified by the agent",
            latency_budget="12, 20 or 36 calls (L1, L2, L3) of 5 s of mission time",
            safety_constraints="no collision, no breach of the geofence, floors of the other users' traffic",
        ),
        configuration=LTE,
        provenance=CardProvenance(
            source="TwinPilot training/gym/tasks: generated, solved by a search on the Experiment Model",
            version="1",
            channel_model="as the Experiment Model's",
            geometry="scenario families slicing, swarm, emergency",
            mobility_model="UAVs on straight ways",
            traffic_model="video of UAVs and background of three slices",
            impairments="surge, interference, cell power loss, backhaul delay, edge overload, user influx",
            seeds=f"topology {seeds.start} to {seeds.stop - 1}; {len(tasks)} tasks: {dict(sorted(tiers.items()))}",
        ),
        environment=SURROUNDINGS,
        protocol_layer=ProtocolLayer(layer="network management over LTE", timescale="5 s a call"),
        policy=OperatorPolicy(objectives="what the operator's text asks", constraints="everything else stays as it is"),
        evaluation=Evaluation(
            baselines="threshold-rule, mape-k, drl-slicing, expert, and five bad agents: `twinpilot gym bench`"
            + (f"; {left_out} tasks that the first three all solve were left out as they were drawn" if left_out else ""),
            distribution_shifts="topologies of training and benchmark are disjoint; words are of one grammar",
            failure_criteria="the expert solves less than 95 %, or a bad agent more than a few",
            uncertainty_calibration="bounds lie beyond 0.35 of the model's 90 % interval, and a factor of 1.1, on either side",
            robustness_tests="ROUGE-L below 0.8 between any two texts"
            + ("" if probe is None else f"; a TF-IDF probe tells the sets apart with accuracy {probe:.3f}"),
        ),
        validity={
            "domain": Bound(choices=tuple(domain.value for domain in Domain)),
            "tier": Bound(choices=tuple(tier.value for tier in Tier)),
            "seed": Bound(low=seeds.start, high=seeds.stop - 1),
        },
    )
