"""`twinpilot bench verification`: how often a verdict is wrong, on real KPI streams of the system twin with and without harm.

1. For each seed a network with a history, a change and the twin's prediction of it, as a run would have them: an effective change
   on even seeds, a neutral one on odd seeds, the other one if the gate would not let it pass (the twin does not promise the
   targets). Then kinds of trials (`kinds.KINDS`) happen to it: all harmless ones, and every third harmful one in turn. What is
   reported enters the KPI store window by window, through its checks.
2. **False "confirmed"**: of the trials that are clearly harmful by the true KPIs, and of those whose reports are false.
   **False rollback**: of the harmless kinds whose change meets its targets by the true KPIs; every verdict but "confirmed"
   counts, since an inconclusive change is taken back. In between (a target met or missed by less than a tenth, a loss of less
   than twice what is material) careful people differ: these trials are counted on their own.
3. Intervals are Clopper-Pearson (95 %) over the trials. Trials of one seed share its network, so seeds are counted as well.

Reported seeds are 7001 to 7240, which nobody looked at before. Network and kinds of trials were chosen with some of 2001 to 4025,
rules with 9101 to 9130, after two errors on 5001 to 5048, and after the rates on 6001 to 6240. With `--out` the trials are kept,
and a run that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from pathlib import Path
from statistics import fmean, median

from harness.verification.bench.kinds import KINDS, Kind
from harness.verification.bench.trial import Streams, Trial, run_trial
from harness.verification.bench.world import present_of, situation_of
from policies.figure import BenchResult, Figure
from tools.twinning.laboratory import Laboratory
from twins.progress import show_progress
from twins.scratch_folder import ScratchFolder
from twins.worker_process import worker_pool

SEEDS, QUICK_SEEDS = tuple(range(7001, 7241)), (2001, 2002)
_MAX_FALSE_CONFIRMED, _MAX_FALSE_ROLLBACK = 0.01, 0.05
_FACTOR_TWO = "throughput × 2"
_FILE = "verification-trials.jsonl"


def run(quick: bool, out: Path | None, workers: int = 1) -> BenchResult:
    """Measure the error rates on `workers` processes; `quick` uses two seeds. Trials are written to, and read from, `out`."""
    seeds = QUICK_SEEDS if quick else SEEDS
    trials = _trials(seeds, out / _FILE if out else None, workers)
    return BenchResult(figures=tuple(figures_of(trials)), seeds=tuple(sorted({trial.seed for trial in trials})))


def _trials(seeds: Sequence[int], path: Path | None, workers: int) -> list[Trial]:
    done = _read(path) if path else {}
    with show_progress("verification", "seeds") as progress:
        for seed, trials in _measured([seed for seed in seeds if seed not in done], workers):
            done[seed] = trials
            _write(path, seed, trials)
            progress(len(done), len(seeds))
    return [trial for seed in seeds for trial in done[seed]]


def _measured(seeds: Sequence[int], workers: int) -> Iterator[tuple[int, list[Trial]]]:
    if workers == 1:
        yield from ((seed, trials_of(seed)) for seed in seeds)
        return
    with worker_pool(workers) as pool:
        futures = {pool.submit(trials_of, seed): seed for seed in seeds}
        yield from ((futures[future], future.result()) for future in as_completed(futures))


def trials_of(seed: int) -> list[Trial]:
    """Return the trials of a seed; none if the gate lets neither change pass."""
    laboratory = Laboratory(workers=0)
    with ScratchFolder() as folder:
        present = present_of(seed, folder)
        for effective in (seed % 2 == 0, seed % 2 == 1):
            situation = situation_of(seed, present, laboratory, effective=effective)
            if situation is not None:
                streams = Streams(situation)
                return [run_trial(kind, seed, streams) for kind in kinds_of(seed, effective=effective)]
    return []


def kinds_of(seed: int, *, effective: bool) -> list[Kind]:
    """Return the kinds of trials of a seed: those without harm, and every third one of the rest in turn."""
    own = [kind for kind in KINDS if kind.effective is effective]
    rest = [kind for kind in own if kind.expected != "harmless"]
    return [kind for kind in own if kind.expected == "harmless"] + rest[seed // 2 % 3 :: 3]


def _read(path: Path) -> dict[int, list[Trial]]:
    """Return the trials by seed; a last line that is incomplete, because its process was killed, is skipped."""
    if not path.exists():
        return {}
    lines = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]
    records = [json.loads(line) for line in lines]
    return {record["seed"]: [Trial.model_validate(trial) for trial in record["trials"]] for record in records}


def _write(path: Path | None, seed: int, trials: list[Trial]) -> None:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"seed": seed, "trials": [trial.model_dump(mode="json") for trial in trials]}) + "\n")


def figures_of(trials: Sequence[Trial]) -> Iterator[Figure]:
    """Yield the error rates with their intervals, in all and by kind."""
    by_name = {kind.name: kind for kind in KINDS}
    bad = [trial for trial in trials if trial.truth in ("harmful", "false report")]
    good = [trial for trial in trials if trial.truth == "harmless" and by_name[trial.kind].expected == "harmless"]
    yield _rate("false confirmed", bad, _is_confirmed, _MAX_FALSE_CONFIRMED)
    yield _rate("false confirmed, harm", [trial for trial in bad if trial.truth == "harmful"], _is_confirmed)
    yield _rate("false confirmed, false reports", [trial for trial in bad if trial.truth == "false report"], _is_confirmed)
    yield _rate("false confirmed, without reports of twice the value", [t for t in bad if t.kind != _FACTOR_TWO], _is_confirmed)
    yield _rate("false rollback", good, lambda trial: trial.verdict != "confirmed", _MAX_FALSE_ROLLBACK)
    yield _rate("false rollback as harm", good, lambda trial: trial.verdict == "harmed")
    yield _rate("false rollback as inconclusive", good, lambda trial: trial.verdict == "inconclusive")
    yield _windows([trial.windows for trial in good if _is_confirmed(trial)])
    marginal = [trial for trial in trials if trial.truth == "marginal"]
    yield _rate("confirmed in marginal cases", marginal, _is_confirmed)
    for kind in KINDS:
        expected = ("harmless",) if kind.expected == "harmless" else ("harmful", "false report")
        own = [trial for trial in trials if trial.kind == kind.name and trial.truth in expected]
        yield _rate(f"{kind.name}: confirmed", own, _is_confirmed)


def _windows(windows: Sequence[int]) -> Figure:
    """Return how many windows a confirmation takes, of those that the last look used."""
    return Figure(
        name="windows until confirmed, median",
        value=float(median(windows)) if windows else None,
        unit="KPI windows",
        note=f"mean {fmean(windows):.1f}, at most {max(windows)}" if windows else "",
    )


def _is_confirmed(trial: Trial) -> bool:
    return trial.verdict == "confirmed"


def _rate(name: str, trials: Sequence[Trial], is_counted: Callable[[Trial], bool], highest: float | None = None) -> Figure:
    count = sum(map(is_counted, trials))
    low, high = _interval(count, len(trials))
    seeds = len({trial.seed for trial in trials})
    return Figure(
        name=name,
        value=100 * count / len(trials) if trials else None,
        unit="%",
        target=f"≤ {100 * highest:g}" if highest is not None else "",
        met=count <= highest * len(trials) if highest is not None and trials else None,
        note=f"{count} of {len(trials)} trials on {seeds} seeds; 95 % interval {100 * low:.2f}..{100 * high:.2f} %",
    )


def _interval(count: int, trials: int) -> tuple[float, float]:
    if not trials:
        return 0.0, 1.0
    from scipy.stats import binomtest

    interval = binomtest(count, trials).proportion_ci(confidence_level=0.95, method="exact")
    return float(interval.low), float(interval.high)
