"""The loss of a multi-stage receiver: cross-entropy of every stage (the last counts double) and its channel error over noise."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from tools.receivers.deeprx.network import StageOutput
from twins.link.waveform.slots import Slots

CHANNEL_WEIGHT = 0.1
STAGE_WEIGHTS = (0.5, 0.5, 1.0)


def loss_of(slots: Slots, outputs: list[StageOutput], amplitude: Tensor, noise: Tensor) -> tuple[Tensor, dict[str, float]]:
    """Return the loss and its parts (last stage's cross-entropy in nat per bit, its mean log(1 + error / noise))."""
    bits = slots.coded.reshape(outputs[-1].llr.shape)
    response = slots.response[:, :, 0] / amplitude
    entropies = [functional.binary_cross_entropy_with_logits(out.llr, bits) for out in outputs]
    errors = [((out.response - response).abs().square() / noise[:, None, None, None]).log1p().mean() for out in outputs]
    stages = zip(STAGE_WEIGHTS, entropies, errors, strict=True)
    total = sum((weight * (entropy + CHANNEL_WEIGHT * error) for weight, entropy, error in stages), start=torch.zeros(()))
    return total, {"cross_entropy": entropies[-1].item(), "channel": errors[-1].item()}
