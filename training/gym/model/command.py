"""`twinpilot train experiment-model`: fit the Experiment Model to the traces, calibrate it, and print its error."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twins.command_errors import one_line_errors
from twins.screen.say import say, say_json


def experiment_model(
    traces: Annotated[
        Path | None, typer.Option("--traces", help="Traces (.jsonl.gz with its record); default: the committed ones.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="File of the model; default: the committed one.")] = None,
    members: Annotated[int, typer.Option("--members", min=2, max=20, help="Networks in the ensemble.")] = 5,
    seed: Annotated[int, typer.Option("--seed", min=1, max=100_000, help="Seed of weights and samples.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Fit the Experiment Model to traces of ns-3 (about a minute of one core), and print its error on unseen topologies."""
    import torch

    from policies.artefact import ArtefactError
    from policies.gym.split import Purpose
    from training.gym.model.fitting import Plan
    from training.gym.model.making import make_model
    from training.gym.model.report import published_error
    from training.gym.traces.data_set import read_traces
    from twins.learned.ensemble import MODEL_PATH, Ensemble
    from twins.progress import show_progress

    torch.set_num_threads(1)
    path = out or MODEL_PATH
    with one_line_errors("train experiment-model", ArtefactError):
        rows, unseen = read_traces(Purpose.TRAINING, traces), read_traces(Purpose.BENCHMARK)
    with one_line_errors("train experiment-model", ValueError), show_progress("experiment model", "epochs") as progress:
        make_model(rows, Plan(members=members, seed=seed), path, lambda done, total, _: progress(done, total))
    Ensemble.load.cache_clear()
    errors, states = published_error(rows, unseen, Ensemble.load(path))
    if as_json:
        say_json({"model": str(path), "states": states, "errors": [error.model_dump() for error in errors]})
        return
    say(f"{path}; on {states} states of unseen topologies, rolled out:")
    for row in errors:
        say(
            f"  {row.dimension}: MAE {row.mae:.4g} {row.unit} (persistence {row.persistence_mae:.4g}, line {row.linear_mae:.4g}),"
            f" R² {row.r2:.3f} ({row.persistence_r2:.3f}, {row.linear_r2:.3f}), 90 % hold {row.coverage:.1%}"
        )
