"""Situations: device and channel of a task, drawn from declared ranges within the regions of a split."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import exp, log
from typing import Any

from training.tasks.rounding import significant
from training.tasks.services import read_data, services
from training.tasks.splits import Split, region_of, split_of
from twins.link.configuration import ChannelConfiguration
from twins.link.device import DeviceState


@dataclass(frozen=True)
class Situation:
    """Kinds of device and surroundings (`situations.toml`), the device and channel shown to a planner, the channel's region."""

    device_kind: str
    surrounding: str
    device: DeviceState
    channel: ChannelConfiguration
    region: str


def draw_situation(split: Split, seed: int, index: int) -> Situation:
    """Draw situation number `index` of `split`, reproducibly, with a channel in a region of that split."""
    rng = random.Random(f"situation/{seed}/{split}/{index}")
    while True:
        service = rng.choice(services())  # drawn first, so that every service gets suitable situations
        kind, surrounding = rng.choice(service.devices), rng.choice(service.surroundings)
        channel = _channel(rng, surrounding)
        region = region_of(channel)
        if split_of(region, seed) == split:
            return Situation(kind, surrounding, _device(rng, kind), channel, region)


def _channel(rng: random.Random, surrounding: str) -> ChannelConfiguration:
    data = read_data("situations.toml")
    ranges, general = data["surrounding"][surrounding], data["channel"]
    low, high = (log(value) for value in ranges["delay_spread_ns"])
    return ChannelConfiguration(
        profile=rng.choice(ranges["profiles"]),
        delay_spread_ns=significant(exp(rng.uniform(low, high))),
        speed_mps=round(rng.uniform(*ranges["speed_mps"]), 1),
        carrier_ghz=general["carrier_ghz"],
        snr_db=round(rng.uniform(*general["snr_db"]), 1),
    )


def _device(rng: random.Random, kind: str) -> DeviceState:
    data = read_data("situations.toml")
    device, base_station = data["device"][kind], data["base_station"]
    receivers = rng.choice(base_station["receivers"])
    fields: dict[str, Any] = {name: rng.choice(device[name]) for name in ("tx_antennas", "max_power_dbm", "max_modulation")}
    fields |= {name: rng.choice(base_station[name]) for name in ("rx_antennas", "free_prbs", "compute_gops")}
    return DeviceState(
        **fields, receivers=tuple(receivers), transmitters=("pusch", "deeptx") if "deeptx" in receivers else ("pusch",)
    )
