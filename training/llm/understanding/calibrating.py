"""Fits the confidence: what both readers say of their best reading of held-out texts, against whether it is right."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.model_selection import GroupKFold, cross_val_predict

from agents.readers.candidate import REFUSALS, Candidate
from agents.readers.confidence import Confidence, Tree
from agents.readers.listener import Listener
from agents.reading.names import Names
from agents.reading.reading import Reading
from training.llm.labelled_text import Hand
from training.llm.scoring import VERDICTS, Verdict, verdict
from training.llm.understanding.scored import Progress

_BATCH: Final = 16


@dataclass(frozen=True)
class Judgement:
    """What a reading that can be acted on rests on, and the verdict on it."""

    features: tuple[float, ...]
    verdict: Verdict


@dataclass(frozen=True)
class JudgedText:
    """The readings of a text that can be acted on, and the verdict if none is sure enough."""

    readings: tuple[Judgement, ...]
    refused: Verdict


def sample_of(listener: Listener, hands: Iterable[Hand], progress: Progress) -> list[JudgedText]:
    """Read the texts of these hands."""
    sample: list[JudgedText] = []
    hands = list(hands)
    total = sum(len(hand.texts) for hand in hands)
    for hand in hands:
        names = Names(hand.card)
        for start in range(0, len(hand.texts), _BATCH):
            texts = hand.texts[start : start + _BATCH]
            for text, candidates in zip(texts, listener.candidates([one.text for one in texts], names), strict=True):
                actable = [(one, one.reading) for one in candidates if not one.is_asked]
                readings = (Judgement(one.features(), verdict([text], read)) for one, read in actable if read is not None)
                sample.append(JudgedText(tuple(readings), verdict([text], _refusal(candidates))))
            progress(len(sample), total)
    return sample


def fitted(sample: Sequence[JudgedText], most_wrong: float) -> Confidence:
    """Return the model with the lowest threshold at which at most the share `most_wrong` of all texts is confidently wrong.

    The threshold is chosen by what models say of texts that they were not fitted on (ten folds).
    """
    texts = np.array([number for number, one in enumerate(sample) for _ in one.readings])
    judgements = [one for text in sample for one in text.readings]
    features = np.array([one.features for one in judgements])
    right = np.array([one.verdict == "right" for one in judgements])
    folds = GroupKFold(10, shuffle=True, random_state=0)
    unseen = cross_val_predict(_model(), features, right, groups=texts, cv=folds, method="predict_proba")[:, 1]
    model = _model().fit(features, right)
    share = float(right.mean())
    trees = tuple(_tree(one[0].tree_, model.learning_rate) for one in model.estimators_)
    return Confidence(bias=math.log(share / (1 - share)), trees=trees, threshold=_threshold(sample, unseen, most_wrong))


def _model() -> Any:
    return GradientBoostingClassifier(n_estimators=60, max_depth=2, subsample=0.7, random_state=0)


def _tree(tree: Any, rate: float) -> Tree:
    return Tree(
        feature=tuple(map(int, tree.feature)),
        threshold=tuple(float(f"{value:.6g}") for value in tree.threshold),
        left=tuple(map(int, tree.children_left)),
        right=tuple(map(int, tree.children_right)),
        value=tuple(float(f"{rate * value:.6g}") for value in tree.value[:, 0, 0]),
    )


def _threshold(sample: Sequence[JudgedText], shares: NDArray[np.float64], most_wrong: float) -> float:
    """Return the lowest confidence above which at most the share `most_wrong` of all texts is confidently wrong."""
    said = iter(shares)
    best = [max(((next(said), one.verdict) for one in text.readings), default=(0.0, text.refused)) for text in sample]
    dangerous = sorted((float(share) for share, verdict_ in best if verdict_ == "confidently wrong"), reverse=True)
    allowed = int(most_wrong * len(sample))
    return 0.0 if len(dangerous) <= allowed else dangerous[allowed] + 1e-6


def _refusal(candidates: Sequence[Candidate]) -> Reading:
    act = candidates[0].act if candidates else "ask"
    if candidates and candidates[0].impossible:
        return Reading(act="cannot")
    return Reading(act=act if act in REFUSALS else "ask")


def shares_at(sample: Sequence[JudgedText], confidence: Confidence, threshold: float) -> dict[Verdict, float]:
    """Return the share of each verdict if readings below this confidence are asked about."""
    verdicts: list[Verdict] = []
    for text in sample:
        judged = [(confidence.of_features(one.features), one.verdict) for one in text.readings]
        best = max(judged, default=(-1.0, text.refused))
        verdicts.append(best[1] if best[0] >= threshold else text.refused)
    return {name: verdicts.count(name) / len(verdicts) for name in VERDICTS}
