"""Transmitter and receiver as one network: what is trained, and what the weights file holds."""

from __future__ import annotations

from torch import nn

from tools.receivers.deeptx.network import ReceiverNetwork
from tools.receivers.deeptx.transmitter_network import TransmitterNetwork


class LinkNetwork(nn.Module):
    """Both ends of the link; they are of use only together."""

    def __init__(self, channels: int = 24) -> None:
        super().__init__()
        self.transmitter = TransmitterNetwork()
        self.receiver = ReceiverNetwork(channels)
