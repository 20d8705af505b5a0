"""The slicing policy's network in NumPy: features to logits over `ACTIONS`; trained by `twinpilot train drl-slicing`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from agents.baselines.slicing_actions import ACTIONS
from agents.baselines.slicing_features import FEATURES, Floats
from policies.artefact import ArtefactError, read_artefact

WEIGHTS = Path(__file__).parent / "data" / "drl_slicing.npz"


@dataclass(frozen=True)
class SlicingPolicy:
    """`layers` of weights [in, out] and biases [out], tanh between them (stable-baselines3's `MlpPolicy`)."""

    layers: tuple[tuple[Floats, Floats], ...]

    def logits(self, inputs: Floats) -> Floats:
        """Return the logits [len(ACTIONS)] for features [len(FEATURES)] in -1..1."""
        hidden = inputs
        for index, (weight, bias) in enumerate(self.layers):
            hidden = hidden @ weight + bias
            if index < len(self.layers) - 1:
                hidden = np.tanh(hidden)
        return hidden


@lru_cache(maxsize=2)
def load_policy(path: Path = WEIGHTS) -> SlicingPolicy:
    """Load the weights, cached; raises ArtefactError if file, record and this code do not match."""
    record = read_artefact(path)
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    names = (tuple(arrays["features"].tolist()), tuple(arrays["actions"].tolist()))
    if names != (FEATURES, tuple(action.name for action in ACTIONS)):
        raise ArtefactError(f"{path.name} was trained on other features or actions: make it again with `{record.remake}`")
    count = sum(name.startswith("weight_") for name in arrays)
    return SlicingPolicy(tuple((arrays[f"weight_{i}"], arrays[f"bias_{i}"]) for i in range(count)))
