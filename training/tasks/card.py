"""The data card of a task set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from policies.data_card import (
    Bound,
    CardProvenance,
    Configuration,
    DataCard,
    Environment,
    Evaluation,
    OperatorPolicy,
    ProtocolLayer,
    Task,
)
from training.tasks.services import LOST_BITS, RADIO_SHARE, services
from training.tasks.space import ConfigurationSpace
from training.tasks.task import Task as UpperLayerTask


def task_set_card(
    tasks: Sequence[UpperLayerTask], space: ConfigurationSpace, evaluator: str, version: str, seed: int
) -> DataCard:
    """Return the card of `tasks`, searched in `space` with `evaluator` (its name and basis) and generated from `seed`."""
    counts = {
        name: dict(sorted(Counter(getattr(task, name) for task in tasks).items())) for name in ("split", "difficulty", "style")
    }
    return DataCard(
        name="upper-layer-tasks",
        task=Task(
            prediction_target="an orchestration (twins.link.orchestration) for an upper-layer task in words",
            action_space=f"{len(space.configurations)} configurations searched by the oracle; a planner may write others",
            loss_function="reward of seed 000, equation (2) (policies.qos_reward)",
            latency_budget="none: planning is offline",
            safety_constraints="orchestrations beyond the device state are refused",
        ),
        configuration=Configuration(
            carrier_frequency=_range([task.channel.carrier_ghz for task in tasks], "GHz"),
            bandwidth=f"{min(space.prbs)} to {max(space.prbs)} PRBs",
            numerology=f"{', '.join(map(str, space.subcarriers_khz))} kHz",
            antenna_geometry="1 or 2 transmit ports; 2 or 4 receive antennas, uncorrelated (TDL)",
            beam_codebook="that of TS 38.211 clause 6.3.1.5, a precoder at full power",
            pilot_design=f"DMRS type 1, {', '.join(map(str, space.dmrs_symbols))} symbols",
            scheduler="none: the PRBs are granted in every slot",
        ),
        provenance=CardProvenance(
            source=f"generated; evaluated by {evaluator}",
            version=version,
            channel_model="TR 38.901 clause 7.7 TDL",
            geometry="none: profiles with a mean SNR",
            mobility_model="constant speed within a slot's profile",
            traffic_model=f"{len(services())} services; requirements by 5QI (TS 23.501 table 5.7.4-1): {RADIO_SHARE:g} of the"
            f" packet delay budget, a share of {LOST_BITS:g} wrong bits in a lost block",
            impairments="those of the evaluator",
            seeds=str(seed),
        ),
        environment=Environment(
            setting="homes, offices, factories, streets, trains, motorways, villages, stadiums",
            topology="one link",
            blockage="none beyond the profiles",
            deployment_density="none",
            ue_distribution="channel parameters drawn uniformly in declared ranges (situations.toml)",
            mobility=_range([task.channel.speed_mps for task in tasks], "m/s"),
        ),
        protocol_layer=ProtocolLayer(layer="physical, as seen by the service layer", timescale="one configuration for a session"),
        policy=OperatorPolicy(
            objectives="satisfy the requirement with as little waste of delay, throughput and reliability as possible",
            constraints="device state: antennas, power, modulation, receivers, free PRBs, compute",
        ),
        evaluation=Evaluation(
            baselines="oracle of the space with every task; reference policies by `twinpilot tasks check`",
            distribution_shifts=f"validation and test use other wordings and channel regions; tasks by split: {counts['split']}",
            failure_criteria="requirement violated, orchestration refused or not readable",
            uncertainty_calibration="none: the evaluator's own intervals apply",
            robustness_tests=f"tasks by difficulty: {counts['difficulty']}; by how much is stated: {counts['style']}",
        ),
        validity={
            "snr_db": Bound.over([task.channel.snr_db or 0.0 for task in tasks], "dB"),
            "speed_mps": Bound.over([task.channel.speed_mps for task in tasks], "m/s"),
            "delay_spread_ns": Bound.over([task.channel.delay_spread_ns for task in tasks], "ns"),
            "profile": Bound(choices=tuple(sorted({task.channel.profile for task in tasks}))),
            "service": Bound(choices=tuple(sorted({task.service for task in tasks}))),
        },
    )


def _range(values: Sequence[float], unit: str) -> str:
    low, high = min(values), max(values)
    return f"{low:g} {unit}" if low == high else f"{low:g} to {high:g} {unit}"
