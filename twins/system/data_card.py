"""The system twin's data card, and the configuration of a network in the card's keys."""

from __future__ import annotations

from functools import cache

from pydantic import JsonValue

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
from twins.network import NetworkCard

VERSION = "1.0"


@cache
def system_twin_card() -> DataCard:
    """Return the card: what the twin models, from which sources, and where it may be trusted."""
    return DataCard(
        name="TwinPilot system twin",
        task=Task(
            prediction_target="downlink KPIs of TS 28.552 per cell, slice and window under a configuration",
            action_space=(
                "slice ratios, scheduler weights and type, admission, power, A3 parameters, cell individual offset, sleep, A1"
            ),
            loss_function="none: a simulation, not a fit",
            latency_budget="about 30 to 50 ms of wall time per simulated second at 21 cells and 210 terminals",
            safety_constraints="for ranking candidates before a guarded change; never the only ground of a change",
        ),
        configuration=Configuration(
            carrier_frequency="0.5..7.125 GHz (FR1)",
            bandwidth="11..273 PRB at 30 kHz",
            numerology="30 kHz, TTI of 1 or 2 slots, 11 data symbols a slot",
            antenna_geometry=(
                "3-sector, one vertical column of elements with downtilt (TR 38.901 table 7.3-1); one terminal antenna"
            ),
            beam_codebook="none: fixed sector beam, one layer",
            pilot_design="overhead only; channel knowledge is a CQI one reporting period old",
            scheduler="proportional fair, weighted, round robin over subbands, RRM policy ratios per slice",
        ),
        provenance=CardProvenance(
            source="TwinPilot, twins/system; BLER tables and EESM of Sionna's PHYAbstraction",
            version=VERSION,
            channel_model="TR 38.901 UMa / UMi path loss, LOS, shadowing maps; TDL-C power traces with Jakes Doppler",
            geometry="given sites, flat ground",
            mobility_model="static, random waypoint, crowd that attends an event",
            traffic_model="full buffer, FTP model 3, periodic, on-off bursts",
            impairments="CQI delay, measurement error, HARQ errors, handover interruption; no uplink errors, no core network",
            seeds="any; counter-based draws, common random numbers by seed",
        ),
        environment=Environment(
            setting="outdoor urban",
            topology="1 to 61 cells",
            blockage="none beyond shadowing",
            deployment_density="inter-site distance 150 to 1000 m",
            ue_distribution="uniform, area or given points",
            mobility="0 to 30 km/h without loss of meaning: CQI of 10 ms",
        ),
        protocol_layer=ProtocolLayer(layer="PHY abstraction to PDCP, downlink", timescale="1 ms TTI, KPI windows from 0.1 s"),
        policy=OperatorPolicy(
            objectives="throughput, delay, loss, energy", constraints="limits catalogue (policies/limits) at every apply"
        ),
        evaluation=Evaluation(
            baselines="Sionna's slot-level multi-cell chain (fidelity figures of `twinpilot bench network`)",
            distribution_shifts="other scenarios than UMa and UMi, MIMO layers, FR2: not covered",
            failure_criteria="cell throughput more than 10 % off the slot-level chain",
            uncertainty_calibration="several seeds; twin gap measured against the managed network",
            robustness_tests="conformance suite, behavioural tests in tests/twins",
        ),
        validity={
            "carrier_ghz": Bound(low=0.5, high=7.125, unit="GHz"),
            "subcarrier_spacing_khz": Bound(choices=(30,)),
            "prbs": Bound(low=11, high=273, unit="PRB"),
            "cells": Bound(low=1, high=61),
            "cell_height_m": Bound(low=6, high=60, unit="m"),
            "min_site_distance_m": Bound(low=50, high=5000, unit="m"),
        },
    )


def configuration_of_card(card: NetworkCard) -> dict[str, JsonValue]:
    """Return a network's configuration in the keys of the card's validity."""
    sites = {(cell.x, cell.y) for cell in card.cells}
    distances = [((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5 for ax, ay in sites for bx, by in sites if (ax, ay) != (bx, by)]
    return {
        "carrier_ghz": max(cell.carrier_ghz for cell in card.cells),
        "subcarrier_spacing_khz": max(cell.subcarrier_spacing_khz for cell in card.cells),
        "prbs": max(cell.prbs for cell in card.cells),
        "cells": len(card.cells),
        "cell_height_m": min(cell.height for cell in card.cells),
        "min_site_distance_m": min(distances, default=500.0),
    }
