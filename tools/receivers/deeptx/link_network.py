"""Transmitter and receiver as one network, as trained and as stored in the weights file."""

from __future__ import annotations

from torch import nn

from tools.receivers.deeptx.network import ReceiverNetwork
from tools.receivers.deeptx.transmitter_network import TransmitterNetwork


class LinkNetwork(nn.Module):
    """Both ends of the link, which only work together."""

    def __init__(self, channels: int = 24) -> None:
        super().__init__()
        self.transmitter = TransmitterNetwork()
        self.receiver = ReceiverNetwork(channels)
