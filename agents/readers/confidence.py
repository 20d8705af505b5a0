"""How probable it is that a reading is right, from what both readers say: a logistic model, fitted on texts of held-out hands."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from agents.readers.candidate import FEATURES, Candidate
from policies.word import Word

CONFIDENCE: Final = Path(__file__).parent / "data" / "confidence.json"


class Confidence(Word):
    """`weights`: of the features, in their order; threshold: the confidence below which a reading is asked about."""

    weights: tuple[float, ...]
    bias: float
    threshold: float

    def of(self, candidate: Candidate) -> float:
        """Return the probability that the candidate is right."""
        return self.of_features(candidate.features())

    def of_features(self, features: Sequence[float]) -> float:
        """Return the probability that a candidate with these features is right."""
        total = self.bias + sum(weight * value for weight, value in zip(self.weights, features, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@cache
def fitted_confidence() -> Confidence:
    """Return the model that is shipped."""
    confidence = Confidence.model_validate(json.loads(CONFIDENCE.read_text(encoding="utf-8")))
    if len(confidence.weights) != len(FEATURES):
        raise ValueError(f"{CONFIDENCE.name} has {len(confidence.weights)} weights for {len(FEATURES)} features: fit it again")
    return confidence
