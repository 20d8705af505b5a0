"""Fits the confidence: what both readers say of their best reading of held-out texts, against whether it is right."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.model_selection import GroupKFold, cross_val_predict

from agents.readers.candidate import REFUSALS, Candidate
from agents.readers.confidence import Confidence, Tree
from agents.readers.listener import Listener
from agents.readers.rivals import features_of
from agents.reading.names import Names
from agents.reading.reading import Reading
from training.llm.labelled_text import Hand, LabelledText
from training.llm.scoring import VERDICTS, Verdict, verdict
from training.llm.understanding.judged_text import JudgedText, Judgement, SampleFile
from training.llm.understanding.reliability import best_of, verdict_at
from training.llm.understanding.scored import Progress

_BATCH: Final = 16


@dataclass(frozen=True)
class Fit:
    """The model, and the confidence in each reading of the sample, in order, by models that were not fitted on its text."""

    confidence: Confidence
    unseen: NDArray[np.float64]


def sample_of(listener: Listener, hands: Iterable[Hand], kept: SampleFile, progress: Progress) -> list[JudgedText]:
    """Read the texts of these hands, but those that are kept already."""
    sample: list[JudgedText] = []
    hands = list(hands)
    total = sum(len(hand.texts) for hand in hands)
    for hand in hands:
        names = Names(hand.card)
        known = [one for text in hand.texts if (one := kept.known(hand.name, text.text))]
        sample += known
        unread = [text for text in hand.texts if kept.known(hand.name, text.text) is None]
        for start in range(0, len(unread), _BATCH):
            texts = unread[start : start + _BATCH]
            candidates = listener.candidates([text.text for text in texts], names)
            read = [_judged(hand.name, text, some) for text, some in zip(texts, candidates, strict=True)]
            kept.add(read)
            sample += read
            progress(len(sample), total)
    return sorted(sample, key=lambda one: (one.hand, one.text))  # the same model, however many runs have read them


def _judged(hand: str, text: LabelledText, candidates: Sequence[Candidate]) -> JudgedText:
    readings = tuple(
        Judgement(features=features, verdict=verdict([text], one.reading))
        for one, features in zip(candidates, features_of(candidates), strict=True)
        if not one.is_asked and one.reading is not None
    )
    return JudgedText(readings=readings, refused=verdict([text], _refusal(candidates)), hand=hand, text=text.text)


def digest_of(*files: Path) -> str:
    """Return what tells these weights from others."""
    return hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)).hexdigest()[:16]


def fitted(sample: Sequence[JudgedText], most_wrong: float) -> Fit:
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
    threshold = _threshold(sample, unseen, most_wrong)
    return Fit(Confidence(bias=math.log(share / (1 - share)), trees=trees, threshold=threshold), unseen)


def _model() -> Any:
    return GradientBoostingClassifier(n_estimators=200, learning_rate=0.05, max_depth=2, subsample=0.7, random_state=0)


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
    dangerous = sorted((share for share, verdict_, _ in best_of(sample, shares) if verdict_ == "confidently wrong"), reverse=True)
    allowed = int(most_wrong * len(sample))
    return 0.0 if len(dangerous) <= allowed else dangerous[allowed] + 1e-6


def _refusal(candidates: Sequence[Candidate]) -> Reading:
    act = candidates[0].act if candidates else "ask"
    if candidates and candidates[0].impossible:
        return Reading(act="cannot")
    return Reading(act=act if act in REFUSALS else "ask")


def shares_at(sample: Sequence[JudgedText], unseen: NDArray[np.float64], threshold: float) -> dict[Verdict, float]:
    """Return the share of each verdict if readings below this confidence are asked about. unseen: as of `Fit`."""
    verdicts = [verdict_at(one, threshold) for one in best_of(sample, unseen)]
    return {name: verdicts.count(name) / len(verdicts) for name in VERDICTS}
