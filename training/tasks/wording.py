"""The text of a task: service, requirement, device and channel, in the wordings of one split."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from policies.text.number_words import number_word
from training.tasks.request import Request
from training.tasks.services import Service, read_data
from training.tasks.situation import Situation
from training.tasks.splits import Split
from training.tasks.task import Quantity


@dataclass
class _Writer:
    """Draws wordings of one split and records which were used."""

    rng: random.Random
    split: Split
    used: list[str] = field(default_factory=list)

    def of(self, kind: str) -> str:
        return self._draw(kind, read_data("wording.toml")[kind][self.split])

    def scene(self, service: Service) -> str:
        return self._draw(service.name, list(getattr(service, self.split)))

    def _draw(self, kind: str, wordings: list[str]) -> str:
        index = self.rng.randrange(len(wordings))
        self.used.append(f"{kind}/{self.split}/{index}")
        return wordings[index]


def describe(rng: random.Random, split: Split, request: Request, situation: Situation) -> tuple[str, tuple[str, ...]]:
    """Return the description of a task and the names of the wordings used, all of `split`."""
    writer = _Writer(rng, split)
    scene = _sentence(writer.scene(request.service).format(grade=request.grade.words))
    rest = [_requirement(writer, request), _device(writer, situation), _channel(writer, situation)]
    rng.shuffle(rest)
    return " ".join([scene, *rest]), tuple(sorted(writer.used))


def _requirement(writer: _Writer, request: Request) -> str:
    if not request.stated:
        return writer.of("unstated")
    values = {quantity: _value(writer.rng, quantity, request) for quantity in request.stated}
    parts = [writer.of(quantity).format(**{quantity: value}) for quantity, value in values.items()]
    writer.rng.shuffle(parts)
    return _sentence(writer.of("requirement").format(list=", ".join(parts)))


def _value(rng: random.Random, quantity: Quantity, request: Request) -> str:
    required = request.requirement
    if quantity == "delay":
        return f"{required.max_delay_ms:g} {rng.choice(('ms', 'milliseconds'))}"
    if quantity == "throughput":
        unit, scale = rng.choice(
            (("Mbit/s", 1), ("Mbps", 1)) if required.min_throughput_mbps >= 1 else (("kbit/s", 1000), ("Mbit/s", 1))
        )
        return f"{required.min_throughput_mbps * scale:g} {unit}"
    mantissa, exponent = f"{required.max_ber:.1e}".split("e")
    return f"{float(mantissa):g}{rng.choice(('e', ' × 10^'))}{int(exponent)}"


def _device(writer: _Writer, situation: Situation) -> str:
    device = situation.device
    words = read_data("situations.toml")["device"][situation.device_kind]["words"]
    plural = "s" if len(device.transmitters) > 1 else ""
    text = writer.of("device").format(
        device=writer.rng.choice(words),
        tx=f"{number_word(device.tx_antennas)} antenna port{'s' if device.tx_antennas > 1 else ''}",
        rx=f"{number_word(device.rx_antennas)} antennas",
        power=f"{device.max_power_dbm:g}",
        modulation=device.max_modulation,
        transmitters=f"transmitter{plural} {' and '.join(device.transmitters)}",
        receivers=", ".join(device.receivers),
        prbs=device.free_prbs,
        spacing=" and ".join(map(str, device.subcarriers_khz)),
        compute=f"{device.compute_gops:g}",
    )
    return _sentence(text)


def _channel(writer: _Writer, situation: Situation) -> str:
    channel = situation.channel
    surroundings = writer.rng.choice(read_data("situations.toml")["surrounding"][situation.surrounding]["words"])
    text = writer.of("channel").format(
        profile=channel.profile,
        spread=f"{channel.delay_spread_ns:g}",
        speed=f"{channel.speed_mps:g}",
        snr=f"{channel.snr_db:g}",
        carrier=f"{channel.carrier_ghz:g}",
        surroundings=surroundings,
        Surroundings=_sentence(surroundings),
    )
    return _sentence(text)


def _sentence(text: str) -> str:
    """Capitalize the first letter."""
    return text[0].upper() + text[1:]
