"""The beam predictor: a recurrent network over sparse L1-RSRP measurements, a distribution over the codebook at the next burst.

1. In the words of TR 38.843 (beam management, case 2): Set A is the codebook, Set B what is measured; here a rotating quarter
   of the codebook that all terminals share, and for each terminal the `top` beams (0 to 3) that the network itself thought
   likeliest. What it measures follows from what it predicted, in training as in service.
2. Each beam has a gated recurrent state that sees its neighbours' (a convolution around the circle that a DFT codebook is),
   with the same weights for all beams: what is learnt of motion at one angle holds at all.
3. The untrained network ranks beams by their latest L1-RSRP: it starts as the classical selector.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

SCALE_DB = 20.0
LEVEL_DBM, LEVEL_DB = -95.0, 20.0
FLOOR_DBM = -140.0
FADING = 0.8  # of freshness, per burst
TRUST = 8.0  # initial logits per 20 dB of L1-RSRP
STRIDE, MOST_TOP = 4, 3
REACH, FEATURES = 2, 3


class State(NamedTuple):
    """What is remembered of N terminals: `hidden` [N, B, width], `latest` L1-RSRP of each beam [N, B] dBm, `freshness` [N, B], 1
    where just measured.
    """

    hidden: Tensor
    latest: Tensor
    freshness: Tensor


class BeamNetwork(nn.Module):
    """The network: `beams` of the codebook, `width` of each beam's state. All beams share the weights."""

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
        """Return the state of terminals that are not known yet."""
        unknown = torch.full((terminals, self.beams), FLOOR_DBM)
        return State(torch.zeros(terminals, self.beams, self.width), unknown, torch.zeros_like(unknown))

    def forward(self, measured: Tensor, state: State) -> tuple[Tensor, State]:
        """Take `measured` [N, B] dBm, NaN where not measured, and the state; return the logits [N, B] of the next burst's best
        beam and the state.
        """
        known = ~torch.isnan(measured)
        latest = torch.where(known, measured, state.latest)
        freshness = torch.where(known, torch.ones_like(latest), state.freshness * FADING)
        seen = inputs_of(latest, freshness)
        reset, update, new = self.gates(_neighbours(torch.cat([seen, state.hidden], dim=2))).chunk(3, dim=2)
        update = torch.sigmoid(update)
        hidden = update * state.hidden + (1.0 - update) * torch.tanh(torch.sigmoid(reset) * new)
        told = self.tell(torch.relu(self.look(_neighbours(torch.cat([seen, hidden], dim=2)))))
        logits: Tensor = told[:, :, 0] + self.trust * seen[:, :, 0]
        return logits, State(hidden, latest, freshness)


def _neighbours(features: Tensor) -> Tensor:
    """Put the features of the `REACH` beams on either side beside each beam's own, around the circle: [N, B, F] to [N, B, 5
    F].
    """
    return torch.cat([features.roll(step, dims=1) for step in range(-REACH, REACH + 1)], dim=2)


def inputs_of(latest: Tensor, freshness: Tensor) -> Tensor:
    """Return what the network sees of each beam: latest L1-RSRP below the strongest (20 dB units), its freshness, and the
    strongest's level: [N, B, 3].
    """
    strongest = latest.amax(dim=1, keepdim=True)
    relative = ((latest - strongest) / SCALE_DB + 1.0).clamp_min(-1.0)
    return torch.stack([relative, freshness, ((strongest - LEVEL_DBM) / LEVEL_DB).expand_as(latest)], dim=2)


def measured_set(shared: Tensor, logits: Tensor | None, top: Tensor) -> Tensor:
    """Return what is measured, bool[N, B]: `shared` bool[N, B] and, after a first prediction, the `top` int64[N] likeliest
    beams of each.
    """
    if logits is None:
        return shared
    order = logits.topk(MOST_TOP, dim=1).indices
    asked = torch.arange(MOST_TOP)[None, :] < top[:, None]
    return shared | torch.zeros_like(shared).scatter(1, order, asked)
