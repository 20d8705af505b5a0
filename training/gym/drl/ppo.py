"""Trains the slicing policy by PPO (Schulman et al. 2017; stable-baselines3) on `twinpilot/Network-v0` with the Experiment Model.

1. A step of the plan is one round: `envs` × `calls` calls, then `epochs` passes over them. Each round starts new episodes and is
   seeded by plan seed and round alone, so that an interrupted training ends with the same weights as an uninterrupted one.
2. Tasks are of training topologies; those of `HELD_OUT` topologies measure success and are never trained on.
3. Each round asserts that episodes ended and that the weights changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.utils import set_random_seed
from stable_baselines3.common.vec_env import DummyVecEnv

from training.gym.drl.exporting import policy_of, success
from training.gym.drl.pool import Pool, digest
from training.gym.env import NetworkEnv
from training.gym.environments.reward import DISCOUNT
from training.loop import Progress, Report, Schedule, learning_rate, run


@dataclass(frozen=True)
class Plan(Schedule):
    """Hyperparameters: `steps` rounds of `envs` × `calls` calls each."""

    steps: int = 60
    rate: float = 1e-3
    warmup: int = 2
    average: float = 0.0
    seed: int = 1
    envs: int = 8
    calls: int = 128
    batch: int = 256
    epochs: int = 8
    entropy: float = 0.01
    width: int = 64
    per_domain: int = 60
    tasks: str = ""


class Tally(BaseCallback):
    """Counts the results of a round's episodes."""

    def __init__(self) -> None:
        super().__init__()
        self.episodes, self.solved, self.length, self.failed, self.reward = 0, 0, 0, 0, 0.0

    def _on_step(self) -> bool:
        self.reward += float(self.locals["rewards"].sum())
        for info in self.locals["infos"]:
            self.failed += bool(info.get("error"))
            if "outcome" in info:
                self.episodes, self.solved = self.episodes + 1, self.solved + info["success"]
                self.length += info["calls"]
        return True

    def means(self, calls: int) -> dict[str, float]:
        """Return success 0..1, length in calls and return of the finished episodes, and the share of failed calls."""
        ended = max(self.episodes, 1)
        means = {"success": self.solved / ended, "length": self.length / ended, "return": self.reward / ended}
        return means | {"failed_calls": self.failed / calls}


class Trainer:
    """PPO on a pool of tasks, one round at a time."""

    def __init__(self, plan: Plan, pool: Pool) -> None:
        self.plan, self._round = plan, 0
        self.envs = DummyVecEnv([_maker(pool) for _ in range(plan.envs)])
        self.ppo = PPO(
            "MlpPolicy",
            self.envs,
            learning_rate=lambda _: learning_rate(plan, self._round),
            n_steps=plan.calls,
            batch_size=plan.batch,
            n_epochs=plan.epochs,
            gamma=DISCOUNT,
            ent_coef=plan.entropy,
            policy_kwargs={"net_arch": [plan.width, plan.width]},
            seed=plan.seed,
            device="cpu",
        )
        self.progress: Progress[ActorCriticPolicy] = Progress.of(self.policy, self.policy.optimizer)

    @property
    def policy(self) -> ActorCriticPolicy:
        """The current policy."""
        return self.ppo.policy

    def round(self) -> dict[str, float]:
        """Train one round; raises FloatingPointError if the weights did not change or are not finite, or no episode ended."""
        plan, number = self.plan, self.progress.step
        self._round = number
        seed = plan.seed * 1_000_003 + number * plan.envs
        set_random_seed(seed)
        self.envs.seed(seed)
        self.ppo.set_env(self.envs, force_reset=True)
        before, tally = _flat(self.policy), Tally()
        self.ppo.learn(plan.envs * plan.calls, callback=tally, reset_num_timesteps=False)
        moved = float((_flat(self.policy) - before).norm())
        if not moved > 0.0 or tally.episodes == 0:
            raise FloatingPointError(f"round {number}: weights moved by {moved}, {tally.episodes} episodes ended")
        self._count()
        return {**tally.means(plan.envs * plan.calls), "moved": moved}

    def _count(self) -> None:
        progress = self.progress
        progress.average = {name: value.clone() for name, value in self.policy.state_dict().items()}
        progress.step += 1
        if not progress.legs or progress.legs[-1][0] != self.plan.steps:
            progress.legs.append([self.plan.steps, 0])
        progress.legs[-1][1] = progress.step


def train(plan: Plan, pool: Pool, work: Path, report: Report, every: int = 10, until: int | None = None) -> Trainer:
    """Train to `plan.steps`, or `until`, from the checkpoint in `work` if any; raises ValueError if it is of other tasks.

    `report(step, means)` is called after every `every` rounds, with `held_out`: the planner's success on held-out tasks, 0..1.
    """
    plan = replace(plan, tasks=digest(pool))
    trainer = Trainer(plan, pool)

    def report_with_held_out(step: int, means: dict[str, float]) -> None:
        solved = success(policy_of(trainer.policy), pool.held_out)
        with (work / "held_out.jsonl").open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"step": step, "success": round(solved, 4)}) + "\n")
        report(step, {**means, "held_out": solved})

    run(trainer.progress, plan, work, trainer.round, report_with_held_out, every, until)
    return trainer


def _maker(pool: Pool) -> Callable[[], Any]:
    return lambda: NetworkEnv(tasks=pool.training)


def _flat(policy: ActorCriticPolicy) -> torch.Tensor:
    return torch.cat([value.detach().flatten().clone() for value in policy.parameters()])
