"""Ranking of passages for a query: words (BM25 in tantivy) and meaning (cosine of embeddings), fused by reciprocal rank.

score(passage) = sum of 1 / (60 + rank) over the rankings that contain it. Source: Cormack, Clarke and Büttcher, Reciprocal rank
fusion, SIGIR 2009.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.standards.records import Hit, Passage

_RRF = 60
_DEPTH = 50
# Below this cosine MiniLM's neighbours are unrelated: an off-topic query gets no hits by meaning.
_MIN_COSINE = 0.2
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"\w+(?:\.\w+)*")
_MAX_WORDS = 64
# Stop words.
# fmt: off
_FUNCTION_WORDS = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "before", "by", "can", "do", "does", "every", "for", "from", "how",
    "in", "into", "is", "it", "its", "may", "more", "much", "must", "of", "on", "one", "or", "over", "should", "than",
    "that", "the", "their", "there", "to", "was", "what", "when", "where", "which", "who", "will", "with",
})
# fmt: on


def words_of(text: str) -> str:
    """Return the words of a text; names such as rRMPolicyMinRatio appear both whole and split into parts."""
    words: list[str] = []
    for word in _WORD.findall(text):
        parts = _CAMEL.sub(" ", word.replace("_", " ").replace(".", " ")).split()
        words += [word, *parts] if len(parts) > 1 else [word]
    return " ".join(words)


class Ranking:
    """An in-memory search index over a fixed set of passages."""

    def __init__(self, passages: Sequence[Passage], vectors: NDArray[np.float32]) -> None:
        self._passages = passages
        self._vectors = vectors
        self._index = _word_index(passages)
        self._searcher = self._index.searcher()

    def search(self, query: str, query_vector: NDArray[np.float32], count: int) -> list[Hit]:
        """Return up to `count` hits, best first; identical passages appear once."""
        rankings = {"words": self._by_words(query), "meaning": self._by_meaning(query_vector)}
        scores: dict[int, float] = {}
        for ranking in rankings.values():
            for rank, number in enumerate(ranking, start=1):
                scores[number] = scores.get(number, 0.0) + 1.0 / (_RRF + rank)
        hits: dict[tuple[str, str, str], Hit] = {}
        for number in sorted(scores, key=lambda passage: (-scores[passage], passage)):
            found_by = tuple(name for name, ranking in rankings.items() if number in ranking)
            hit = _hit(self._passages[number], scores[number], found_by)
            hits.setdefault((hit.document, hit.clause, hit.quote), hit)
            if len(hits) == count:
                break
        return list(hits.values())

    def _by_words(self, query: str) -> list[int]:
        words = list(dict.fromkeys(word for word in words_of(query).split() if word.lower() not in _FUNCTION_WORDS))[:_MAX_WORDS]
        # Every word is quoted, so that user input is never interpreted as tantivy's query language.
        quoted = " ".join(f'"{word}"' for word in words)
        if not quoted:
            return []
        fields = {"title": 2.0, "text": 1.0, "clause": 1.0, "document": 0.5}
        parsed = self._index.parse_query(quoted, list(fields), field_boosts=fields)
        hits = self._searcher.search(parsed, _DEPTH).hits
        return [self._searcher.doc(address)["number"][0] for _, address in hits]

    def _by_meaning(self, query_vector: NDArray[np.float32]) -> list[int]:
        if not len(self._passages):
            return []
        cosines = self._vectors @ query_vector
        best = np.argsort(-cosines, kind="stable")[:_DEPTH]
        return [int(number) for number in best if cosines[number] >= _MIN_COSINE]


def _hit(passage: Passage, score: float, found_by: tuple[Any, ...]) -> Hit:
    return Hit(
        document=passage.document,
        release=passage.release,
        clause=passage.clause,
        title=passage.title,
        quote=passage.text,
        score=score,
        found_by=found_by,
    )


def _word_index(passages: Sequence[Passage]) -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    for name in ("title", "text"):
        builder.add_text_field(name, stored=False, tokenizer_name="en_stem")
    for name in ("clause", "document"):
        builder.add_text_field(name, stored=False)
    builder.add_unsigned_field("number", stored=True)
    index = tantivy.Index(builder.build())
    writer = index.writer(heap_size=32_000_000, num_threads=1)
    for number, passage in enumerate(passages):
        fields = {"title": words_of(passage.title), "text": words_of(passage.text)}
        writer.add_document(tantivy.Document(number=number, clause=passage.clause, document=passage.document, **fields))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index
