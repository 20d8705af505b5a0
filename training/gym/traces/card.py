"""The data card of a data set of ns-3 traces."""

from __future__ import annotations

from policies.data_card import (
    Bound,
    CardProvenance,
    DataCard,
    Evaluation,
    OperatorPolicy,
    ProtocolLayer,
    Task,
)
from training.gym.card_parts import LTE, SURROUNDINGS, topologies
from twins.gym.scenario import Family


def trace_card(name: str, seeds: list[int], rows: int) -> DataCard:
    """Return the card of `rows` rows from the topologies `seeds`, which must not be empty."""
    return DataCard(
        name=name,
        task=Task(
            prediction_target="flows' latency, jitter, loss and throughput in the next window; from them the network state s",
            action_space="Configuration and radio tools of the gym, waypoints and handovers, degradation events",
            loss_function="none: measurements",
            latency_budget="none",
            safety_constraints="simulated only",
        ),
        configuration=LTE,
        provenance=CardProvenance(
            source="ns-3 LTE/EPC (module lte), packet level, FlowMonitor",
            version="3.44",
            channel_model="TR 38.901 UMa NLOS near the ground, TR 36.777 UMa-AV LOS above 22.5 m; no fading, no shadowing",
            geometry="three sites on a triangle of 400 to 600 m sides",
            mobility_model="UAVs on straight ways, terrestrial users to and fro over 100 m",
            traffic_model="UDP, constant or exponential gaps, 150 to 1200 bytes",
            impairments="interference between cells, one wideband interferer, queues of 100 kB",
            seeds=f"{topologies(seeds)}; {rows} rows",
        ),
        environment=SURROUNDINGS,
        protocol_layer=ProtocolLayer(layer="application, over LTE PDCP to PHY", timescale="windows of 1 s"),
        policy=OperatorPolicy(objectives="ground truth for the Experiment Model", constraints="LTE: says nothing of NR"),
        evaluation=Evaluation(
            baselines="none",
            distribution_shifts="scripted and random policies; topologies 51 and above are never trained on",
            failure_criteria="a worker that dies: the segment is recorded again",
            uncertainty_calibration="none: one realization of each window",
            robustness_tests="same seed, same hash: `make test-ns3`",
        ),
        validity={
            "simulator": Bound(choices=("ns-3 LTE/EPC",)),
            "family": Bound(choices=tuple(family.value for family in Family)),
            "downlink_rbs": Bound(choices=(50,)),
            "users": Bound(low=10, high=10),
            "cells": Bound(low=3, high=3),
        },
    )
