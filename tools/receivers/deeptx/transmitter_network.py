"""What the transmitter learns: each order's constellation, and how each resource element shares its power with a pilot.

After Aït Aoudia and Hoydis, "End-to-End Learning for OFDM: From Neural Receivers to Pilotless Communication" (IEEE Transactions
on Wireless Communications, 2022), who learn superimposed pilots or a constellation's geometry; here both.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tools.receivers.deeptx.constellation import gray_points, normalized

ORDERS = (2, 4, 6)
FIRST_SPLIT = 0.12  # share of the power that the pilot has before training: about what 1 DMRS symbol of 14 costs, and a half more


class TransmitterNetwork(nn.Module):
    """x = sqrt(1 - a) s + sqrt(a), relative to the pilot of the resource element; mean power 1.

    s is a point of the learned constellation (zero mean, unit energy); a in (0, 1) is the pilot's share, learned for each
    modulation order and each of the 14 x 12 resource elements of a PRB, the same in all PRBs.
    """

    def __init__(self) -> None:
        super().__init__()
        self.raw_points = nn.ParameterDict({str(order): nn.Parameter(torch.view_as_real(gray_points(order))) for order in ORDERS})
        first = torch.full((len(ORDERS), 14, 12), FIRST_SPLIT)
        self.raw_split = nn.Parameter(first.logit())

    def points(self, order: int) -> Tensor:
        """Return the constellation complex[2^order]."""
        return normalized(torch.view_as_complex(self.raw_points[str(order)]))

    def split(self, order: int, subcarriers: int) -> Tensor:
        """Return the pilot's share of the power, float[14, subcarriers]."""
        return self.raw_split[ORDERS.index(order)].sigmoid().repeat(1, subcarriers // 12)

    def forward(self, bits: Tensor, order: int) -> Tensor:
        """Map bits float[B, 14, S, order] to what is sent, relative to the pilots, complex[B, 14, S]."""
        place = 2 ** torch.arange(order - 1, -1, -1)
        symbols = self.points(order)[(bits.long() * place).sum(-1)]
        share = self.split(order, bits.shape[2])
        return (1.0 - share).sqrt() * symbols + share.sqrt()
