"""Convert received slots to the network's input: amplitudes relative to the slot's mean, and the initial LS estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.receivers.classical.estimation import LeastSquares
from tools.receivers.deeprx.network import SlotInput
from twins.link.waveform.slots import Slots

if TYPE_CHECKING:
    import torch


def prepare(slots: Slots, estimator: LeastSquares) -> tuple[SlotInput, torch.Tensor]:
    """Return the network input for single-layer `slots` and the amplitude float[B, 1, 1, 1] that it was divided by."""
    received = slots.received
    amplitude = received.abs().square().mean(dim=(1, 2, 3)).sqrt().clamp_min(1e-12)[:, None, None, None]
    initial = estimator.estimate(slots)[0][:, :, 0]
    pusch = slots.pusch
    prepared = SlotInput(
        received=received / amplitude,
        initial=initial / amplitude,
        noise=slots.noise_power / amplitude.flatten() ** 2,
        pilots=pusch.pilots[0],
        data=pusch.data,
        order=pusch.bits_per_symbol,
    )
    return prepared, amplitude
