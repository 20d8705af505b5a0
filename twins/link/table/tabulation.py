"""Tabulate: simulate every place and decoder curve in worker processes, resumably, then assemble one file.

1. The work is a list of pieces; the result of each is one small file in the work folder, written whole or not at all. What is
   there is not done again, so a killed tabulation goes on where it was; seeds and grids do not mix, their names differ.
2. `assemble_table` puts what is there into one npz: families whose places are all there, and the curves.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policies.artefact import Artefact, write_record
from twins.link.receiver import make_receiver, version_of
from twins.link.table.card import table_card
from twins.link.table.curve_grid import assemble, curve_keys
from twins.link.table.decoder_curve import Curve, CurveKey, simulate_curve
from twins.link.table.families import LEVELS, ORDERS, Family, Place
from twins.link.table.place_simulation import PlaceResult, simulate_place
from twins.link.transmitter import make_transmitter
from twins.progress import Advance
from twins.worker_process import prepare_worker

INFORMATION_STEP = 1.0 / 65535.0  # quantiles are stored as uint16


@dataclass(frozen=True)
class Piece:
    """One piece of work: a place or a decoder curve, with the seed."""

    work: Place | CurveKey
    seed: int

    def file(self, folder: Path) -> Path:
        """Where its result lies."""
        if isinstance(self.work, Place):
            return folder / f"{self.work.key}{_learned(self.work.family)}_seed{self.seed}.npz"
        key = self.work
        code = f"{key.order}bit_{key.rate:g}_{key.block_bits}"
        return folder / f"curve_{code}_{key.algorithm}_{key.iterations}it_{key.transmissions}tx_seed{self.seed}.json"

    def run(self, folder: Path) -> None:
        """Simulate it and write its file."""
        target = self.file(folder)
        temporary = target.with_name(f"{target.name}.{os.getpid()}.part")
        if isinstance(self.work, Place):
            result = simulate_place(self.work, self.seed)
            with temporary.open("wb") as stream:
                np.savez(stream, **vars(result))
        else:
            temporary.write_text(json.dumps(simulate_curve(self.work, self.seed).row()), encoding="utf-8")
        temporary.replace(target)


@lru_cache(maxsize=32)
def _learned(family: Family) -> str:
    """A part of the name that tells the weights of a learned receiver: with others, its places are other pieces."""
    place = next(family.places())
    configuration, channel = place.configuration(ORDERS[0]), place.channel()
    if configuration.receiver == "classical":
        return ""
    return f"_{version_of(make_receiver(make_transmitter(configuration), configuration, channel))[:8]}"


def pieces(families: Iterable[Family], seed: int, curves: bool = True) -> list[Piece]:
    """Return the work of `families` and, unless left out, of the decoder curves."""
    work: list[Place | CurveKey] = [*(curve_keys() if curves else ()), *(place for one in families for place in one.places())]
    return [Piece(one, seed) for one in work]


def tabulate(work: list[Piece], folder: Path, workers: int, progress: Advance) -> None:
    """Do what of `work` is not done yet in `workers` processes; `progress(done, total)` after each piece."""
    folder.mkdir(parents=True, exist_ok=True)
    open_pieces = [piece for piece in work if not piece.file(folder).exists()]
    done = len(work) - len(open_pieces)
    progress(done, len(work))
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_prepare) as pool:
        waiting = {pool.submit(piece.run, folder) for piece in open_pieces}
        try:
            for future in as_completed(waiting):
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
    """Return the arrays of the table from the finished pieces in `folder`; raises FileNotFoundError naming what is missing."""
    chosen = tuple(families)
    work = pieces(chosen, seed)
    missing = [piece.file(folder).name for piece in work if not piece.file(folder).exists()]
    if missing:
        raise FileNotFoundError(
            f"{len(missing)} of {len(work)} pieces are missing, such as {missing[0]}: tabulate again, it goes on"
        )
    curves: dict[CurveKey, Curve] = {}
    arrays: dict[str, NDArray[Any]] = {"seed": np.array(seed), "families": np.array(json.dumps([asdict(one) for one in chosen]))}
    for piece in work:
        if isinstance(piece.work, CurveKey):
            row = json.loads(piece.file(folder).read_text(encoding="utf-8"))
            curves[piece.work] = Curve(**{**row, "key": piece.work, "bit_errors": tuple(row["bit_errors"])})
        else:
            _place(arrays, piece.work, _read(piece.file(folder)))
    return arrays | {f"curve_{name}": np.asarray(value) for name, value in assemble(curves).items()}


def write_table(path: Path, families: Sequence[Family], seed: int, folder: Path, remake: str, machine: str) -> Artefact:
    """Assemble the table of `families` from `folder` and write it to `path`, whole or not at all, with its record."""
    arrays = assemble_table(families, seed, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    with temporary.open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    temporary.replace(path)
    versions = {name: version(name) for name in ("sionna-no-rt", "torch", "numpy")}
    return write_record(path, table_card(families, seed), remake, machine, versions)


def _read(path: Path) -> PlaceResult:
    with np.load(path) as stored:
        return PlaceResult(**{name: stored[name] for name in stored.files})


def _place(arrays: dict[str, NDArray[Any]], place: Place, result: PlaceResult) -> None:
    name, shape = place.family.name, place.family.shape
    if f"{name}_information" not in arrays:
        arrays[f"{name}_information"] = np.zeros((*shape, len(LEVELS)), np.uint16)
        arrays[f"{name}_uncoded"], arrays[f"{name}_error"] = np.zeros(shape, np.float16), np.zeros(shape, np.float16)
        arrays[f"{name}_operations"] = np.zeros((len(place.family.dmrs_symbols), len(result.operations)), np.float32)
    profile, spread, speed, dmrs, prbs = place.index
    where = (profile, spread, speed, dmrs, slice(None), prbs)
    arrays[f"{name}_information"][where] = np.round(np.clip(result.information, 0.0, 1.0) / INFORMATION_STEP)
    arrays[f"{name}_uncoded"][where] = result.uncoded
    arrays[f"{name}_operations"][dmrs] = result.operations
    with np.errstate(divide="ignore"):
        arrays[f"{name}_error"][where] = 10.0 * np.log10(np.maximum(result.error, 1e-6))  # NMSE in dB; NaN stays NaN
