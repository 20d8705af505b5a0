"""Fits the confidence: what both readers say of their best reading of held-out texts, against whether it is right."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.model_selection import KFold, cross_val_predict

from agents.readers.candidate import REFUSALS, Candidate
from agents.readers.confidence import Confidence, Tree
from agents.readers.listener import Listener
from agents.reading.marked import Act
from agents.reading.names import Names
from agents.reading.reading import Reading
from training.llm.labelled_text import Hand
from training.llm.scoring import VERDICTS, Verdict, verdict
from training.llm.understanding.scored import Progress

_BATCH: Final = 16


@dataclass(frozen=True)
class Judgement:
    """What a reading rests on, and the verdict on it if it is acted on."""

    features: tuple[float, ...]
    verdict: Verdict
    meant: Act


@dataclass(frozen=True)
class Sample:
    """Judgements of texts whose reading would be acted on, and the verdicts of the others, whatever the threshold is."""

    acted: tuple[Judgement, ...]
    asked: tuple[Verdict, ...]


def sample_of(listener: Listener, hands: Iterable[Hand], progress: Progress) -> Sample:
    """Read the texts of these hands."""
    acted: list[Judgement] = []
    asked: list[Verdict] = []
    hands = list(hands)
    done, total = 0, sum(len(hand.texts) for hand in hands)
    for hand in hands:
        names = Names(hand.card)
        for start in range(0, len(hand.texts), _BATCH):
            texts = hand.texts[start : start + _BATCH]
            for text, candidates in zip(texts, listener.candidates([one.text for one in texts], names), strict=True):
                if not candidates or candidates[0].is_asked:
                    asked.append(verdict([text], _refusal(candidates)))
                elif (reading := candidates[0].reading) is not None:
                    acted.append(Judgement(candidates[0].features(), verdict([text], reading), text.act))
            done += len(texts)
            progress(done, total)
    return Sample(tuple(acted), tuple(asked))


def fitted(sample: Sample, most_wrong: float) -> Confidence:
    """Return the model with the lowest threshold at which at most the share `most_wrong` of all texts is confidently wrong.

    The threshold is chosen by what models say of texts that they were not fitted on (ten folds).
    """
    features = np.array([one.features for one in sample.acted])
    right = np.array([one.verdict == "right" for one in sample.acted])
    folds = KFold(10, shuffle=True, random_state=0)
    unseen = cross_val_predict(_model(), features, right, cv=folds, method="predict_proba")[:, 1]
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


def _threshold(sample: Sample, shares: NDArray[np.float64], most_wrong: float) -> float:
    """Return the lowest confidence above which at most the share `most_wrong` of all texts is confidently wrong."""
    wrong = np.array([one.verdict == "confidently wrong" for one in sample.acted])
    allowed = int(most_wrong * (len(sample.acted) + len(sample.asked))) - sample.asked.count("confidently wrong")
    dangerous = np.sort(shares[wrong])[::-1]
    return 0.0 if len(dangerous) <= allowed else float(dangerous[max(allowed, 0)]) + 1e-6


def _refusal(candidates: Sequence[Candidate]) -> Reading:
    act = candidates[0].act if candidates else "ask"
    if candidates and candidates[0].impossible:
        return Reading(act="cannot")
    return Reading(act=act if act in REFUSALS else "ask")


def shares_at(sample: Sample, confidence: Confidence, threshold: float) -> dict[Verdict, float]:
    """Return the share of each verdict if readings below this confidence are asked about."""
    verdicts: list[Verdict] = list(sample.asked)
    for one in sample.acted:
        acts = confidence.of_features(one.features) >= threshold
        verdicts.append(one.verdict if acts else "needless" if one.meant not in REFUSALS else "right")
    return {name: verdicts.count(name) / len(verdicts) for name in VERDICTS}
