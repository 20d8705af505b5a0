"""The watchdog: finds overdue commitments and takes their changes back, whether or not the agent that made them is alive.

It reads only the state database, so `python -m harness.commitments.watchdog` works after a kill of the run's process.
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
from harness.commitments.store import Commitment, CommitmentStore
from harness.journal.journal import Journal
from harness.runtime.errors import HarnessError
from harness.runtime.paths import Paths
from harness.runtime.store import StateStore
from twins.network import Network, NetworkError

LEASE_S = 120.0
_GIVE_UP_AFTER = 50


@dataclass(frozen=True)
class Swept:
    """What became of one overdue commitment."""

    key: str
    state: str
    note: str


class Watchdog:
    """Sweeps the open commitments; `connect(network)` reaches a network by the name that its commitments carry (its URL)."""

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
        self._who = f"watchdog:{os.getpid()}"

    def sweep(self) -> list[Swept]:
        """Take back every overdue change that nobody else is taking back; returns what was done."""
        networks: dict[str, Network | NetworkError] = {}
        swept = []
        for commitment in self._commitments.open_commitments():
            if commitment.network not in networks:
                networks[commitment.network] = self._reach(commitment.network)
            done = self._tend(commitment, networks[commitment.network])
            swept += [done] if done else []
        return swept

    def _reach(self, name: str) -> Network | NetworkError:
        try:
            return self._connect(name)
        except NetworkError as error:
            return error

    def _tend(self, commitment: Commitment, network: Network | NetworkError) -> Swept | None:
        reachable = not isinstance(network, NetworkError)
        try:
            network_now = network.describe().now.timestamp() if not isinstance(network, NetworkError) else None
        except NetworkError as error:
            network, network_now, reachable = error, None, False
        if not commitment.is_overdue(self._now(), network_now) or commitment.attempts >= _GIVE_UP_AFTER:
            return None
        if not self._commitments.claim(commitment.key, self._who, LEASE_S):
            return None
        return (
            self._revert(self._commitments.get(commitment.key), network) if reachable else self._failed(commitment, str(network))
        )

    def _revert(self, commitment: Commitment, network: Network | NetworkError) -> Swept | None:
        if not commitment.is_open or isinstance(network, NetworkError):
            return None
        try:
            note = roll_back(network, commitment)
        except NetworkError as error:
            return self._failed(commitment, str(error))
        self._commitments.reverted(commitment.key, f"by the watchdog: {note}")
        self._journal.append(
            "change.reverted",
            {"key": commitment.key, "digest": commitment.digest, "by": "watchdog", "why": "deadline passed", "note": note},
            commitment.run_id,
        )
        return Swept(commitment.key, "reverted", note)

    def _failed(self, commitment: Commitment, why: str) -> Swept:
        self._commitments.revert_failed(commitment.key, why)
        if commitment.attempts == 0:
            self._journal.append("change.revert_failed", {"key": commitment.key, "by": "watchdog", "why": why}, commitment.run_id)
        return Swept(commitment.key, "revert_failed", why)


def ensure_watchdog(paths: Paths, period_s: float = 2.0) -> None:
    """Start a watchdog process for this data folder that outlives the caller; a second one ends at once by itself."""
    command = [
        sys.executable,
        "-m",
        "harness.commitments.watchdog",
        "--data-dir",
        str(paths.root),
        "--period",
        str(period_s),
        "--until-idle",
    ]
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
    parser.add_argument(
        "--heads-dir", type=Path, default=None, help="the folder of the journal's heads, where not below data-dir"
    )
    parser.add_argument("--period", type=float, default=2.0, help="seconds between two sweeps")
    parser.add_argument("--once", action="store_true", help="sweep once and end")
    parser.add_argument("--until-idle", action="store_true", help="end when no commitment is open")
    return parser.parse_args()


def _watch(paths: Paths, arguments: argparse.Namespace) -> None:
    commitments = CommitmentStore(StateStore(paths.state))
    watchdog = Watchdog(commitments, _connect_oran(paths), Journal.of(paths))
    while True:
        for one in watchdog.sweep():
            sys.stderr.write(f"{one.key}: {one.state}: {one.note}\n")
        idle = not [one for one in commitments.open_commitments() if one.attempts < _GIVE_UP_AFTER]
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
