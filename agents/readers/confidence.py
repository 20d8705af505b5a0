"""How probable it is that a reading is right, from what both readers say: boosted trees, fitted on texts of held-out hands."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from agents.readers.candidate import Candidate
from agents.readers.rivals import FEATURES, features_of
from policies.word import Word

CONFIDENCE: Final = Path(__file__).parent / "data" / "confidence.json"


class Tree(Word):
    """A regression tree: from node i to `left[i]` if the feature is at most the threshold, else to `right[i]`; -1 at a leaf."""

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]

    def of(self, features: Sequence[float]) -> float:
        """Return the value of the leaf of these features."""
        node = 0
        while self.left[node] >= 0:
            is_left = features[self.feature[node]] <= self.threshold[node]
            node = self.left[node] if is_left else self.right[node]
        return self.value[node]


class Confidence(Word):
    """bias, trees: their sum is the log-odds of a right reading. threshold: below this confidence a reading is asked about.

    features: those that the trees go by, in their order.
    """

    bias: float
    trees: tuple[Tree, ...] = ()
    threshold: float
    features: tuple[str, ...] = FEATURES

    def judged(self, candidates: Sequence[Candidate]) -> list[tuple[Candidate, float]]:
        """Return the candidates with their confidence, the one that counts first.

        That is the most probable one of those that can be acted on if it is sure enough, else what was answered first.
        """
        features = features_of(candidates)
        pairs = [(one, self.of_features(own)) for one, own in zip(candidates, features, strict=True)]
        actable = sorted((pair for pair in pairs if not pair[0].is_asked), key=lambda pair: -pair[1])
        is_sure = bool(actable) and actable[0][1] >= self.threshold
        first = actable if is_sure or not candidates[0].is_asked else []
        return [*first, *(pair for pair in pairs if pair not in first)]

    def of_features(self, features: Sequence[float]) -> float:
        """Return the probability that a candidate with these features is right."""
        total = self.bias + sum(tree.of(features) for tree in self.trees)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@cache
def fitted_confidence() -> Confidence:
    """Return the model that is shipped."""
    confidence = Confidence.model_validate(json.loads(CONFIDENCE.read_text(encoding="utf-8")))
    if confidence.features != FEATURES:
        raise ValueError(
            f"{CONFIDENCE.name} goes by {', '.join(confidence.features)}, not by {', '.join(FEATURES)}: fit it again"
        )
    return confidence
