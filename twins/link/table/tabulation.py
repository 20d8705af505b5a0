"""Build the link table: simulate all grid points and decoder curves in worker processes, resumably, then assemble one file.

1. The work is a list of pieces; the result of each is a small file in the work folder, written atomically. Finished pieces are
   not repeated, so an interrupted tabulation resumes; file names contain seed and grid point, so runs do not mix.
2. `assemble_table` combines the finished pieces of the families and the curves into one npz.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import as_completed
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policies.artefact import Artefact, write_record
from twins.link.receiver import make_receiver, version_of
from twins.link.table.card import table_card
from twins.link.table.curve_grid import assemble, curve_keys
from twins.link.table.decoder_curve import Curve, CurveKey, simulate_curve
from twins.link.table.families import LEVELS, ORDERS, Family, GridPoint
from twins.link.table.point_simulation import PointResult, simulate_point
from twins.link.transmitter import make_transmitter
from twins.progress import Advance
from twins.worker_process import prepare_worker, worker_pool

INFORMATION_STEP = 1.0 / 65535.0  # quantiles are stored as uint16


@dataclass(frozen=True)
class Piece:
    """One piece of work: a grid point or a decoder curve, with the seed."""

    work: GridPoint | CurveKey
    seed: int

    def file(self, folder: Path) -> Path:
        """Return the path of the result in `folder`."""
        if isinstance(self.work, GridPoint):
            return folder / f"{self.work.key}{_weights_suffix(self.work.family)}_seed{self.seed}.npz"
        key = self.work
        code = f"{key.order}bit_{key.rate:g}_{key.block_bits}"
        return folder / f"curve_{code}_{key.algorithm}_{key.iterations}it_{key.transmissions}tx_seed{self.seed}.json"

    def run(self, folder: Path) -> None:
        """Simulate the piece and write its file."""
        target = self.file(folder)
        temporary = target.with_name(f"{target.name}.{os.getpid()}.part")
        if isinstance(self.work, GridPoint):
            result = simulate_point(self.work, self.seed)
            with temporary.open("wb") as stream:
                np.savez(stream, **vars(result))
        else:
            temporary.write_text(json.dumps(simulate_curve(self.work, self.seed).row()), encoding="utf-8")
        temporary.replace(target)


@lru_cache(maxsize=32)
def _weights_suffix(family: Family) -> str:
    """File name suffix with the checksum of a neural receiver's weights: other weights make other pieces."""
    point = next(family.points())
    configuration, channel = point.configuration(ORDERS[0]), point.channel()
    if configuration.receiver == "classical":
        return ""
    return f"_{version_of(make_receiver(make_transmitter(configuration), configuration, channel))[:8]}"


def pieces(families: Iterable[Family], seed: int, curves: bool = True) -> list[Piece]:
    """Return the pieces of `families` and, if `curves`, of the decoder curves."""
    points = (point for family in families for point in family.points())
    work: list[GridPoint | CurveKey] = [*(curve_keys() if curves else ()), *points]
    return [Piece(part, seed) for part in work]


def tabulate(work: list[Piece], folder: Path, workers: int, progress: Advance) -> None:
    """Run the unfinished pieces of `work` in `workers` processes; calls `progress(done, total)` after each piece."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = [piece for piece in work if not piece.file(folder).exists()]
    done = len(work) - len(unfinished)
    progress(done, len(work))
    with worker_pool(workers, _prepare) as pool:
        futures = {pool.submit(piece.run, folder) for piece in unfinished}
        try:
            for future in as_completed(futures):
                future.result()
                done += 1
                progress(done, len(work))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _prepare() -> None:
    prepare_worker()
    import torch

    torch.set_num_threads(1)


def assemble_table(families: Iterable[Family], seed: int, folder: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of the table from the finished pieces in `folder`; raises FileNotFoundError if any is missing."""
    families = tuple(families)
    work = pieces(families, seed)
    missing = [piece.file(folder).name for piece in work if not piece.file(folder).exists()]
    if missing:
        raise FileNotFoundError(
            f"{len(missing)} of {len(work)} pieces are missing, such as {missing[0]}: run the tabulation again, it resumes"
        )
    curves: dict[CurveKey, Curve] = {}
    axes = json.dumps([asdict(family) for family in families])
    arrays: dict[str, NDArray[Any]] = {"seed": np.array(seed), "families": np.array(axes)}
    for piece in work:
        if isinstance(piece.work, CurveKey):
            row = json.loads(piece.file(folder).read_text(encoding="utf-8"))
            curves[piece.work] = Curve(**{**row, "key": piece.work, "bit_errors": tuple(row["bit_errors"])})
        else:
            _insert(arrays, piece.work, _read(piece.file(folder)))
    return arrays | {f"curve_{name}": np.asarray(value) for name, value in assemble(curves).items()}


def write_table(path: Path, families: Sequence[Family], seed: int, folder: Path, remake: str, machine: str) -> Artefact:
    """Assemble the table of `families` from `folder` and write it atomically to `path`, with its record."""
    arrays = assemble_table(families, seed, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    with temporary.open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    temporary.replace(path)
    versions = {name: version(name) for name in ("sionna-no-rt", "torch", "numpy")}
    return write_record(path, table_card(families, seed), remake, machine, versions)


def _read(path: Path) -> PointResult:
    with np.load(path) as stored:
        return PointResult(**{name: stored[name] for name in stored.files})


def _insert(arrays: dict[str, NDArray[Any]], point: GridPoint, result: PointResult) -> None:
    name, shape = point.family.name, point.family.shape
    if f"{name}_information" not in arrays:
        arrays[f"{name}_information"] = np.zeros((*shape, len(LEVELS)), np.uint16)
        arrays[f"{name}_uncoded"], arrays[f"{name}_error"] = np.zeros(shape, np.float16), np.zeros(shape, np.float16)
        arrays[f"{name}_operations"] = np.zeros((len(point.family.dmrs_symbols), len(result.operations)), np.float32)
    profile, spread, speed, dmrs, prbs = point.index
    where = (profile, spread, speed, dmrs, slice(None), prbs)
    arrays[f"{name}_information"][where] = np.round(np.clip(result.information, 0.0, 1.0) / INFORMATION_STEP)
    arrays[f"{name}_uncoded"][where] = result.uncoded
    arrays[f"{name}_operations"][dmrs] = result.operations
    with np.errstate(divide="ignore"):
        arrays[f"{name}_error"][where] = 10.0 * np.log10(np.maximum(result.error, 1e-6))  # NMSE in dB; NaN stays NaN
