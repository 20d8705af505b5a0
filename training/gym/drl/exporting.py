"""Export of a trained policy: weights without torch, their record, success on tasks, and a learning curve."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from stable_baselines3.common.policies import ActorCriticPolicy

from agents.baselines.drl_slicing import DrlSlicing
from agents.baselines.slicing_actions import ACTIONS
from agents.baselines.slicing_features import FEATURES
from agents.baselines.slicing_policy import SlicingPolicy
from policies.artefact import Artefact, write_record
from policies.data_card import DataCard
from training.gym.episodes.runner import Runner
from training.gym.tasks.gym_task import GymTask

_VERSIONS = ("gymnasium", "numpy", "stable-baselines3", "torch")


def policy_of(policy: ActorCriticPolicy) -> SlicingPolicy:
    """Return the actor of `policy` as a NumPy policy."""
    linear = [layer for layer in policy.mlp_extractor.policy_net if isinstance(layer, torch.nn.Linear)]
    assert isinstance(policy.action_net, torch.nn.Linear)
    layers = [
        (layer.weight.detach().numpy().T.copy(), layer.bias.detach().numpy().copy()) for layer in (*linear, policy.action_net)
    ]
    return SlicingPolicy(tuple(layers))


def export(policy: SlicingPolicy, path: Path, card: DataCard, remake: str) -> Artefact:
    """Write the weights to `path` with their record beside them; `remake` is the command that makes them again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {"features": np.array(FEATURES), "actions": np.array([action.name for action in ACTIONS])}
    for index, (weight, bias) in enumerate(policy.layers):
        arrays |= {f"weight_{index}": weight, f"bias_{index}": bias}
    np.savez_compressed(path, allow_pickle=False, **arrays)
    versions = {package: version(package) for package in _VERSIONS}
    return write_record(path, card, remake, f"{platform.machine()}, one CPU thread", versions)


def success(policy: SlicingPolicy, tasks: tuple[GymTask, ...]) -> float:
    """Return the share of `tasks`, 0..1, that the planner with `policy` solves on the Experiment Model; 0 for no tasks."""
    runner, planner = Runner(), DrlSlicing(policy)
    return sum(runner.run(task, planner).success for task in tasks) / max(len(tasks), 1)


def plot_log(work: Path, path: Path) -> None:
    """Draw success and return over rounds from `log.jsonl`, and success on held-out topologies from `held_out.jsonl`."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    log, held_out = _rows(work / "log.jsonl"), _rows(work / "held_out.jsonl")
    figure, left = plt.subplots(figsize=(7, 4), constrained_layout=True)
    right = left.twinx()
    rounds = [row["step"] for row in log]
    left.plot(rounds, [row["success"] for row in log], color="tab:blue", label="training tasks, sampled actions")
    label = "held-out topologies, planner"
    left.plot([row["step"] for row in held_out], [row["success"] for row in held_out], "o-", color="tab:green", label=label)
    right.plot(rounds, [row["return"] for row in log], color="tab:orange")
    left.set(xlabel="round", ylabel="success", ylim=(0.0, 1.0), title="DRL-Slicing, PPO on twinpilot/Network-v0")
    right.set(ylabel="return (orange)")
    left.legend(loc="lower right")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _rows(path: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
