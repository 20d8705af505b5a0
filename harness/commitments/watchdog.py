"""The watchdog: finds overdue commitments and reverts their changes, whether or not the process of the run is alive.

It needs only the state database, so `python -m harness.commitments.watchdog` works after the run's process was killed.
A run that applies a change starts one (`ensure_watchdog`); it ends by itself when no commitment is open.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.commitments.rollback import roll_back
from harness.commitments.store import Commitment, CommitmentState, CommitmentStore
from harness.journal.journal import Journal
from harness.runtime.errors import HarnessError
from harness.runtime.paths import Paths
from harness.runtime.store import StateStore
from twins.network import Network, NetworkError

LEASE_S = 120.0
_MAX_ATTEMPTS = 50


@dataclass(frozen=True)
class SweepResult:
    """What the watchdog did about one overdue commitment."""

    key: str
    state: CommitmentState
    note: str


@dataclass(frozen=True)
class _Peer:
    """A network that answers, and its time in seconds since the epoch."""

    network: Network
    now: float


class Watchdog:
    """Sweeps the open commitments; `connect(name)` returns the network of the name (URL) under which a commitment is filed."""

    def __init__(
        self,
        commitments: CommitmentStore,
        connect: Callable[[str], Network],
        journal: Journal,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._commitments = commitments
        self._connect = connect
        self._journal = journal
        self._now = now
        self._owner = f"watchdog:{os.getpid()}"

    def sweep(self) -> list[SweepResult]:
        """Revert every overdue change that nobody else is reverting; return what was done."""
        peers: dict[str, _Peer | NetworkError] = {}
        results = []
        for commitment in self._commitments.open_commitments():
            if commitment.network not in peers:
                peers[commitment.network] = self._reach(commitment.network)
            result = self._attend(commitment, peers[commitment.network])
            results += [result] if result else []
        return results

    def _reach(self, name: str) -> _Peer | NetworkError:
        try:
            network = self._connect(name)
            return _Peer(network, network.describe().now.timestamp())
        except NetworkError as error:
            return error

    def _attend(self, commitment: Commitment, peer: _Peer | NetworkError) -> SweepResult | None:
        network_now = peer.now if isinstance(peer, _Peer) else None
        if not commitment.is_overdue(self._now(), network_now) or commitment.attempts >= _MAX_ATTEMPTS:
            return None
        if not self._commitments.claim(commitment.key, self._owner, LEASE_S):
            return None
        if isinstance(peer, NetworkError):
            return self._failed(commitment, str(peer))
        return self._revert(self._commitments.get(commitment.key), peer.network)

    def _revert(self, commitment: Commitment, network: Network) -> SweepResult | None:
        if not commitment.is_open:
            return None
        try:
            note = roll_back(network, commitment)
        except NetworkError as error:
            return self._failed(commitment, str(error))
        self._commitments.reverted(commitment.key, f"by the watchdog: {note}")
        self._journal.append(
            commitment.ending,
            {"key": commitment.key, "digest": commitment.digest, "by": "watchdog", "why": commitment.why_due, "note": note},
            commitment.run_id,
        )
        return SweepResult(commitment.key, self._commitments.get(commitment.key).state, note)

    def _failed(self, commitment: Commitment, why: str) -> SweepResult:
        self._commitments.revert_failed(commitment.key, why)
        if commitment.attempts == 0:
            self._journal.append("change.revert_failed", {"key": commitment.key, "by": "watchdog", "why": why}, commitment.run_id)
        return SweepResult(commitment.key, "revert_failed", why)


def ensure_watchdog(paths: Paths, period_s: float = 2.0) -> None:
    """Start a watchdog process for this data folder that outlives the caller; if one is running, the new one ends at once."""
    command = [sys.executable, "-m", "harness.commitments.watchdog", "--data-dir", str(paths.root)]
    command += ["--period", str(period_s), "--until-idle"]
    if paths.heads_folder:
        command += ["--heads-dir", str(paths.heads_folder)]
    with Path(os.devnull).open("w") as nowhere:
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=nowhere, stderr=nowhere, start_new_session=True)  # noqa: S603


def _connect_oran(paths: Paths) -> Callable[[str], Network]:
    def connect(url: str) -> Network:
        from tools.oran.oran_network import OranNetwork

        try:
            return OranNetwork(url, ledger=paths.ledger)
        except ValueError as error:
            raise NetworkError(str(error)) from error

    return connect


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m harness.commitments.watchdog", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="the folder of the state database")
    parser.add_argument("--heads-dir", type=Path, default=None, help="the folder of the journal's heads, if not below data-dir")
    parser.add_argument("--period", type=float, default=2.0, help="seconds between two sweeps")
    parser.add_argument("--once", action="store_true", help="sweep once and end")
    parser.add_argument("--until-idle", action="store_true", help="end when no commitment is open")
    return parser.parse_args()


def _watch(paths: Paths, arguments: argparse.Namespace) -> None:
    commitments = CommitmentStore(StateStore(paths.state))
    watchdog = Watchdog(commitments, _connect_oran(paths), Journal.of(paths))
    while True:
        for result in watchdog.sweep():
            sys.stderr.write(f"{result.key}: {result.state}: {result.note}\n")
        idle = all(commitment.attempts >= _MAX_ATTEMPTS for commitment in commitments.open_commitments())
        if arguments.once or (arguments.until_idle and idle):
            return
        time.sleep(arguments.period)


def main() -> None:
    """Run the watchdog; one per data folder."""
    arguments = _arguments()
    paths = Paths(arguments.data_dir, arguments.heads_dir)
    try:
        paths.root.mkdir(parents=True, exist_ok=True)
        with (paths.root / "watchdog.lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | (0 if arguments.once else fcntl.LOCK_NB))
            except BlockingIOError:
                return
            _watch(paths, arguments)
    except (HarnessError, OSError) as error:
        sys.exit(f"watchdog: {error}")


if __name__ == "__main__":
    main()
