"""One sample of `twinpilot bench reading-speed`: a fresh process that loads the readers, reads, and prints what that took."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from training.llm.understanding.bench_reading_speed import TEXT, Elapsed, SpeedSample
from twins.screen.say import say_json

_TEXTS: Final = 32


@contextmanager
def _measured() -> Iterator[dict[str, float]]:
    took: dict[str, float] = {}
    wall, cpu = time.perf_counter(), time.process_time()
    yield took
    took.update(wall=time.perf_counter() - wall, cpu=time.process_time() - cpu)


def measure() -> SpeedSample:
    """Return the sample; raises ReaderError, ArtefactError."""
    with _measured() as load:  # the imports are a good part of loading
        import torch

        from agents.readers.command_understand import STADIUM, card_from
        from agents.readers.listener import Listener
        from agents.reading.names import Names

        torch.set_num_threads(1)
        listener = Listener.load()
    names = Names(card_from(STADIUM))
    with _measured() as first:
        list(listener.listen([TEXT], names))
    texts = _texts()
    with _measured() as batch:
        list(listener.listen(texts, names))
    return SpeedSample(load=Elapsed(**load), first=Elapsed(**first), batch=Elapsed(**batch), texts=len(texts), peak=_peak())


def _texts() -> list[str]:
    """Return texts of operators, the same for every sample: some of each hand."""
    from training.llm.labelled_text import hands_of

    hands = hands_of()
    each = -(-_TEXTS // len(hands))
    return [text.text for hand in hands for text in hand.texts[:each]][:_TEXTS]


def _peak() -> int:
    """Return the most memory of this process so far: not `ru_maxrss`, which begins with that of the process that started it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    if found is None:
        raise RuntimeError("/proc/self/status has no VmHWM: peak memory is measured on Linux only")
    return 1024 * int(found[1])


if __name__ == "__main__":
    say_json(measure())
