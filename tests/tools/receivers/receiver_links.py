"""Small links for the tests of receivers: slots over a channel, drawn from a seed."""

from __future__ import annotations

from typing import Any

from policies.data_card import Bound, DataCard
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.waveform.pusch import PuschKey, pusch_of
from twins.link.waveform.seeding import sionna_generators
from twins.link.waveform.slots import Slots, random_bits, send


def channel_of(**fields: Any) -> ChannelConfiguration:
    """TDL-C, 300 ns, 30 m/s, 10 dB, with `fields` replaced."""
    return ChannelConfiguration(**{"profile": "TDL-C", "delay_spread_ns": 300.0, "speed_mps": 30.0, "snr_db": 10.0, **fields})


def slots_of(configuration: LinkConfiguration, channel: ChannelConfiguration, count: int = 32, seed: int = 1) -> Slots:
    """Send `count` slots of random bits."""
    from sionna.phy import config

    with sionna_generators():
        config.seed = seed
        pusch = pusch_of(PuschKey.of(configuration))
        return send(pusch, configuration, channel, random_bits((count, pusch.coded_bits)))


def card_of(validity: dict[str, Bound]) -> DataCard:
    """A card with `validity`, and "test" for every text."""
    sections = {
        name: dict.fromkeys(field.annotation.model_fields, "test")
        for name, field in DataCard.model_fields.items()
        if name not in ("name", "validity")
    }
    return DataCard.model_validate({"name": "test", **sections, "validity": validity})


def nmse_db(estimated: Any, slots: Slots) -> float:
    """Normalized error of an estimated response, dB."""
    error = (estimated - slots.response).abs().square().sum() / slots.response.abs().square().sum()
    return float(10.0 * error.log10())


def bit_error_rate(llr: Any, slots: Slots) -> float:
    """Uncoded bit error rate."""
    return float(((llr > 0) != slots.coded.bool()).float().mean())
