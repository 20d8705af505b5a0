"""The beam predictor: a recurrent network from sparse L1-RSRP measurements to a distribution over the codebook at the next burst.

1. In the terms of TR 38.843 (beam management, case 2), Set A is the codebook and Set B the measured beams: a rotating quarter of
   the codebook shared by all terminals, and for each terminal the `top` beams (0 to 3) that the network itself found likeliest.
   Its predictions determine what it measures, in training as in service.
2. Each beam has a gated recurrent state that sees its neighbours' states (a circular convolution, as a DFT codebook is circular),
   with the same weights for all beams: what is learned about motion at one angle applies at all angles.
3. The untrained network ranks beams by their latest L1-RSRP: it starts as the classical selector.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

SCALE_DB = 20.0
LEVEL_DBM, LEVEL_DB = -95.0, 20.0
FLOOR_DBM = -140.0
FADING = 0.8  # decay of freshness per burst
TRUST = 8.0  # initial logits per 20 dB of L1-RSRP
STRIDE, MAX_TOP = 4, 3
REACH, FEATURES = 2, 3


class State(NamedTuple):
    """State of N terminals: `hidden` [N, B, width], `latest` L1-RSRP [N, B] in dBm, `freshness` [N, B], 1 if just measured."""

    hidden: Tensor
    latest: Tensor
    freshness: Tensor


class BeamNetwork(nn.Module):
    """The network for a codebook of `beams`, with `width` of each beam's state. All beams share the weights."""

    codebook: Tensor

    def __init__(self, beams: int = 32, width: int = 16) -> None:
        super().__init__()
        self.beams, self.width = beams, width
        around = (2 * REACH + 1) * (FEATURES + width)
        self.gates = nn.Linear(around, 3 * width)
        self.look = nn.Linear(around, 2 * width)
        self.tell = nn.Linear(2 * width, 1)
        self.trust = nn.Parameter(torch.tensor(TRUST))
        self.register_buffer("codebook", torch.tensor(beams))
        nn.init.zeros_(self.tell.weight)
        nn.init.zeros_(self.tell.bias)

    def start(self, terminals: int) -> State:
        """Return the initial state of terminals without measurements."""
        latest = torch.full((terminals, self.beams), FLOOR_DBM)
        return State(torch.zeros(terminals, self.beams, self.width), latest, torch.zeros_like(latest))

    def forward(self, measured: Tensor, state: State) -> tuple[Tensor, State]:
        """Return the logits [N, B] of the next burst's best beam, and the next state.

        `measured` is the L1-RSRP [N, B] in dBm, NaN for beams that were not measured.
        """
        is_measured = ~torch.isnan(measured)
        latest = torch.where(is_measured, measured, state.latest)
        freshness = torch.where(is_measured, torch.ones_like(latest), state.freshness * FADING)
        features = beam_features(latest, freshness)
        reset, update, new = self.gates(_neighbours(torch.cat([features, state.hidden], dim=2))).chunk(3, dim=2)
        update = torch.sigmoid(update)
        hidden = update * state.hidden + (1.0 - update) * torch.tanh(torch.sigmoid(reset) * new)
        correction = self.tell(torch.relu(self.look(_neighbours(torch.cat([features, hidden], dim=2)))))
        logits: Tensor = correction[:, :, 0] + self.trust * features[:, :, 0]
        return logits, State(hidden, latest, freshness)


def _neighbours(features: Tensor) -> Tensor:
    """Concatenate each beam's features with those of `REACH` beams on either side, circularly: [N, B, F] to [N, B, 5 F]."""
    return torch.cat([features.roll(step, dims=1) for step in range(-REACH, REACH + 1)], dim=2)


def beam_features(latest: Tensor, freshness: Tensor) -> Tensor:
    """Return each beam's input features [N, B, 3].

    They are the latest L1-RSRP relative to the strongest beam (in units of 20 dB), its freshness, and the strongest beam's level.
    """
    strongest = latest.amax(dim=1, keepdim=True)
    relative = ((latest - strongest) / SCALE_DB + 1.0).clamp_min(-1.0)
    return torch.stack([relative, freshness, ((strongest - LEVEL_DBM) / LEVEL_DB).expand_as(latest)], dim=2)


def measured_set(shared: Tensor, logits: Tensor | None, top: Tensor) -> Tensor:
    """Return the beams to measure, bool[N, B]: `shared` bool[N, B] and, after a first prediction, the likeliest of each terminal.

    `top` int64[N] is the number of likeliest beams of each terminal.
    """
    if logits is None:
        return shared
    order = logits.topk(MAX_TOP, dim=1).indices
    selected = torch.arange(MAX_TOP)[None, :] < top[:, None]
    return shared | torch.zeros_like(shared).scatter(1, order, selected)
