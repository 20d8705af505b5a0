"""The lessons of a folder, and the batches of a training: which lessons stand in batch n depends on seed and n alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from training.llm.sft.fragment import TRIAL_FIELDS
from training.llm.sft.making import LEARNED, lengths_path, tokens_path, told_path

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WINDOW: Final = 2048  # lessons among which those of like length are put together, so that little is padded


class NoLessons(ValueError):  # noqa: N818 - names the condition
    """The folder has no finished shard."""


@dataclass(frozen=True)
class Batch:
    """`ids` int64[B, T], padded on the right with 0, and `learned` bool[B, T].

    `told` float32[N, 7, MOST_VALUES] belongs to the 7 tokens from `told_at` int64[N, 2] (row, column) on: shares that are learned
    there. These tokens are not among the learned ones.
    """

    ids: NDArray[np.int64]
    learned: NDArray[np.bool_]
    told_at: NDArray[np.int64]
    told: NDArray[np.float32]


@dataclass
class LessonSet:
    """Packed `tokens` of all lessons and the `starts` of each (one more than lessons), from the first `shards` of a folder."""

    tokens: NDArray[np.uint16]
    starts: NDArray[np.int64]
    told_at: NDArray[np.int32]
    told: NDArray[np.uint8]
    shards: int
    _epochs: dict[tuple[int, int, int], list[NDArray[np.int64]]] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path, shards: int | None = None) -> LessonSet:
        """Load the first `shards` shards, by default all up to the first that is missing; raises NoLessons."""
        tokens, lengths, told, count = [], [], [], 0
        while (shards is None or count < shards) and lengths_path(folder, count).exists():
            tokens.append(np.load(tokens_path(folder, count)))
            lengths.append(np.load(lengths_path(folder, count)))
            told.append(np.load(told_path(folder, count)))
            count += 1
        if not count or (shards is not None and count < shards):
            raise NoLessons(
                f"{folder} has {count} shards in a row, {shards or 1} are needed: make them with `train 6g-llm --stage data`"
            )
        sizes = np.concatenate(lengths)
        starts = np.concatenate([[0], np.cumsum(sizes[:, 0], dtype=np.int64)])
        return cls(np.concatenate(tokens), starts, sizes[:, 1], np.concatenate(told), count)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def lesson(self, number: int) -> NDArray[np.uint16]:
        """Return the packed tokens of a lesson."""
        return self.tokens[self.starts[number] : self.starts[number + 1]]

    def batch(self, number: int, size: int, seed: int) -> Batch:
        """Return batch `number` of an endless row of epochs, of at most `size` tokens with padding."""
        epoch = 0
        while number >= len(batches := self._batches(epoch, size, seed)):
            number -= len(batches)
            epoch += 1
        lessons = [self.lesson(index) for index in batches[number].tolist()]
        packed = np.zeros((len(lessons), max(map(len, lessons))), dtype=np.uint16)
        for row, lesson in enumerate(lessons):
            packed[row, : len(lesson)] = lesson
        learned = (packed & LEARNED) != 0
        columns = self.told_at[batches[number]]
        rows = np.flatnonzero(columns >= 0)
        for row in rows.tolist():
            learned[row, columns[row] : columns[row] + len(TRIAL_FIELDS)] = False
        told = self.told[batches[number][rows]].astype(np.float32)
        told /= told.sum(axis=-1, keepdims=True)
        return Batch((packed & (LEARNED - 1)).astype(np.int64), learned, np.stack([rows, columns[rows]], axis=1), told)

    def _batches(self, epoch: int, size: int, seed: int) -> list[NDArray[np.int64]]:
        key = (epoch, size, seed)
        if key not in self._epochs:
            self._epochs[key] = self._drawn(np.random.default_rng((seed, epoch)), size)
        return self._epochs[key]

    def _drawn(self, rng: np.random.Generator, size: int) -> list[NDArray[np.int64]]:
        order, lengths = rng.permutation(len(self)), np.diff(self.starts)
        batches = []
        for start in range(0, len(order), _WINDOW):
            window = order[start : start + _WINDOW]
            window = window[np.argsort(lengths[window], kind="stable")]
            first = 0
            while first < len(window):
                last = first + 1
                while last < len(window) and lengths[window[last]] * (last + 1 - first) <= size:
                    last += 1
                batches.append(window[first:last])
                first = last
        return [batches[index] for index in rng.permutation(len(batches)).tolist()]
