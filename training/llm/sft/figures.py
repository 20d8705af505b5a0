"""The figures of a task: what the model reads out of the words before it counts, in the notation of `level`.

A quantity that the text does not state follows from the service: here the model says what it takes it to be. Limits that the
configuration space does not have (30 free PRBs) are written as the largest of its choices below them (24).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from policies.qos import QosRequirement
from training.llm.sft.level import BER, DELAY, SNR, SPEED, SPREAD, THROUGHPUT, Scale, digits_of, level_of
from twins.link.configuration import ChannelConfiguration
from twins.link.device import DeviceState

NUMBERS: Final[tuple[tuple[str, Scale], ...]] = (
    ("need.throughput", THROUGHPUT),
    ("need.delay", DELAY),
    ("need.ber", BER),
    ("snr", SNR),
    ("speed", SPEED),
    ("spread", SPREAD),
)
_POWERS: Final = (14.0, 17.0, 20.0, 23.0)
_PRBS: Final = (4, 6, 12, 24)
_GOPS: Final = (100.0, 300.0, 1000.0, 3000.0)
_RECEIVERS: Final = ("ls+lmmse", "lmmse+lmmse", "deeprx")
STATES: Final[tuple[tuple[str, ...], ...]] = (
    ("profile=TDL-A", "profile=TDL-C", "profile=TDL-D"),
    ("ports=1", "ports=2"),
    ("antennas=2", "antennas=4"),
    tuple(f"max_dbm={power:g}" for power in _POWERS),
    ("max=QPSK", "max=16QAM", "max=64QAM"),
    tuple(f"free={prbs}" for prbs in _PRBS),
    tuple(f"gops={gops:g}" for gops in _GOPS),
    tuple(f"has={mask:03b}" for mask in range(1, 8)),
)
"""The states in the order in which they are written; `has` marks LS, LMMSE and DeepRx."""


class NotWritable(ValueError):  # noqa: N818 - names the condition
    """A device or channel for which the notation has no token."""


@dataclass(frozen=True)
class Figures:
    """`levels` of `NUMBERS` and one of `STATES` each."""

    levels: tuple[int, ...]
    states: tuple[str, ...]

    @classmethod
    def of(cls, required: QosRequirement, device: DeviceState, channel: ChannelConfiguration) -> Figures:
        """Return the figures of a task; raises NotWritable, naming the field and what can be written."""
        if channel.snr_db is None:
            raise NotWritable("channel.snr_db is not set: the figures have the SNR at 23 dBm, give snr_db")
        needed = (required.min_throughput_mbps, required.max_delay_ms, required.max_ber)
        values = (*needed, channel.snr_db, channel.speed_mps, channel.delay_spread_ns)
        levels = tuple(scale.level(value) for (_, scale), value in zip(NUMBERS, values, strict=True))
        states = (
            f"profile={channel.profile}",
            f"ports={min(device.tx_antennas, 2)}",
            f"antennas={device.rx_antennas}",
            f"max_dbm={_below('max_power_dbm', device.max_power_dbm, _POWERS):g}",
            f"max={'64QAM' if device.max_modulation == '256QAM' else device.max_modulation}",
            f"free={_below('free_prbs', device.free_prbs, _PRBS):g}",
            f"gops={_below('compute_gops', device.compute_gops, _GOPS):g}",
            "has=" + "".join("1" if name in device.receivers else "0" for name in _RECEIVERS),
        )
        for state, choices in zip(states, STATES, strict=True):
            if state not in choices:
                raise NotWritable(f"{state} has no token: the link table and the model know {', '.join(choices)}")
        return cls(levels, states)

    def tokens(self) -> list[str]:
        """Return label and digits of each number, then the states."""
        numbers = [token for (label, _), level in zip(NUMBERS, self.levels, strict=True) for token in (label, *digits_of(level))]
        return [*numbers, *self.states]

    @classmethod
    def read(cls, tokens: list[str]) -> Figures:
        """Return the figures that `tokens` spell: the inverse of `tokens`. Raises ValueError where they are none."""
        size = 4 * len(NUMBERS)
        if len(tokens) != size + len(STATES) or tokens[:size:4] != [label for label, _ in NUMBERS]:
            raise ValueError(f"tokens={tokens!r} are no figures")
        levels = tuple(level_of(tokens[start + 1 : start + 4]) for start in range(0, size, 4))
        return cls(levels, tuple(tokens[size:]))

    @property
    def bounds(self) -> tuple[int, int, int]:
        """Levels of the required throughput, delay and BER."""
        return self.levels[0], self.levels[1], self.levels[2]


def _below(name: str, value: float, choices: tuple[float, ...]) -> float:
    """The largest of `choices` that `value` allows."""
    allowed = [choice for choice in choices if choice <= value]
    if not allowed:
        raise NotWritable(f"device.{name}={value:g} is below {min(choices):g}, the smallest that the configuration space uses")
    return max(allowed)
