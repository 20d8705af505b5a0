"""Hands the heads of a journal to its witnesses, and reports when one is out of reach or back."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from harness.journal.key import VerifyKey
from harness.journal.record import JournalHead, JournalRecord
from harness.journal.witness import Witness, WitnessConflictError, WitnessError
from harness.runtime.command_line import twinpilot

_LOG = logging.getLogger("twinpilot.journal")
_RETRY_S = 30.0


@dataclass
class _Standing:
    """How a witness stands: not asked before `retry_at` (monotonic seconds), and how many heads it has missed."""

    retry_at: float = 0.0
    missed: int = 0


class WitnessWatch:
    """The witnesses of the journal that `key` signs; one that failed is tried again after `retry_s`."""

    def __init__(
        self,
        witnesses: tuple[Witness, ...],
        key: VerifyKey,
        retry_s: float = _RETRY_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._witnesses = tuple((witness, _Standing()) for witness in witnesses)
        self._key = key
        self._retry_s = retry_s
        self._now = now
        self._is_checked = False

    def check(self, last: JournalRecord | None) -> None:
        """Compare the journal's end with what the witnesses know, once per process; raises WitnessConflictError."""
        if self._is_checked:
            return
        for witness, _ in self._witnesses:
            with suppress(WitnessError):  # `publish` reports a witness that is out of reach
                known = witness.last(self._key)
                seq = last.seq if last else 0
                if known is not None and not self._key.accepts(known.seq, known.hash, known.signature):
                    continue  # somebody else's; verification names it
                if known is not None and (known.seq > seq or (last and known.seq == seq and known.hash != last.hash)):
                    raise WitnessConflictError(
                        f"the journal ends at record {seq}, the {witness.name} knows {known.seq}: it was cut or replaced;"
                        f" run `{twinpilot('journal', 'verify')}`, then start in a new data_dir"
                    )
        self._is_checked = True

    def publish(self, head: JournalHead) -> Iterator[tuple[str, dict[str, Any]]]:
        """Hand over a head; yield kind and body of a record for each witness that went out of reach or came back."""
        for witness, standing in self._witnesses:
            if self._now() < standing.retry_at:
                standing.missed += 1
                continue
            try:
                witness.publish(self._key, head)
            except WitnessError as error:
                yield from self._failed(witness, standing, head, error)
            else:
                if standing.missed:
                    yield "journal.witnessed", {"witness": witness.name, "missed": standing.missed}
                standing.missed = 0

    def _failed(
        self, witness: Witness, standing: _Standing, head: JournalHead, error: WitnessError
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        is_first = standing.missed == 0
        standing.missed += 1
        standing.retry_at = self._now() + self._retry_s
        if is_first:
            _LOG.warning("the journal goes on without its %s: %s", witness.name, error)
            yield "journal.unwitnessed", {"witness": witness.name, "from": head.seq, "why": str(error)}
