"""Plot the learning curve of a training from its log."""

from __future__ import annotations

import json
from pathlib import Path


def draw_learning_curve(log: Path, path: Path, name: str) -> None:
    """Plot cross-entropy and channel error over steps from `log` (JSON lines) to `path` (PNG)."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    steps = [row["step"] for row in rows]
    figure, left = plt.subplots(figsize=(7.5, 4.2), constrained_layout=True)
    right = left.twinx()
    left.plot(steps, [row["cross_entropy"] for row in rows], color="tab:blue")
    right.plot(steps, [row["channel"] for row in rows], color="tab:orange")
    left.set(xlabel="step", ylabel="cross-entropy of the last stage, nat per bit (blue)", title=f"{name}: training batches")
    right.set(ylabel="mean log(1 + channel error / noise) (orange)")
    left.set_ylim(bottom=0.0)
    right.set_ylim(bottom=0.0)
    figure.savefig(path, dpi=120)
    plt.close(figure)
