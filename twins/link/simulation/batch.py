"""One batch of transport blocks over the link: sent, received, decoded, and retransmitted where the CRC failed.

The generator is seeded before each transmission from seed, batch and transmission index only. Bits, channels and noise of a seed
are therefore the same for every receiver and decoder (common random numbers), and do not depend on which other blocks fail.
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

_MAX_CODED_BITS = 2**22  # per batch: the decoder needs some hundred bytes for each
_MAX_COEFFICIENTS = 2**25  # channel coefficients per batch


class ReceiverFault(RuntimeError):  # noqa: N818 - the receiver is at fault
    """A receiver returned LLRs that are not finite, or not one per coded bit."""


@dataclass(frozen=True)
class Batch:
    """Outcome of n transport blocks.

    `first_failed`, `failed` bool[n], after the first and after the last transmission; `bit_errors` and `uncoded_errors` float[n],
    wrong residual information bits and wrong hard decisions of the first transmission; `transmissions` float[n]; `estimation` the
    summed channel estimation error and channel power, None if no channel was estimated.
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
    def concatenate(cls, batches: Sequence[Batch]) -> Batch:
        """Concatenate `batches`, at least one."""
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

    Raises ReceiverUnavailable or TransmitterUnavailable for a configuration that cannot be received, sent or coded.
    """

    def __init__(self, configuration: LinkConfiguration, channel: ChannelConfiguration) -> None:
        self.configuration, self.channel = configuration, channel
        self.transmitter: Pusch = transmitter_of(configuration)
        self.receiver: Receiver = make_receiver(self.transmitter, configuration, channel)
        self.code: TransportBlockCode = code_of(self.transmitter, configuration.ldpc_algorithm, configuration.ldpc_iterations)

    def batch_size(self, requested: int) -> int:
        """Return the slots per batch: `requested`, halved until they fit into memory; depends on the configuration only."""
        coefficients = self.configuration.rx_antennas * self.configuration.tx_antennas * 14 * self.transmitter.subcarriers
        limit = min(_MAX_CODED_BITS // self.transmitter.coded_bits, _MAX_COEFFICIENTS // coefficients)
        size = requested
        while size > max(limit, 1):
            size = -(-size // 2)
        return size

    def run(self, slots: int, seed: int, index: int) -> Batch:
        """Simulate `slots` transport blocks, batch `index` of `seed`; sets Sionna's seed."""
        import torch
        from sionna.phy import config

        with torch.no_grad():
            config.seed = seed_of(seed, index, 0)
            bits = random_bits((slots, self.code.information_bits))
            return self._deliver(bits, seed, index)

    def transmit(self, bits: torch.Tensor, attempt: int) -> Slots:
        """Send `bits` float[B, information_bits] with the redundancy version of `attempt` 0..3 over new channel draws."""
        coded = self.code.encode(bits, REDUNDANCY_VERSIONS[attempt])
        return send(self.transmitter, self.configuration, self.channel, coded)

    def detect(self, slots: Slots) -> Detection:
        """Detect `slots`; raises ReceiverFault if LLRs are missing, NaN or infinite."""
        detection = self.receiver.detect(slots)
        if detection.llr.shape != slots.coded.shape:
            raise ReceiverFault(
                f"receiver {self.receiver.name!r} returned LLRs of shape {tuple(detection.llr.shape)}, not"
                f" {tuple(slots.coded.shape)}: one per coded bit of each slot is required"
            )
        invalid = int((~detection.llr.isfinite()).sum())
        if invalid:
            raise ReceiverFault(
                f"receiver {self.receiver.name!r} returned {invalid} of {detection.llr.numel()} LLRs that are not finite, at"
                f" {self.channel.received_snr_db(self.configuration):.1f} dB on {self.channel.profile}: the batch is discarded"
            )
        return detection

    def _deliver(self, bits: torch.Tensor, seed: int, index: int) -> Batch:
        import torch

        slots = self.transmit(bits, 0)
        first = self.detect(slots)
        decoded, crc_ok = self.code.decode(first.llr[:, None])
        first_failed = self._failed(decoded, bits, crc_ok)
        llrs, transmissions = first.llr[:, None], torch.ones(len(bits))
        for attempt in range(1, self.configuration.harq_retransmissions + 1):
            failed = torch.nonzero(~crc_ok).flatten()
            if not len(failed):
                break
            llrs = torch.cat([llrs, torch.zeros_like(llrs[:, :1])], dim=1)
            llrs[failed, attempt] = self._retransmit(bits, failed, seed, index, attempt)
            decoded[failed], crc_ok[failed] = self.code.decode(llrs[failed], REDUNDANCY_VERSIONS[: attempt + 1])
            transmissions[failed] += 1
        return Batch(
            first_failed=first_failed.numpy(),
            failed=self._failed(decoded, bits, crc_ok).numpy(),
            bit_errors=(decoded != bits).sum(dim=1).double().numpy(),
            uncoded_errors=((first.llr > 0) != slots.coded.bool()).sum(dim=1).double().numpy(),
            transmissions=transmissions.double().numpy(),
            estimation=_estimation(first, slots),
        )

    def _retransmit(self, bits: torch.Tensor, rows: torch.Tensor, seed: int, index: int, attempt: int) -> torch.Tensor:
        """LLRs of another transmission of the blocks `rows`; channels are drawn for all blocks, so a draw depends on its row."""
        from sionna.phy import config

        config.seed = seed_of(seed, index, attempt)
        return self.detect(_select(self.transmit(bits, attempt), rows)).llr

    @staticmethod
    def _failed(decoded: torch.Tensor, bits: torch.Tensor, crc_ok: torch.Tensor) -> torch.Tensor:
        """Blocks whose CRC fails, and blocks with undetected bit errors."""
        failed: torch.Tensor = ~crc_ok | (decoded != bits).any(dim=1)
        return failed


def _select(slots: Slots, rows: torch.Tensor) -> Slots:
    names = ("coded", "clean", "noise", "noise_power", "response")
    return replace(slots, **{name: getattr(slots, name)[rows] for name in names})


def _estimation(detection: Detection, slots: Slots) -> tuple[float, float] | None:
    if detection.response is None:
        return None
    error = (detection.response - slots.response).abs().square().sum()
    return float(error), float(slots.response.abs().square().sum())
