"""A share of a corpus among the lessons of the reader: its texts token by token, its pairs as prompts with answers."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from training.llm.corpus.corpus_files import digest_of_corpus, read_documents, read_pairs
from training.llm.reader.batches import Example

_LONGEST: Final = 512  # tokens of a text that are learned at once


@dataclass(frozen=True)
class CorpusMix:
    """What of a corpus is learned beside the lessons. share: of all tokens, 0..0.9. held_out: hands whose words are left out."""

    folder: Path
    share: float
    held_out: tuple[str, ...] = ()
    seed: int = 1

    @property
    def digest(self) -> str:
        """The checksums of the corpus; raises ArtefactError if it is missing or changed."""
        return digest_of_corpus(self.folder)

    def beside(self, lessons: Sequence[Example], tokenizer: Any) -> list[Example]:
        """Return so much of the corpus that it has its share of the tokens; what is too small is learned more than once.

        Raises ValueError if nothing of the corpus is left, and ArtefactError if it is missing or changed.
        """
        wanted = self.share / (1 - self.share) * sum(map(len, lessons))
        found = [*self._texts(tokenizer), *self._pairs(tokenizer)]
        if not found:
            raise ValueError(f"--corpus {self.folder} holds nothing that is not held out: make it with more --pairs")
        taken: list[Example] = []
        length, order = 0, random.Random(f"corpus {self.seed}")
        while length < wanted:
            order.shuffle(found)
            for example in found:
                if length >= wanted:
                    break
                taken.append(example)
                length += len(example)
        return taken

    def _texts(self, tokenizer: Any) -> Iterator[Example]:
        for document in read_documents(self.folder):
            yield from text_examples(document.text, tokenizer)

    def _pairs(self, tokenizer: Any) -> Iterator[Example]:
        end = tokenizer.eos_token_id
        for pair in read_pairs(self.folder):
            if pair.hand not in self.held_out or not pair.hand:
                ids = _ids(pair.prompt, tokenizer)
                yield Example(tuple(ids), (*_ids(pair.reply, tokenizer), *(() if end is None else (end,))))


def text_examples(text: str, tokenizer: Any) -> Iterator[Example]:
    """Yield a text in pieces, of which every token but the very first is learned: that which begins a text, or the one before."""
    end = tokenizer.eos_token_id
    begin = end if tokenizer.bos_token_id is None else tokenizer.bos_token_id
    ids = [*(() if begin is None else (begin,)), *_ids(text, tokenizer), *(() if end is None else (end,))]
    for start in range(0, len(ids) - 1, _LONGEST):
        yield Example((ids[start],), tuple(ids[start + 1 : start + 1 + _LONGEST]))


def _ids(text: str, tokenizer: Any) -> list[int]:
    """Return the tokens of a text; a token of the form of readings that is written out in it becomes ordinary letters."""
    ids: list[int] = tokenizer(text, split_special_tokens=True, add_special_tokens=False).input_ids
    return ids
