"""Convert received slots of DeepTx to the input of its receiver network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.receivers.deeptx.network import PilotedSlot
from tools.receivers.deeptx.transmitter import DeepTx
from twins.link.waveform.slots import Slots

if TYPE_CHECKING:
    import torch


def prepare(transmitter: DeepTx, slots: Slots) -> tuple[PilotedSlot, torch.Tensor]:
    """Return the input for `slots` sent by `transmitter`, and the amplitude float[B, 1, 1, 1] that they were divided by."""
    received = slots.received * transmitter.pilot_sequence.conj()
    amplitude = received.detach().abs().square().mean(dim=(1, 2, 3)).sqrt().clamp_min(1e-12)[:, None, None, None]
    order, network = transmitter.bits_per_symbol, transmitter.network
    prepared = PilotedSlot(
        received=received / amplitude,
        noise=slots.noise_power / amplitude.flatten() ** 2,
        split=network.split(order, transmitter.subcarriers),
        points=network.points(order),
        order=order,
    )
    return prepared, amplitude
