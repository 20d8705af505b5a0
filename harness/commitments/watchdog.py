"""The watchdog: finds overdue commitments and reverts their changes, whether or not the process of the run is alive.

1. It needs only the state database, so `python -m harness.commitments.watchdog` works after the run's process was killed. A run
   that applies a change starts one, and every later command does if one is missing (`harness.commitments.guard`).
2. It ends by itself only when no commitment is open. A change that cannot be reverted is tried again, with growing pauses, for as
   long as it takes; the journal says so when it happens, when the reason changes, and every hour.
3. If it has to stop before that, it says what still stands and ends with status 5.
"""

from __future__ import annotations

import argparse
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from harness.commitments.commitment import Commitment, CommitmentState
from harness.commitments.guard import has_open_commitments, watchdog_lock
from harness.commitments.notice import is_left_standing, notice
from harness.commitments.page_now import restate
from harness.commitments.rollback import SENT_NOTHING, roll_back
from harness.commitments.store import CommitmentStore
from harness.journal.journal import Journal
from harness.journal.write_ahead import open_state
from harness.runtime.command_line import give_options
from harness.runtime.embedded_place import is_embedded, stands_still, url_of
from harness.runtime.errors import HarnessError
from harness.runtime.paths import Paths
from harness.runtime.settings import JournalSettings
from twins.network import Network, NetworkError

if TYPE_CHECKING:
    from tools.oran.oran_network import OranNetwork

LEASE_S = 120.0
REMINDER_S = 3600.0
STILL_OPEN_STATUS = 5
_ERRORS = (HarnessError, NetworkError, ValueError, OSError, sqlite3.Error)


@dataclass(frozen=True)
class SweepResult:
    """What the watchdog did about one overdue commitment."""

    key: str
    state: CommitmentState
    note: str


@dataclass(frozen=True)
class _Peer:
    """A network that answers, its time in seconds since the epoch, and its identity."""

    network: Network
    now: float
    identity: str


class Watchdog:
    """Sweeps the open commitments; `connect(name)` returns the network of the name under which a commitment is filed.

    stands_still: whether the network of this name is an embedded one that no process serves. Nothing happens on it, and the run
    that goes on with it verifies its change or takes it back. restate: called with the id of a run whose commitment has changed.
    """

    def __init__(
        self,
        commitments: CommitmentStore,
        connect: Callable[[str], Network],
        journal: Journal,
        now: Callable[[], float] | None = None,
        stands_still: Callable[[str], bool] = lambda name: False,
        restate: Callable[[str], None] = lambda run_id: None,
    ) -> None:
        self._commitments = commitments
        self._connect = connect
        self._journal = journal
        self._now = now or commitments.now
        self._stands_still = stands_still
        self._restate = restate
        self._owner = f"watchdog:{os.getpid()}"

    def sweep(self) -> list[SweepResult]:
        """Revert every overdue change that nobody else is reverting; return what was done."""
        peers: dict[str, _Peer | Exception] = {}
        results = (self._attend(key, peers) for key in self._commitments.open_keys())
        return [result for result in results if result is not None]

    def _attend(self, key: str, peers: dict[str, _Peer | Exception]) -> SweepResult | None:
        """Attend to one commitment; whatever fails there does not keep the others waiting."""
        try:
            commitment = self._commitments.get(key)
            if self._stands_still(commitment.network):
                return None
            if commitment.is_paused(self._now()):
                return None
            if commitment.network not in peers:
                peers[commitment.network] = self._reach(commitment.network)
            return self._attend_to(commitment, peers[commitment.network])
        except _ERRORS as error:
            return SweepResult(key, "revert_failed", f"it cannot be attended to: {' '.join(str(error).split())}")

    def _reach(self, name: str) -> _Peer | Exception:
        try:
            network = self._connect(name)
            return _Peer(network, network.describe().now.timestamp(), network.identity())
        except _ERRORS as error:
            return error

    def _attend_to(self, commitment: Commitment, peer: _Peer | Exception) -> SweepResult | None:
        if isinstance(peer, _Peer) and not commitment.identity:
            self._commitments.identify(commitment.key, peer.identity)
        is_its_network = isinstance(peer, _Peer) and commitment.identity in ("", peer.identity)
        network_now = peer.now if isinstance(peer, _Peer) and is_its_network else None
        if not commitment.is_overdue(self._now(), network_now):
            return None
        if not self._commitments.claim(commitment.key, self._owner, LEASE_S):
            return None
        if commitment.state == "scheduled":  # nothing was sent: no network is needed to close it
            return self._close(commitment, SENT_NOTHING)
        if isinstance(peer, Exception):
            return self._failed(commitment, str(peer))
        return self._revert(self._commitments.get(commitment.key), peer.network)

    def _revert(self, commitment: Commitment, network: Network) -> SweepResult | None:
        if not commitment.is_open:
            return None
        try:
            note = roll_back(network, commitment)
        except _ERRORS as error:
            return self._failed(commitment, str(error))
        return self._close(commitment, note)

    def _close(self, commitment: Commitment, note: str) -> SweepResult:
        self._commitments.reverted(commitment.key, f"by the watchdog: {note}")
        why = "taking it back had failed" if commitment.state == "revert_failed" else commitment.why_due
        self._journal.append(
            commitment.ending,
            {"key": commitment.key, "digest": commitment.digest, "by": "watchdog", "why": why, "note": note},
            commitment.run_id,
        )
        self._show(commitment)
        return SweepResult(commitment.key, self._commitments.get(commitment.key).state, note)

    def _failed(self, before: Commitment, why: str) -> SweepResult:
        """Record that the change still stands; the journal gets it when it is new, and as a reminder."""
        commitment = self._commitments.revert_failed(before.key, why)
        is_new = before.state != "revert_failed" or before.note != why
        if is_new or self._now() - before.reported_at >= REMINDER_S:
            kind = "change.revert_failed" if is_new else "change.still_applied"
            body = {"key": before.key, "digest": before.digest, "by": "watchdog", "why": why, "attempts": commitment.attempts}
            self._journal.append(kind, body, before.run_id)
            self._commitments.reported(before.key)
        if is_new:
            self._show(before)
        return SweepResult(before.key, "revert_failed", why)

    def _show(self, commitment: Commitment) -> None:
        """Let the run's page say how it stands now; a page that cannot be written keeps nothing from being taken back."""
        try:
            self._restate(commitment.run_id)
        except _ERRORS as error:
            why = f"{type(error).__name__}: {error}"
            self._journal.append("report.failed", {"key": commitment.key, "why": why}, commitment.run_id)


class _OranNetworks:
    """The live networks by URL, each connected once; a network that lives in its run's process cannot be reached."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._networks: dict[str, OranNetwork] = {}

    def __call__(self, name: str) -> Network:
        from harness.commitments.reaching import reach

        url = url_of(self._paths, name) or name
        if url not in self._networks:
            self._networks[url] = reach(self._paths, name)
        return self._networks[url]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m harness.commitments.watchdog", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="the folder of the state database")
    parser.add_argument("--journal", default="{}", help="the settings of section journal as JSON: heads and witnesses")
    parser.add_argument("--credentials-file", type=Path, default=None, help="the file of the peers' credentials")
    parser.add_argument("--period", type=float, default=2.0, help="seconds between two sweeps")
    parser.add_argument("--once", action="store_true", help="sweep once and end")
    parser.add_argument("--until-idle", action="store_true", help="end when no commitment is open")
    return parser.parse_args()


def _watch(paths: Paths, arguments: argparse.Namespace) -> None:
    """Sweep until no commitment is open; raises SystemExit if it has to stop before."""
    store, journal = open_state(paths)
    commitments = CommitmentStore(store)
    still, page = partial(stands_still, paths), partial(restate, paths, store)
    watchdog = Watchdog(commitments, _OranNetworks(paths), journal, stands_still=still, restate=page)
    _stop_with_a_message(commitments)
    last: dict[str, SweepResult] = {}
    while paths.state.exists():
        try:
            _sweep(watchdog, last)
            if arguments.once:
                return _end([one for one in commitments.open_commitments() if is_left_standing(one, time.time())])
            if arguments.until_idle and not has_open_commitments(paths):
                return _end(commitments.open_commitments())
        except _ERRORS as error:
            if arguments.once:
                raise
            _say(f"it goes on after: {' '.join(str(error).split())}")
        time.sleep(arguments.period)
    sys.exit(f"watchdog: {paths.state} is gone: what is open there can no longer be taken back")


def _sweep(watchdog: Watchdog, last: dict[str, SweepResult]) -> None:
    """Sweep once and write what is new to the log."""
    for result in watchdog.sweep():
        if last.get(result.key) != result:
            _say(f"{result.key}: {result.state}: {result.note}")
        last[result.key] = result


def _stop_with_a_message(commitments: CommitmentStore) -> None:
    """End on a signal with what is open, and a status that says so."""

    def stop(number: int, frame: object) -> None:
        _end(commitments.open_commitments())
        sys.exit(0)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)


def _end(still_open: list[Commitment]) -> None:
    """Return if nothing is open, else end with one line for each commitment and a status that says so."""
    if not still_open:
        return
    for commitment in still_open:
        _say(notice(commitment, time.time()))
    if not all(is_embedded(commitment.network) for commitment in still_open):
        _say("the watchdog stops; whatever twinpilot command runs next in this data folder starts another one")
    sys.exit(STILL_OPEN_STATUS)


def _say(line: str) -> None:
    sys.stderr.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S%z')} {line}\n")
    sys.stderr.flush()


def main() -> None:
    """Run the watchdog; one per data folder, beside single sweeps (`--once`)."""
    arguments = _arguments()
    try:
        paths = Paths(arguments.data_dir, JournalSettings.model_validate_json(arguments.journal), arguments.credentials_file)
        paths.secure()
        give_options(None, paths.root)
        if arguments.once:
            return _watch(paths, arguments)
        with watchdog_lock(paths) as is_free:
            return _watch(paths, arguments) if is_free else None
    except _ERRORS as error:
        sys.exit(f"watchdog: {error}")


if __name__ == "__main__":
    main()
