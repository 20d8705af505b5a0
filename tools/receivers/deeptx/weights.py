"""The committed weights of DeepTx and its receiver, checked against their record before use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from policies.artefact import read_artefact
from policies.data_card import DataCard
from tools.receivers.deeptx.link_network import LinkNetwork

WEIGHTS = Path(__file__).parents[1] / "data" / "deeptx.safetensors"


@dataclass(frozen=True)
class TrainedLink:
    """The trained networks, their data card, and the weights' checksum `version`."""

    network: LinkNetwork
    card: DataCard
    version: str

    @property
    def orders(self) -> tuple[int, ...]:
        """Trained modulation orders, in bits per symbol."""
        return tuple(int(str(order)) for order in self.card.validity["bits_per_symbol"].choices or ())


@lru_cache(maxsize=4)
def load(path: Path = WEIGHTS) -> TrainedLink:
    """Load the weights at `path`; raises ArtefactError if file and record do not match."""
    from safetensors.torch import load_file

    artefact = read_artefact(path)
    state = load_file(path)
    network = LinkNetwork(channels=len(state["receiver.stages.0.enter.weight"]))
    network.load_state_dict(state)
    network.eval().requires_grad_(requires_grad=False)
    return TrainedLink(network, artefact.card, artefact.sha256)
