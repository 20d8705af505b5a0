"""The part of a run's page that says what holds now: it is replaced in the page whenever a commitment of the run changes.

The rest of the page is history, and is drawn once, when the run ends.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from harness.commitments.commitment import Commitment
from harness.commitments.notice import is_left_standing, notice
from harness.commitments.store import CommitmentStore
from harness.records.artifacts import Artifacts
from harness.records.outcome import RunOutcome
from harness.records.run_record import RunStore
from harness.records.status import TONE, Tone
from harness.runtime.paths import Paths
from harness.runtime.private import write_private
from harness.runtime.store import StateStore
from harness.runtime.timetable import moment_text
from policies.text.html import html_text
from policies.text.redaction import redacted

_BEGIN, _END = "<!-- now -->", "<!-- /now -->"
_BADGE: dict[Tone, str] = {"good": "good", "care": "care", "bad": "bad", "neutral": ""}


def now_section(outcome: RunOutcome, commitments: Sequence[Commitment], now: float) -> str:
    """Return the section as HTML: the status, the reason, and where each change stands; `now`: wall time, seconds."""
    badge = f'<span class="badge {_BADGE[TONE[outcome.status]]}">{html_text(outcome.status)}</span>'
    lines = [_line(commitment, now) for commitment in commitments] or ["nothing was changed on the network"]
    at = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M:%S} UTC"
    stands = "".join(f"<p><strong>Now</strong> ({at}): {line}</p>" for line in lines)
    return f"{_BEGIN}<h1>{badge} Run {html_text(outcome.run_id)}</h1><p>{html_text(outcome.message)}</p>{stands}{_END}"


def _line(commitment: Commitment, now: float) -> str:
    text = html_text(notice(commitment, now) if commitment.is_open else _closed(commitment))
    return f"<strong>{text}</strong>" if is_left_standing(commitment, now) else text


def _closed(commitment: Commitment) -> str:
    note = f": {commitment.note}" if commitment.note else ""
    if commitment.state == "confirmed":
        return f"the change stands{note}"
    if commitment.state == "settled":
        return f"the change was not taken back completely; a person ended it with the network as it is{note}"
    if commitment.state == "cancelled":
        return f"nothing was applied{note}"
    end = commitment.timetable.restore_at
    time_ended = f"its time ended at {moment_text(end)}, and " if end and commitment.state == "restored" else ""
    return f"{time_ended}the change was taken back, which was read back from the network{note}"


def restate(paths: Paths, store: StateStore, run_id: str) -> None:
    """Write into a run's page what holds now; a run without a page, which has not ended, gets none.

    Raises OSError, HarnessError.
    """
    artifacts = Artifacts(paths.run(run_id))
    if not artifacts.page.exists() or not artifacts.has("outcome"):
        return
    commitments = CommitmentStore(store, time.time)
    outcome = artifacts.load("outcome", RunOutcome).as_of(RunStore(store).get(run_id).status)
    section = redacted(now_section(outcome, commitments.of_run(run_id), commitments.now()))
    draft = artifacts.page.with_suffix(".draft")
    write_private(draft, _replaced(artifacts.page.read_text(encoding="utf-8"), section).encode())
    draft.replace(artifacts.page)


def _replaced(page: str, section: str) -> str:
    """Return the page with the section; text of others is escaped, and holds none of the marks."""
    before, mark, rest = page.partition(_BEGIN)
    if not mark:  # a page of an earlier version
        before, body, rest = page.partition("<body>")
        return before + body + section + rest
    return before + section + rest.partition(_END)[2]
