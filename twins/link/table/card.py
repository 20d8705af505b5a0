"""The data card of a link table: how it was simulated, and its range of validity."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

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
from twins.link.table.curve_grid import BLOCK_BITS, DECODERS, RATES
from twins.link.table.families import CARRIER_GHZ, ORDERS, SNR_DB, SUBCARRIER_KHZ, Family


def table_card(families: Sequence[Family], seed: int) -> DataCard:
    """Return the card of a table of `families`."""
    antennas = ", ".join(family.name for family in families)
    slots = [count for family in families for count in family.slots]
    return DataCard(
        name="link-table",
        task=Task(
            prediction_target="residual block error rate, bit error rate, transmissions and processing delay of a PUSCH link",
            action_space="LinkConfiguration on ChannelConfiguration, inside the grid",
            loss_function="none: tabulated simulations, decoder curves fitted by maximum likelihood",
            latency_budget="tens of microseconds a link, in batches",
            safety_constraints="outside the grid it does not answer (NotCovered)",
        ),
        configuration=Configuration(
            carrier_frequency=f"{CARRIER_GHZ:g} GHz; others by equal Doppler shift times symbol duration",
            bandwidth=_range([prbs for family in families for prbs in family.prbs], "PRBs"),
            numerology=f"{SUBCARRIER_KHZ} kHz; others by equal delay spread times subcarrier spacing",
            antenna_geometry=f"uncorrelated (TDL); receiver_TXxRX_layers: {antennas}",
            beam_codebook="TPMI 0 of TS 38.211 clause 6.3.1.5 for two antenna ports",
            pilot_design="DMRS type 1, two CDM groups without data, "
            + _range([n for family in families for n in family.dmrs_symbols], "symbols"),
            scheduler="none: one allocation in one slot, mapping type A, 14 symbols",
        ),
        provenance=CardProvenance(
            source="twins.link: Sionna PUSCH and TDL channels, the installed receivers, LDPC curves over slot information",
            version=f"sionna {version('sionna-no-rt')}, torch {version('torch')}",
            channel_model="TR 38.901 clause 7.7.2 "
            + ", ".join(sorted({name for family in families for name in family.profiles})),
            geometry="none: profiles with a mean SNR",
            mobility_model="constant speed, isotropic Doppler spectrum; HARQ transmissions fade independently",
            traffic_model="one transport block a slot",
            impairments="channel estimation errors of each receiver; no frequency offset, phase noise or quantization",
            seeds=str(seed),
        ),
        environment=Environment(
            setting="link level",
            topology="one link",
            blockage="none",
            deployment_density="one link, no interference",
            ue_distribution="none",
            mobility=_range([speed for family in families for speed in family.speeds_mps], "m/s"),
        ),
        protocol_layer=ProtocolLayer(layer="PHY with HARQ", timescale="one transport block"),
        policy=OperatorPolicy(
            objectives="evaluate orchestrations fast enough to be the reward of reinforcement learning",
            constraints="a reward outside the grid needs the simulation",
        ),
        evaluation=Evaluation(
            baselines="fresh simulation with LDPC of held-out links: `twinpilot bench link`",
            distribution_shifts="other profiles (TDL-B, TDL-E, CDL) and antenna correlation are not covered",
            failure_criteria="median |ΔBLER| above 0.03 or 95th percentile above 0.10 against fresh simulation",
            uncertainty_calibration=f"{min(slots)} to {max(slots)} slots a place; intervals count sampling, not interpolation",
            robustness_tests="error rates below one over the slots are extrapolated by the fitted curves: read the interval; code"
            " blocks of a slot are taken to be equally good: with one DMRS symbol, losses above 8,448 bits are underrated"
            " above 5 m/s",
        ),
        validity={
            "receiver": Bound(choices=tuple(sorted({family.receiver_name for family in families}))),
            "profile": Bound(choices=tuple(sorted({name for family in families for name in family.profiles}))),
            "delay_spread_ns": Bound.over([value for family in families for value in family.delay_spreads_ns], "ns"),
            "speed_mps": Bound.over([value for family in families for value in family.speeds_mps], "m/s"),
            "prbs": Bound.over([value for family in families for value in family.prbs], "PRB"),
            "dmrs_symbols": Bound(choices=tuple(sorted({value for family in families for value in family.dmrs_symbols}))),
            "snr_db": Bound.over([value for axis in SNR_DB.values() for value in axis], "dB"),
            "modulation_order": Bound(choices=ORDERS),
            "ldpc": Bound(choices=tuple(f"{name} x {count}" for name, count in DECODERS)),
            "code_rate": Bound.over(list(RATES), ""),
            "code_block_bits": Bound.over(list(BLOCK_BITS), "bit"),
        },
    )


def _range(values: Sequence[float], unit: str) -> str:
    return f"{min(values):g} to {max(values):g} {unit}"
