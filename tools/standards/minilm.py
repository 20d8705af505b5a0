"""The forward pass of all-MiniLM-L6-v2 in numpy: six BERT layers, mean pooling, normalization.

Loading the model takes a third of a second here, but ten with a deep-learning framework, and a search from the command line needs
only one vector. The vectors equal those of sentence-transformers (tested to 1e-5).
Source: Devlin et al., BERT, NAACL 2019 (encoder); Wang et al., MiniLM, NeurIPS 2020; Reimers and Gurevych, Sentence-BERT, EMNLP
2019 (mean pooling).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

# The sentence model was trained with, and truncates to, 256 word pieces.
MAX_TOKENS = 256


class MiniLm:
    """The model in `folder`: config.json, tokenizer.json, model.safetensors."""

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._layers = int(config["num_hidden_layers"])
        self._heads = int(config["num_attention_heads"])
        self._epsilon = float(config["layer_norm_eps"])
        self._weights: dict[str, Array] = load_file(folder / "model.safetensors")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def encode(self, text: str) -> Array:
        """Return the embedding of a text as a unit vector, float32[hidden size]; only the first 256 word pieces are read."""
        hidden = self._embedded(np.array(self._tokenizer.encode(text).ids))
        for layer in range(self._layers):
            hidden = self._layer(f"encoder.layer.{layer}.", hidden)
        pooled = hidden.mean(axis=0)
        return np.asarray(pooled / np.linalg.norm(pooled), dtype=np.float32)

    def _embedded(self, ids: NDArray[np.int64]) -> Array:
        weights = self._weights
        words = weights["embeddings.word_embeddings.weight"][ids]
        positions = weights["embeddings.position_embeddings.weight"][: len(ids)]
        kinds = weights["embeddings.token_type_embeddings.weight"][0]
        return self._normed("embeddings.LayerNorm", words + positions + kinds)

    def _layer(self, name: str, hidden: Array) -> Array:
        attended = self._dense(name + "attention.output.dense", self._attention(name + "attention.self.", hidden))
        middle = self._normed(name + "attention.output.LayerNorm", hidden + attended)
        wide = _gelu(self._dense(name + "intermediate.dense", middle))
        return self._normed(name + "output.LayerNorm", middle + self._dense(name + "output.dense", wide))

    def _attention(self, name: str, hidden: Array) -> Array:
        """Return the multi-head self-attention of `hidden`, float32[tokens, size]."""
        tokens, size = hidden.shape
        width = size // self._heads
        query, key, value = (
            self._dense(name + part, hidden).reshape(tokens, self._heads, width).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(width))
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed: Array = (weights / weights.sum(axis=-1, keepdims=True)) @ value
        return mixed.transpose(1, 0, 2).reshape(tokens, size)

    def _dense(self, name: str, hidden: Array) -> Array:
        product: Array = hidden @ self._weights[name + ".weight"].T
        product += self._weights[name + ".bias"]
        return product

    def _normed(self, name: str, hidden: Array) -> Array:
        centred = hidden - hidden.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(self._epsilon))
        return np.asarray(centred / scale * self._weights[name + ".weight"] + self._weights[name + ".bias"], dtype=np.float32)


def _gelu(values: Array) -> Array:
    """Return x (1 + erf(x / sqrt 2)) / 2.

    erf by Abramowitz and Stegun 7.1.26, whose error of at most 1.5e-7 is within float32 precision; scipy's is ten times slower.
    """
    scaled = np.abs(values) * np.float32(np.sqrt(0.5))
    inverse = 1 / (1 + np.float32(0.3275911) * scaled)
    series = np.zeros_like(inverse)
    for coefficient in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series += np.float32(coefficient)
        series *= inverse
    scaled *= scaled
    series *= np.exp(-scaled)
    error = np.copysign(1 - series, values)
    error += 1
    error *= values
    return np.asarray(error * np.float32(0.5), dtype=np.float32)
