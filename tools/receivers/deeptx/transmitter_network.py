"""The learned transmitter: each order's constellation, and the power split between data and pilot of each resource element.

After Aït Aoudia and Hoydis, "End-to-End Learning for OFDM: From Neural Receivers to Pilotless Communication" (IEEE Transactions
on Wireless Communications, 2022), who learn either superimposed pilots or the constellation geometry; here both are learned.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tools.receivers.deeptx.constellation import gray_points, normalized

ORDERS = (2, 4, 6)
INITIAL_SPLIT = 0.12  # initial share of the pilot power: about one and a half times the cost of 1 DMRS symbol in 14


class TransmitterNetwork(nn.Module):
    """x = sqrt(1 - a) s + sqrt(a), relative to the pilot of the resource element; mean power 1.

    s is a point of the learned constellation (zero mean, unit energy); a in (0, 1) is the pilot's share, learned for each
    modulation order and each of the 14 x 12 resource elements of a PRB, and the same in all PRBs.
    """

    def __init__(self) -> None:
        super().__init__()
        self.raw_points = nn.ParameterDict({str(order): nn.Parameter(torch.view_as_real(gray_points(order))) for order in ORDERS})
        initial = torch.full((len(ORDERS), 14, 12), INITIAL_SPLIT)
        self.raw_split = nn.Parameter(initial.logit())

    def points(self, order: int) -> Tensor:
        """Return the constellation complex[2^order]."""
        return normalized(torch.view_as_complex(self.raw_points[str(order)]))

    def split(self, order: int, subcarriers: int) -> Tensor:
        """Return the pilot's share of the power, float[14, subcarriers]."""
        return self.raw_split[ORDERS.index(order)].sigmoid().repeat(1, subcarriers // 12)

    def forward(self, bits: Tensor, order: int) -> Tensor:
        """Map bits float[B, 14, S, order] to transmitted symbols relative to the pilots, complex[B, 14, S]."""
        place_values = 2 ** torch.arange(order - 1, -1, -1)
        symbols = self.points(order)[(bits.long() * place_values).sum(-1)]
        share = self.split(order, bits.shape[2])
        return (1.0 - share).sqrt() * symbols + share.sqrt()
