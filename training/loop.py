"""The training loop common to all networks: averaged weights, atomic checkpoints, a log.

`checkpoint.pt` (atomic) and `log.jsonl` are in the work folder. A resumed training ends with the weights of an uninterrupted one
if batch n depends on seed and n only, and on nothing that resuming does not restore.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)
Report = Callable[[int, dict[str, float]], None]
"""Callback with (step, means since the last report)."""


@dataclass(frozen=True)
class Schedule:
    """Common parameters of training plans: `steps`, peak learning `rate`, `warmup` steps, `average` decay, `seed`."""

    steps: int
    rate: float
    warmup: int
    average: float
    seed: int

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as plain values that survive a checkpoint; a resumed training may differ in `steps` only."""
        return asdict(self)


def learning_rate(plan: Schedule, step: int, done: float | None = None) -> float:
    """Return the learning rate at `step`: linear warm-up, then cosine decay to a fiftieth of the peak at the end.

    done: the share of the training that is done, for one that ends after some time; by default the plan's steps decide.
    """
    if step < plan.warmup:
        return plan.rate * (step + 1) / plan.warmup
    fraction = (step - plan.warmup) / max(plan.steps - plan.warmup, 1) if done is None else done
    return plan.rate * (0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * min(fraction, 1.0))))


def commands_of(command: str, legs: list[list[int]]) -> str:
    """Return the calls of `command` that reproduce the weights, from `Progress.legs`."""
    return " && ".join(f"{command} --steps {steps}" + (f" --until {end}" if end < steps else "") for steps, end in legs)


@dataclass
class Progress(Generic[Network]):
    """State of a training: weights, their average, the optimizer, the next step.

    An optimizer parameter group with `times` has the plan's learning rate times this factor. `legs` records the history: for each
    plan that trained a part, the plan's steps (which shape the learning rate) and the step where it ended.
    """

    network: Network
    average: dict[str, Tensor]
    optimizer: torch.optim.Optimizer
    step: int = 0
    legs: list[list[int]] = field(default_factory=list)

    @classmethod
    def of(cls, network: Network, optimizer: torch.optim.Optimizer) -> Progress[Network]:
        """Return the initial state."""
        return cls(network, {name: value.clone() for name, value in network.state_dict().items()}, optimizer)

    def descend(self, plan: Schedule, loss: Tensor, done: float | None = None) -> None:
        """Take one gradient step on `loss`; raises FloatingPointError if the loss is not finite. done: see `learning_rate`."""
        if not torch.isfinite(loss):
            raise FloatingPointError(f"loss is {loss.item()} at step {self.step}: lower the rate (now {plan.rate})")
        for group in self.optimizer.param_groups:
            group["lr"] = group.get("times", 1.0) * learning_rate(plan, self.step, done)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        decay = min(plan.average, (self.step + 1) / (self.step + 10))
        for name, value in self.network.state_dict().items():
            if value.is_floating_point():
                self.average[name].lerp_(value, 1.0 - decay)
        self.step += 1
        if not self.legs or self.legs[-1][0] != plan.steps:
            self.legs.append([plan.steps, 0])
        self.legs[-1][1] = self.step


def save(progress: Progress[Network], plan: Schedule, path: Path) -> None:
    """Write a checkpoint atomically."""
    state = {
        "network": progress.network.state_dict(),
        "average": progress.average,
        "optimizer": progress.optimizer.state_dict(),
        "step": progress.step,
        "legs": progress.legs,
        "plan": plan.as_dict(),
    }
    temporary = path.with_suffix(".part")
    torch.save(state, temporary)
    temporary.replace(path)


def resume(progress: Progress[Network], plan: Schedule, path: Path) -> None:
    """Load the checkpoint at `path`, if it exists, into the initial `progress`.

    Raises ValueError if the checkpoint's plan differs in more than `steps`.
    """
    if not path.exists():
        return
    state: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")  # a run may move to another machine
    current, stored = ({**values, "steps": 0} for values in (plan.as_dict(), state["plan"]))
    changed = sorted(name for name in current if current[name] != stored.get(name))
    if changed:
        raise ValueError(f"{path} was started with other {', '.join(changed)}: use the same, or another work folder")
    progress.network.load_state_dict(state["network"])
    progress.optimizer.load_state_dict(state["optimizer"])
    progress.average = {name: value.to(progress.average[name].device) for name, value in state["average"].items()}
    progress.step, progress.legs = state["step"], state["legs"]


def run(
    progress: Progress[Network],
    plan: Schedule,
    work: Path,
    step: Callable[[], dict[str, float]],
    report: Report,
    every: int,
    until: int | None = None,
) -> None:
    """Call `step` until `plan.steps`, resuming from a checkpoint in `work`; `report(step, means)` every `every` steps.

    With `until` it stops there, with the learning rate schedule of the whole plan.
    """
    last = plan.steps if until is None else min(until, plan.steps)
    work.mkdir(parents=True, exist_ok=True)
    checkpoint, log = work / "checkpoint.pt", work / "log.jsonl"
    resume(progress, plan, checkpoint)
    results: list[dict[str, float]] = []
    start = time.perf_counter()
    while progress.step < last:
        results.append(step())
        if progress.step % every == 0 or progress.step == last:
            means = {name: sum(result[name] for result in results) / len(results) for name in results[0]}
            seconds = (time.perf_counter() - start) / len(results)
            means |= {"rate": learning_rate(plan, progress.step), "seconds_per_step": seconds}
            save(progress, plan, checkpoint)
            with log.open("a", encoding="utf-8") as lines:
                lines.write(
                    json.dumps({"step": progress.step, **{name: round(value, 6) for name, value in means.items()}}) + "\n"
                )
            report(progress.step, means)
            results, start = [], time.perf_counter()
