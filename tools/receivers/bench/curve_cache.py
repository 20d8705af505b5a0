"""Error curves of a benchmark's links, stored in a folder (raw errors, rates and plot), so that a benchmark can resume."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from policies.artefact import read_artefact
from policies.change import digest_of
from tools.receivers.bench.cases import RECEIVERS, Case
from tools.receivers.bench.curve_plot import plot_curves
from tools.receivers.bench.error_curves import Curves, measure_curves


class CurveCache:
    """The curves in `folder` (None: nothing is stored), of `slots` slots from `seed`.

    A link has NAME.npz, NAME.json and NAME.png; the name ends in a digest of everything that determines the errors, including
    DeepRx's weights.
    """

    def __init__(self, folder: Path | None, seed: int, slots: int) -> None:
        self._folder, self._seed, self._slots = folder, seed, slots

    def of(self, case: Case, levels_db: list[float]) -> Curves:
        """Return the stored curves, or measure and store them."""
        if self._folder is None:
            return measure_curves(case.configuration, case.channel, RECEIVERS, levels_db, self._slots, self._seed)
        path = self._folder / f"receivers-{self._name(case, levels_db)}.npz"
        if path.exists():
            with np.load(path) as raw:
                return Curves(RECEIVERS, raw["levels_db"], raw["failed"], raw["uncoded"])
        curves = measure_curves(case.configuration, case.channel, RECEIVERS, levels_db, self._slots, self._seed)
        _write(case, curves, path)
        return curves

    def _name(self, case: Case, levels_db: list[float]) -> str:
        from tools.receivers.deeprx.receiver import WEIGHTS

        inputs = [case.configuration.model_dump(mode="json"), case.channel.model_dump(mode="json"), list(RECEIVERS), levels_db]
        digest = digest_of([*inputs, self._slots, self._seed, read_artefact(WEIGHTS).sha256])
        short = "".join(letter if letter.isalnum() else "-" for letter in case.name.replace(",", ""))
        return f"{short}-{digest[:8]}"


def _write(case: Case, curves: Curves, path: Path) -> None:
    """Write plot and rates, then the raw errors, whose presence marks the link as complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    plot_curves(curves, case.name, path.with_suffix(".png"))
    path.with_suffix(".json").write_text(json.dumps(_rates(case, curves), indent=1), encoding="utf-8")
    part = path.with_suffix(".part")
    with part.open("wb") as stream:
        np.savez_compressed(stream, levels_db=curves.levels_db, failed=curves.failed, uncoded=curves.uncoded)
    part.replace(path)


def _rates(case: Case, curves: Curves) -> dict[str, object]:
    rates = {
        name: {"bler": curves.bler(index).tolist(), "uncoded_ber": curves.uncoded_ber(index).tolist()}
        for index, name in enumerate(curves.receivers)
    }
    return {"link": case.name, "snr_db": curves.levels_db.tolist(), "slots": curves.failed.shape[2], "receivers": rates}
