"""`twinpilot bench trust`: tries to break the harness, and counts what broke.

Each experiment is a module of this room and returns an `Experiment`. With --out DIR an interrupted benchmark goes on where it
was (so give another version another folder); progress is shown on standard error. A full run takes about an hour, --quick about
a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from harness.trust.experiment import Experiment
from harness.trust.fuzz import fuzz
from harness.trust.injections import injections
from harness.trust.kills import kills
from harness.trust.peers import peers
from harness.trust.tamperings import tamperings
from policies.figure import BenchResult

_SEED = 1
EXPERIMENTS: tuple[Callable[[bool, Path | None], Experiment], ...] = (tamperings, fuzz, peers, injections, kills)


def run(quick: bool, out: Path | None) -> BenchResult:
    """Run every experiment; `quick` takes a few trials of each. The trials' results are written to the folder `out`."""
    results = [experiment(quick, out) for experiment in EXPERIMENTS]
    return BenchResult(figures=tuple(figure for result in results for figure in result.figures()), seeds=(_SEED,))
