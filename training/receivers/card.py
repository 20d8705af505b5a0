"""The common part of the data cards of trained receivers."""

from __future__ import annotations

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
from training.receivers.experience import Ranges
from training.receivers.plan import Plan


def trained_card(
    plan: Plan, steps: int, *, name: str, task: Task, pilot_design: str, policy: OperatorPolicy, evaluation: Evaluation
) -> DataCard:
    """Return the card of weights trained for `steps` of `plan`; its validity follows from the plan's ranges."""
    ranges = plan.ranges
    return DataCard(
        name=name,
        task=task,
        configuration=Configuration(
            carrier_frequency=f"{ranges.carrier_ghz:g} GHz in training; it counts by the Doppler shift",
            bandwidth=f"{min(ranges.prbs)} to {max(ranges.prbs)} PRBs",
            numerology=f"{ranges.subcarrier_khz} kHz",
            antenna_geometry=f"{', '.join(map(str, ranges.antennas))} uncorrelated receive antennas, one layer",
            beam_codebook="none: one antenna port",
            pilot_design=pilot_design,
            scheduler="none",
        ),
        provenance=CardProvenance(
            source="Sionna link-level simulation, drawn while training",
            version=f"sionna {version('sionna-no-rt')}",
            channel_model="TR 38.901 clause 7.7.2, " + ", ".join(ranges.profiles),
            geometry="none: tapped delay lines",
            mobility_model=f"uniform speed 0 to {ranges.speed_mps:g} m/s, Jakes spectrum",
            traffic_model="uniform coded bits, every slot full",
            impairments="thermal noise only",
            seeds=f"{plan.seed}; {steps} batches",
        ),
        environment=Environment(
            setting="not bound to a setting",
            topology="one link",
            blockage="none",
            deployment_density="one transmitter",
            ue_distribution="SNR uniform in dB, by modulation order",
            mobility=f"0 to {ranges.speed_mps:g} m/s at {ranges.carrier_ghz:g} GHz",
        ),
        protocol_layer=ProtocolLayer(layer="PHY", timescale="one slot"),
        policy=policy,
        evaluation=evaluation,
        validity=validity_of(ranges),
    )


def validity_of(ranges: Ranges) -> dict[str, Bound]:
    """Return the conditions (see `tools.receivers.conditions`) that `ranges` draws from."""
    levels = list(ranges.snr_db.values())
    doppler = ranges.speed_mps * ranges.carrier_ghz * 1e9 / 299_792_458.0
    return {
        "bits_per_symbol": Bound(choices=tuple(ranges.orders)),
        "layers": Bound(choices=(1,)),
        "rx_antennas": Bound(choices=tuple(ranges.antennas)),
        "prbs": Bound.over(ranges.prbs, "PRB"),
        "subcarrier_khz": Bound(choices=(ranges.subcarrier_khz,), unit="kHz"),
        "profile": Bound(choices=tuple(ranges.profiles)),
        "delay_spread_ns": Bound.over(ranges.delay_spreads_ns, "ns"),
        "doppler_hz": Bound(low=0.0, high=doppler, unit="Hz"),
        "snr_db": Bound.over((level for pair in levels for level in pair), "dB"),
    }
