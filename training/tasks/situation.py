"""Situations: the device and the channel of a task, drawn from declared ranges within one split's regions."""

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
    """Who sends, where: kinds as in `situations.toml`, states as the planner is given them, the region of the channel."""

    device_kind: str
    surrounding: str
    device: DeviceState
    channel: ChannelConfiguration
    region: str


def draw_situation(split: Split, seed: int, index: int) -> Situation:
    """Draw the situation number `index` of `split`: the same for the same arguments, its channel in a region of that split."""
    chance = random.Random(f"situation/{seed}/{split}/{index}")
    while True:
        service = chance.choice(services())  # so that no service waits for a situation that fits it
        kind, place = chance.choice(service.devices), chance.choice(service.surroundings)
        channel = _channel(chance, place)
        region = region_of(channel)
        if split_of(region, seed) == split:
            return Situation(kind, place, _device(chance, kind), channel, region)


def _channel(chance: random.Random, place: str) -> ChannelConfiguration:
    data = read_data("situations.toml")
    ranges, general = data["surrounding"][place], data["channel"]
    low, high = (log(value) for value in ranges["delay_spread_ns"])
    return ChannelConfiguration(
        profile=chance.choice(ranges["profiles"]),
        delay_spread_ns=significant(exp(chance.uniform(low, high))),
        speed_mps=round(chance.uniform(*ranges["speed_mps"]), 1),
        carrier_ghz=general["carrier_ghz"],
        snr_db=round(chance.uniform(*general["snr_db"]), 1),
    )


def _device(chance: random.Random, kind: str) -> DeviceState:
    data = read_data("situations.toml")
    own, site = data["device"][kind], data["base_station"]
    receivers = chance.choice(site["receivers"])
    drawn: dict[str, Any] = {name: chance.choice(own[name]) for name in ("tx_antennas", "max_power_dbm", "max_modulation")}
    drawn |= {name: chance.choice(site[name]) for name in ("rx_antennas", "free_prbs", "compute_gops")}
    return DeviceState(
        **drawn, receivers=tuple(receivers), transmitters=("pusch", "deeptx") if "deeptx" in receivers else ("pusch",)
    )
