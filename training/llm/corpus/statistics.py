"""The size of a corpus: documents, pairs by kind, and the shares of its parts, in characters and word pieces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from training.llm.corpus.making import Corpus


def statistics_of(corpus: Corpus) -> dict[str, Any]:
    """Return the counts; `tokens` are word pieces of the second reader's vocabulary, which every installation has."""
    texts = {
        "domain": [one.text for one in corpus.documents],
        "pairs": [pair.prompt + pair.reply for pair in corpus.pairs],
        "general": [one.text for one in corpus.general],
    }
    characters = {name: sum(map(len, own)) for name, own in texts.items()}
    tokens = {name: _tokens(own) for name, own in texts.items()}
    return {
        "documents": {"domain": len(corpus.documents), "general": len(corpus.general)},
        "documents_by_kind": dict(sorted(Counter(one.kind for one in corpus.documents).items())),
        "pairs": len(corpus.pairs),
        "pairs_by_kind": dict(sorted(Counter(pair.kind for pair in corpus.pairs).items())),
        "pairs_with_words_of_operators": sum(bool(pair.hand) for pair in corpus.pairs),
        "characters": characters,
        "tokens": tokens,
        "share_of_characters": _shares(characters),
        "share_of_tokens": _shares(tokens),
        "general_sources": dict(sorted(Counter(one.source.partition(",")[0] for one in corpus.general).items())),
        "notes": list(corpus.notes),
    }


def _tokens(texts: Sequence[str]) -> int:
    from agents.readers.encoder.minilm import minilm_tokenizer

    encoded = minilm_tokenizer().encode_batch(list(texts), add_special_tokens=False)
    return sum(len(one.ids) for one in encoded)


def _shares(sizes: dict[str, int]) -> dict[str, float]:
    whole = sum(sizes.values()) or 1
    return {name: round(size / whole, 4) for name, size in sizes.items()}
