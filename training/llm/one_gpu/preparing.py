"""Lessons made by all cores of a machine, within a time: shards of texts, each with a seed of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from training.llm.lessons import Lessons, texts_of_lessons
from twins.worker_process import prepare_worker, worker_pool

if TYPE_CHECKING:
    from training.llm.encoder.batches import EncoderExample
    from training.llm.labelled_text import LabelledText
    from training.llm.reader.batches import Example

_SHARDS: Final = 2  # for a core: each costs some seconds at its beginning
_PAUSE_S: Final = 0.05
_tokenizers: dict[str, Any] = {}  # of a worker process
Report = Callable[[str], None]


@dataclass(frozen=True)
class Prepared:
    """The same texts as both readers learn them, and what they are."""

    reader: list[Example]
    encoder: list[EncoderExample]
    lessons: Lessons


class _TimeOverError(Exception):
    """Ends the pool with what it is doing."""


def prepared(lessons: Lessons, base: Path, workers: int, seconds: float, report: Report) -> Prepared:
    """Return the lessons, as far as the time allows; the texts of the hands themselves are always among them.

    Which shards are ready may differ from machine to machine; their content depends on the seed alone.
    """
    until = time.monotonic() + seconds
    shards = _shards(lessons, _SHARDS * workers)
    results: dict[int, Any] = {}
    with suppress(_TimeOverError), worker_pool(workers, partial(_prepare, base)) as pool:
        futures = [pool.submit(_examples, shard) for shard in shards]
        while len(results) < len(shards):
            if time.monotonic() > until and 0 in results:
                raise _TimeOverError
            time.sleep(_PAUSE_S)
            results |= {number: one.result() for number, one in enumerate(futures) if number not in results and one.done()}
    order = [0] * lessons.passes + sorted(results.keys() - {0})
    made = [shards[number] for number in sorted(results)]
    report(f"{len(made)} of {len(shards)} shards of lessons by {workers} processes")
    return Prepared(
        [example for number in order for example in results[number][0]],
        [example for number in order for example in results[number][1]],
        replace(lessons, variants=sum(one.variants for one in made), composed=sum(one.composed for one in made)),
    )


def _shards(lessons: Lessons, count: int) -> list[Lessons]:
    """Return the parts of the lessons: first the texts of the hands themselves, then as many parts of what is made of them."""

    def part(whole: int, number: int) -> int:
        return whole * (number + 1) // count - whole * number // count

    return [
        replace(lessons, passes=1, variants=0, composed=0),
        *(
            replace(
                lessons,
                passes=0,
                variants=part(lessons.variants, number),
                composed=part(lessons.composed, number),
                seed=1000 * lessons.seed + number,
            )
            for number in range(count)
        ),
    ]


def _prepare(base: Path) -> None:
    prepare_worker()
    from agents.readers.encoder.minilm import minilm_tokenizer
    from agents.readers.language_model.base_model import read_base

    _tokenizers.update(reader=read_base(base).tokenizer, encoder=minilm_tokenizer())


def _examples(lessons: Lessons) -> tuple[list[Example], list[EncoderExample]]:
    from agents.readers.language_model.answer import AnswerForm
    from training.llm.encoder.batches import encoder_example
    from training.llm.reader.examples import example_of

    texts: list[LabelledText] = texts_of_lessons(lessons)
    form = AnswerForm(_tokenizers["reader"])
    return [example_of(text, form) for text in texts], [encoder_example(text, _tokenizers["encoder"]) for text in texts]
