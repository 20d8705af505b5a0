from .card import packet_twin_card as packet_twin_card
from .twin import PacketTwin as PacketTwin
from .twin import Snapshot as Snapshot
