"""One batch of transport blocks over the link: sent, received, decoded, and sent again where the CRC failed.

Seeds are set before each transmission and depend on seed, batch and transmission only. So bits, channels and noise of a seed are
the same for every receiver and decoder (common random numbers), and for a block of a batch whatever happened to the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twins.link.configuration import REDUNDANCY_VERSIONS, ChannelConfiguration, LinkConfiguration
from twins.link.receiver import Detection, Receiver, make_receiver
from twins.link.simulation.transport_block import TransportBlockCode, code_of, transmitter_of
from twins.link.waveform.pusch import Pusch
from twins.link.waveform.seeding import seed_of
from twins.link.waveform.slots import Slots, random_bits, send

if TYPE_CHECKING:
    import torch

_CODED_BITS = 2**22  # of one batch: the decoder keeps some hundred bytes for each
_RESPONSES = 2**25  # channel coefficients of one batch


class ReceiverFault(RuntimeError):  # noqa: N818 - the receiver is at fault
    """A receiver returned LLRs that are not numbers, or not one a coded bit."""


@dataclass(frozen=True)
class Batch:
    """What became of n blocks.

    `first_failed`, `failed` bool[n], after the first and after the last transmission; `bit_errors` and `uncoded_errors` float[n],
    residual information bits and hard decisions of the first transmission; `transmissions` float[n]; `estimation` error and
    channel power summed, None where no channel was estimated.
    """

    first_failed: NDArray[np.bool_]
    failed: NDArray[np.bool_]
    bit_errors: NDArray[np.float64]
    uncoded_errors: NDArray[np.float64]
    transmissions: NDArray[np.float64]
    estimation: tuple[float, float] | None

    def __len__(self) -> int:
        return len(self.failed)

    @classmethod
    def joined(cls, batches: Sequence[Batch]) -> Batch:
        """Return `batches`, at least one, as one."""
        columns = {
            name: np.concatenate([getattr(batch, name) for batch in batches])
            for name in cls.__annotations__
            if name != "estimation"
        }
        estimations = [batch.estimation for batch in batches if batch.estimation is not None]
        error, power = (sum(part) for part in zip(*estimations, strict=True)) if estimations else (0.0, 0.0)
        return cls(**columns, estimation=(error, power) if estimations else None)


class Link:
    """Transmitter, code and receiver of one configuration on one channel.

    Raises ReceiverUnavailable or TransmitterUnavailable for what cannot be received, sent or coded.
    """

    def __init__(self, configuration: LinkConfiguration, channel: ChannelConfiguration) -> None:
        self.configuration, self.channel = configuration, channel
        self.transmitter: Pusch = transmitter_of(configuration)
        self.receiver: Receiver = make_receiver(self.transmitter, configuration, channel)
        self.code: TransportBlockCode = code_of(self.transmitter, configuration.ldpc_algorithm, configuration.ldpc_iterations)

    def slots_at_once(self, wanted: int) -> int:
        """Slots of a batch: `wanted`, or fewer where they would not fit into memory (the same for the same configuration)."""
        elements = self.configuration.rx_antennas * self.configuration.tx_antennas * 14 * self.transmitter.subcarriers
        fits = min(_CODED_BITS // self.transmitter.coded_bits, _RESPONSES // elements)
        while wanted > max(fits, 1):
            wanted = -(-wanted // 2)
        return wanted

    def run(self, slots: int, seed: int, index: int) -> Batch:
        """Simulate batch `index` of `seed`; sets Sionna's seed."""
        import torch
        from sionna.phy import config

        with torch.no_grad():
            config.seed = seed_of(seed, index, 0)
            bits = random_bits((slots, self.code.information_bits))
            return self._deliver(bits, seed, index)

    def transmit(self, bits: torch.Tensor, attempt: int) -> Slots:
        """Send `bits` float[B, information_bits] with the redundancy version of `attempt` 0..3 over fresh channels."""
        coded = self.code.encode(bits, REDUNDANCY_VERSIONS[attempt])
        return send(self.transmitter, self.configuration, self.channel, coded)

    def detect(self, slots: Slots) -> Detection:
        """Detect `slots`; raises ReceiverFault rather than let NaN or infinity pass."""
        detection = self.receiver.detect(slots)
        if detection.llr.shape != slots.coded.shape:
            raise ReceiverFault(
                f"receiver {self.receiver.name!r} returned LLRs of shape {tuple(detection.llr.shape)}, not"
                f" {tuple(slots.coded.shape)}: one for each coded bit of each slot is needed"
            )
        bad = int((~detection.llr.isfinite()).sum())
        if bad:
            raise ReceiverFault(
                f"receiver {self.receiver.name!r} returned {bad} of {detection.llr.numel()} LLRs that are not finite, at"
                f" {self.channel.received_snr_db(self.configuration):.1f} dB on {self.channel.profile}: nothing is made of them"
            )
        return detection

    def _deliver(self, bits: torch.Tensor, seed: int, index: int) -> Batch:
        import torch

        slots = self.transmit(bits, 0)
        first = self.detect(slots)
        decided, holds = self.code.decode(first.llr[:, None])
        first_failed = self._failed(decided, bits, holds)
        llrs, transmissions = first.llr[:, None], torch.ones(len(bits))
        for attempt in range(1, self.configuration.harq_retransmissions + 1):
            again = torch.nonzero(~holds).flatten()
            if not len(again):
                break
            llrs = torch.cat([llrs, torch.zeros_like(llrs[:, :1])], dim=1)
            llrs[again, attempt] = self._again(bits, again, seed, index, attempt)
            decided[again], holds[again] = self.code.decode(llrs[again], REDUNDANCY_VERSIONS[: attempt + 1])
            transmissions[again] += 1
        return Batch(
            first_failed=first_failed.numpy(),
            failed=self._failed(decided, bits, holds).numpy(),
            bit_errors=(decided != bits).sum(dim=1).double().numpy(),
            uncoded_errors=((first.llr > 0) != slots.coded.bool()).sum(dim=1).double().numpy(),
            transmissions=transmissions.double().numpy(),
            estimation=_estimation(first, slots),
        )

    def _again(self, bits: torch.Tensor, again: torch.Tensor, seed: int, index: int, attempt: int) -> torch.Tensor:
        """LLRs of one more transmission of the blocks `again`; channels are drawn for all blocks, so each keeps its own."""
        from sionna.phy import config

        config.seed = seed_of(seed, index, attempt)
        return self.detect(_only(self.transmit(bits, attempt), again)).llr

    @staticmethod
    def _failed(decided: torch.Tensor, bits: torch.Tensor, holds: torch.Tensor) -> torch.Tensor:
        """Blocks whose CRC failed, and those wrong in spite of it."""
        failed: torch.Tensor = ~holds | (decided != bits).any(dim=1)
        return failed


def _only(slots: Slots, chosen: torch.Tensor) -> Slots:
    names = ("coded", "clean", "noise", "noise_power", "response")
    return replace(slots, **{name: getattr(slots, name)[chosen] for name in names})


def _estimation(detection: Detection, slots: Slots) -> tuple[float, float] | None:
    if detection.response is None:
        return None
    error = (detection.response - slots.response).abs().square().sum()
    return float(error), float(slots.response.abs().square().sum())
