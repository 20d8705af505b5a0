"""The log of a training, a JSON object a line, and the plot of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class LearningLog:
    """Lines of a training in a file, one for a step at most."""

    def __init__(self, path: Path, step: int) -> None:
        """Go on after this step: what was written of later ones belongs to work that a kill has undone."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = [row for row in rows_of(path) if row["step"] <= step]
        part = path.with_name(f"{path.name}.part")
        part.write_text("".join(f"{json.dumps(row)}\n" for row in kept), encoding="utf-8")
        part.replace(path)

    def write(self, step: int, values: Mapping[str, float]) -> None:
        """Add a line."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step, **{name: float(f"{value:.6g}") for name, value in values.items()}}) + "\n")


def rows_of(path: Path) -> list[dict[str, float]]:
    """Return the lines of a log; one that a kill has cut off is left out."""
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return rows


@dataclass(frozen=True)
class Curve:
    """A log, its title, and the names of its losses."""

    log: Path
    title: str
    losses: tuple[str, ...] = ("loss",)


def draw_curves(path: Path, *curves: Curve) -> None:
    """Plot losses and learning rate over steps, one curve below the other, to `path` (PNG)."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(len(curves), figsize=(7.5, 4.2 * len(curves)), constrained_layout=True, squeeze=False)
    for left, curve in zip(panels[:, 0], curves, strict=True):
        rows = rows_of(curve.log)
        steps = [row["step"] for row in rows]
        for name in curve.losses:
            left.plot(steps, [row[name] for row in rows], label=name)
        left.set(xlabel="step", ylabel="loss of training batches, nat", title=curve.title)
        left.set_yscale("log")
        left.legend()
        right = left.twinx()
        right.plot(steps, [row["rate"] for row in rows], color="tab:gray", linestyle=":")
        right.set_ylabel("learning rate (dotted)")
        right.set_ylim(bottom=0.0)
    figure.savefig(path, dpi=120)
    plt.close(figure)
