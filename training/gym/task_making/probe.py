"""Can the texts of two task sets be told apart? A logistic regression on TF-IDF, cross-validated: near one half they cannot."""

from __future__ import annotations

import random

FOLDS = 5


def separability(one: list[str], other: list[str], seed: int = 1) -> float:
    """Return the mean accuracy over folds of telling `one` from `other`, balanced by drawing as many of each."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline

    chance, count = random.Random(seed), min(len(one), len(other))
    texts = [*chance.sample(one, count), *chance.sample(other, count)]
    labels = [1] * count + [0] * count
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    probe = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), min_df=2), LogisticRegression(max_iter=1000))
    return float(cross_val_score(probe, texts, labels, cv=folds).mean())
