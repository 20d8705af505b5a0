"""Speed of the link twin's simulation compared with a plain Sionna loop of the same configuration, and repeatability.

An evaluation is 64 slots. The plain loop is PUSCHTransmitter, OFDMChannel, PUSCHReceiver with LS, LMMSE and the same LDPC
decoder; both sides are measured in pairs, in CPU time.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

from policies.figure import Figure
from policies.word import Word
from twins.link.configuration import ChannelConfiguration, LinkConfiguration

if TYPE_CHECKING:
    from twins.link.simulation.batch import Link

SLOTS = 64
CONFIGURATION = LinkConfiguration(mcs_index=13, prbs=6, rx_antennas=2)
CHANNEL = ChannelConfiguration(profile="TDL-A", delay_spread_ns=100.0, speed_mps=3.0, snr_db=8.0)


class SpeedSample(Word):
    """CPU seconds of one evaluation by the twin and by the plain loop."""

    twin: float
    plain: float


def figures(quick: bool) -> tuple[list[Figure], list[SpeedSample]]:
    """Return evaluations per second, the ratio to the plain loop, and repeatability."""
    from twins.link.simulation.batch import Link
    from twins.link.waveform.seeding import sionna_generators

    link, plain = Link(CONFIGURATION, CHANNEL), _plain_loop()
    with sionna_generators():
        link.run(SLOTS, 1, 0), plain()  # warm-up: builds what is cached
        samples = [
            SpeedSample(twin=_cpu_seconds(partial(link.run, SLOTS, 1, index)), plain=_cpu_seconds(plain))
            for index in range(3 if quick else 9)
        ]
    rates, ratios = [1.0 / sample.twin for sample in samples], sorted(sample.plain / sample.twin for sample in samples)
    note = f"6 PRB, 1x2, MCS 13, LS + LMMSE, offset-min-sum x 8; median of {len(samples)} pairs, CPU time"
    return [
        Figure(name="simulation", value=median(rates), unit="evaluations/s", note=f"one evaluation is {SLOTS} slots; {note}"),
        Figure(
            name="simulation / plain Sionna loop",
            value=median(ratios),
            unit="x",
            note=f"{ratios[0]:.2f} to {ratios[-1]:.2f}; {note}",
        ),
        _repeatability(link),
    ], samples


def digest(link: Link, seed: int) -> str:
    """Return the SHA-256 of the bits, received grids and LLRs of `seed`."""
    import torch
    from sionna.phy import config

    from twins.link.waveform.seeding import seed_of, sionna_generators
    from twins.link.waveform.slots import random_bits

    with sionna_generators(), torch.no_grad():
        config.seed = seed_of(seed, 0, 0)
        slots = link.transmit(random_bits((SLOTS, link.code.information_bits)), 0)
        parts = (slots.coded, slots.received, link.detect(slots).llr)
    return hashlib.sha256(b"".join(part.numpy().tobytes() for part in parts)).hexdigest()


def _repeatability(link: Link) -> Figure:
    """Run the same seed twice in this process and once in a fresh one."""
    here = {digest(link, 1), digest(link, 1)}
    fresh = subprocess.run([sys.executable, "-m", __name__], capture_output=True, text=True, check=True)  # noqa: S603
    different = len(here | {fresh.stdout.split()[-1]})
    note = "digests of bits, received grids and LLRs: twice in this process, once in a fresh one"
    return Figure(
        name="same seed, same bits", value=different, unit="different digests", target="= 1", met=different == 1, note=note
    )


def plain_seconds() -> float:
    """Return the CPU seconds of one evaluation by the plain loop, the median of three."""
    from twins.link.waveform.seeding import sionna_generators

    plain = _plain_loop()
    with sionna_generators():
        plain()
        return median(_cpu_seconds(plain) for _ in range(3))


def _plain_loop() -> Callable[[], Any]:
    import torch
    from sionna.phy.channel import OFDMChannel
    from sionna.phy.channel.tr38901 import TDL
    from sionna.phy.nr import PUSCHReceiver, PUSCHTransmitter, TBDecoder

    from twins.link.waveform.pusch import PuschKey, _sionna_config

    transmitter = PUSCHTransmitter(_sionna_config(PuschKey.of(CONFIGURATION)))
    carrier, spread, speed = CHANNEL.carrier_ghz * 1e9, CHANNEL.delay_spread_ns * 1e-9, CHANNEL.speed_mps
    model = TDL(CHANNEL.profile[-1], spread, carrier, min_speed=speed, max_speed=speed, num_rx_ant=CONFIGURATION.rx_antennas)
    channel = OFDMChannel(model, transmitter.resource_grid, normalize_channel=False)
    decoder = TBDecoder(
        transmitter._tb_encoder, num_bp_iter=CONFIGURATION.ldpc_iterations, cn_update=CONFIGURATION.ldpc_algorithm
    )
    receiver = PUSCHReceiver(transmitter, tb_decoder=decoder, return_tb_crc_status=True)
    noise = torch.tensor(10.0 ** (-CHANNEL.received_snr_db(CONFIGURATION) / 10.0))

    def evaluate() -> Any:
        with torch.no_grad():
            sent, bits = transmitter(SLOTS)
            received, crc_ok = receiver(channel(sent, noise), noise)
            return (received != bits).float().mean(), crc_ok.float().mean()

    return evaluate


def _cpu_seconds(run: Callable[[], Any]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def main() -> None:
    """Print the digest of seed 1."""
    import torch

    from twins.link.simulation.batch import Link

    torch.set_num_threads(1)
    print(digest(Link(CONFIGURATION, CHANNEL), 1))


if __name__ == "__main__":
    main()
