"""Separability of two task sets' texts: cross-validated accuracy of a logistic regression on TF-IDF, 0.5 if inseparable."""

from __future__ import annotations

import random

FOLDS = 5


def separability(first: list[str], second: list[str], seed: int = 1) -> float:
    """Return the mean accuracy, 0..1, over folds of classifying texts as `first` or `second`, sampled in equal numbers."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline

    rng, count = random.Random(seed), min(len(first), len(second))
    texts = [*rng.sample(first, count), *rng.sample(second, count)]
    labels = [1] * count + [0] * count
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    probe = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), min_df=2), LogisticRegression(max_iter=1000))
    return float(cross_val_score(probe, texts, labels, cv=folds).mean())
