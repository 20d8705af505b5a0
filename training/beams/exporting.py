"""Export the weights of a finished training with their record, and plot its learning curve."""

from __future__ import annotations

import json
from pathlib import Path

from policies.artefact import Artefact
from tools.beams.network import BeamNetwork
from training.beams.beam_training import Plan
from training.beams.card import card_of
from training.loop import Progress
from training.weights import write_weights


def export(progress: Progress[BeamNetwork], plan: Plan, path: Path, remake: str) -> Artefact:
    """Write the averaged weights to `path` with their record beside them; `remake` is the command that reproduces them."""
    return write_weights(progress, path, card_of(plan), remake)


def plot_log(log: Path, path: Path) -> None:
    """Plot cross-entropy and accuracy over steps from `log` (JSON lines) to `path` (PNG)."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    figure, left = plt.subplots(figsize=(7, 4), constrained_layout=True)
    right = left.twinx()
    steps = [row["step"] for row in rows]
    left.plot(steps, [row["cross_entropy"] for row in rows], color="tab:blue")
    right.plot(steps, [row["top1"] for row in rows], color="tab:orange")
    left.set(xlabel="step", ylabel="cross-entropy, nat (blue)", title="beam predictor, training trajectories")
    right.set(ylabel="top-1 accuracy (orange)")
    figure.savefig(path, dpi=110)
    plt.close(figure)
