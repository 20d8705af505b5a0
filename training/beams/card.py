"""The beam predictor's data card: its training ranges, and therefore its validity."""

from __future__ import annotations

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
from tools.beams.network import MAX_TOP, STRIDE
from tools.beams.predictor import BANDS_GHZ
from training.beams.beam_training import Plan
from training.beams.experience import GROUP, Ranges


def card_of(plan: Plan) -> DataCard:
    """Return the card of a predictor trained by `plan`."""
    ranges, array = plan.ranges, plan.ranges.array
    return DataCard(
        name="beam predictor",
        task=Task(
            prediction_target="the codebook's strongest beam at the next burst, as a distribution over all beams",
            action_space=f"which beam to serve; which beams (0 to {MAX_TOP}) to measure beside the rotating 1/{STRIDE}",
            loss_function="cross-entropy against the genie's beam at the next burst",
            latency_budget="a quarter of a burst period",
            safety_constraints="recommended only after trial in the beam twin against the sweep; the sweep stays as fallback",
        ),
        configuration=Configuration(
            carrier_frequency=", ".join(f"{name} ({low}..{high} GHz)" for name, (low, high) in BANDS_GHZ.items())
            + f"; trained at {', '.join(f'{carrier:g}' for carrier in sorted(set(ranges.carriers_ghz)))} GHz",
            bandwidth="40 MHz (106 PRB, FR1), 100 MHz (66 PRB, FR2); RSRP over 20 PRB",
            numerology="30 kHz in FR1, 120 kHz in FR2",
            antenna_geometry=f"{array.columns} columns of {array.rows} elements (TR 38.901 table 7.3-1)",
            beam_codebook=f"{array.codebook}, downtilt {array.downtilt_deg:g} degrees (TS 38.214 clause 5.2.2.2.1)",
            pilot_design=f"SSB or CSI-RS every {ranges.burst_period_ms} ms; L1-RSRP in 1 dB steps",
            scheduler="none",
        ),
        provenance=_provenance(plan),
        environment=Environment(
            setting="outdoor urban",
            topology="one sector of 120 degrees",
            blockage=f"0 to {ranges.blockers} vans and lorries within 40 m (TR 38.901 clause 7.6.4.2; 6.0 m x 3.2 m)",
            deployment_density="one cell, no interference",
            ue_distribution=f"uniform over the sector, {ranges.nearest_m:g} m to {ranges.farthest_m[1]:g} m",
            mobility=f"0 to {ranges.fastest_mps:g} m/s, heading rate up to {ranges.turn_deg_s:g} degrees/s",
        ),
        protocol_layer=ProtocolLayer(layer="PHY and MAC, beam management (P2)", timescale=f"{ranges.burst_period_ms} ms"),
        policy=OperatorPolicy(objectives="RSRP of the serving beam for less measurement", constraints="no positions of users"),
        evaluation=Evaluation(
            baselines="exhaustive sweep, staggered sweep and neighbour tracking at equal overhead: `twinpilot bench beams`",
            distribution_shifts="speeds up to 60 m/s are in the benchmark; other codebooks and bands are not covered",
            failure_criteria="95th percentile of RSRP loss more than 1 dB above the best classical selector",
            uncertainty_calibration="expected calibration error of the likeliest beam's probability, in each comparison",
            robustness_tests="nearby mobility: slower, faster, winding, more blockers (`compare_beam_selectors`)",
        ),
        validity=validity_of(ranges),
    )  # fmt: skip


def _provenance(plan: Plan) -> CardProvenance:
    return CardProvenance(
        source="TwinPilot, twins/beams; clusters of Sionna's UMi and UMa",
        version="1",
        channel_model="TR 38.901 UMi and UMa: path loss, LOS and shadowing fields, clusters as scatterers on the ground",
        geometry="a new environment for each trajectory: no site is learnt by heart",
        mobility_model="constant speed, Gauss-Markov heading rate",
        traffic_model="none",
        impairments="thermal noise, L1-RSRP error of 1 dB, one burst from measurement to service; no interference",
        seeds=f"training {plan.seed} ({plan.groups * GROUP} trajectories and their mirror images); evaluation below 100000",
    )


def validity_of(ranges: Ranges) -> dict[str, Bound]:
    """Return the predictor's validity, under the keys of `tools.beams.predictor.card_conditions`."""
    return {
        "band": Bound(choices=tuple(BANDS_GHZ)),
        "codebook": Bound(choices=(ranges.array.codebook,)),
        "propagation": Bound(choices=ranges.propagation),
        "burst_period_ms": Bound(choices=(ranges.burst_period_ms,)),
        "slowest_mps": Bound(low=0.0, high=ranges.fastest_mps, unit="m/s"),
        "fastest_mps": Bound(low=0.0, high=ranges.fastest_mps, unit="m/s"),
        "turn_deg_s": Bound(low=0.0, high=ranges.turn_deg_s, unit="degrees/s"),
        "blockers": Bound(low=0, high=ranges.blockers),
        "nearest_m": Bound(low=ranges.nearest_m, high=ranges.farthest_m[1], unit="m"),
        "farthest_m": Bound(low=ranges.nearest_m, high=ranges.farthest_m[1], unit="m"),
    }
