"""A training's loop, whatever it trains: averaged weights, checkpoints that survive a kill, a log.

`checkpoint.pt` (atomic) and `log.jsonl` lie in the work folder. A resumed training ends with the weights of an uninterrupted
one if its step draws batch n from seed and n, and from nothing that a resume does not restore.
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


@dataclass(frozen=True)
class Schedule:
    """What every training's plan has: `steps`, peak `rate`, `warmup` steps, `average` decay, `seed`."""

    steps: int
    rate: float
    warmup: int
    average: float
    seed: int

    def told(self) -> dict[str, Any]:
        """Return the plan as plain values, which compare equal after a file; a resumed training may differ in `steps` only."""
        return asdict(self)


def learning_rate(plan: Schedule, step: int) -> float:
    """Linear warm-up, then a cosine to a fiftieth of the peak at the last step."""
    if step < plan.warmup:
        return plan.rate * (step + 1) / plan.warmup
    done = (step - plan.warmup) / max(plan.steps - plan.warmup, 1)
    return plan.rate * (0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0))))


def commands_of(command: str, legs: list[list[int]]) -> str:
    """Return the calls of `command` that train the same weights again, from `Progress.legs`."""
    return " && ".join(f"{command} --steps {steps}" + (f" --until {end}" if end < steps else "") for steps, end in legs)


@dataclass
class Progress(Generic[Network]):
    """Where training stands: weights, their average, the optimizer, the next step.

    A parameter group of the optimizer with `times` has a rate of its own, so many times the plan's. `legs` tells how it came
    there: for each plan that trained a part of it, the plan's steps (they shape the learning rate) and the step where it ended.
    """

    network: Network
    average: dict[str, Tensor]
    optimizer: torch.optim.Optimizer
    step: int = 0
    legs: list[list[int]] = field(default_factory=list)

    @classmethod
    def of(cls, network: Network, optimizer: torch.optim.Optimizer) -> Progress[Network]:
        """Return the beginning."""
        return cls(network, {name: value.clone() for name, value in network.state_dict().items()}, optimizer)

    def descend(self, plan: Schedule, loss: Tensor) -> None:
        """Take one step down the gradient of `loss`; raises FloatingPointError where the loss is not finite."""
        if not torch.isfinite(loss):
            raise FloatingPointError(f"loss is {loss.item()} at step {self.step}: lower the rate (now {plan.rate})")
        for group in self.optimizer.param_groups:
            group["lr"] = group.get("times", 1.0) * learning_rate(plan, self.step)
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
    """Write a checkpoint; a kill leaves the last whole one."""
    state = {
        "network": progress.network.state_dict(),
        "average": progress.average,
        "optimizer": progress.optimizer.state_dict(),
        "step": progress.step,
        "legs": progress.legs,
        "plan": plan.told(),
    }
    temporary = path.with_suffix(".part")
    torch.save(state, temporary)
    temporary.replace(path)


def resume(progress: Progress[Network], plan: Schedule, path: Path) -> None:
    """Take up `path`, if it is there, into the fresh `progress`; raises ValueError for another plan's, but for `steps`."""
    if not path.exists():
        return
    state: dict[str, Any] = torch.load(path, weights_only=True)
    ours, theirs = ({**plan_, "steps": 0} for plan_ in (plan.told(), state["plan"]))
    changed = sorted(name for name in ours if ours[name] != theirs.get(name))
    if changed:
        raise ValueError(f"{path} was begun with other {', '.join(changed)}: give the same, or another work folder")
    progress.network.load_state_dict(state["network"])
    progress.optimizer.load_state_dict(state["optimizer"])
    progress.average, progress.step, progress.legs = state["average"], state["step"], state["legs"]


def run(
    progress: Progress[Network],
    plan: Schedule,
    work: Path,
    step: Callable[[], dict[str, float]],
    report: Report,
    every: int,
    until: int | None = None,
) -> None:
    """Call `step` to `plan.steps`, from the checkpoint in `work` if there is one; `report(step, means)` every `every` steps.

    With `until` it stops there, on the way of the whole plan's learning rate.
    """
    last = plan.steps if until is None else min(until, plan.steps)
    work.mkdir(parents=True, exist_ok=True)
    checkpoint, log = work / "checkpoint.pt", work / "log.jsonl"
    resume(progress, plan, checkpoint)
    taken: list[dict[str, float]] = []
    since = time.perf_counter()
    while progress.step < last:
        taken.append(step())
        if progress.step % every == 0 or progress.step == last:
            means = {name: sum(parts[name] for parts in taken) / len(taken) for name in taken[0]}
            means |= {"rate": learning_rate(plan, progress.step), "seconds_per_step": (time.perf_counter() - since) / len(taken)}
            save(progress, plan, checkpoint)
            with log.open("a", encoding="utf-8") as lines:
                lines.write(
                    json.dumps({"step": progress.step, **{name: round(value, 6) for name, value in means.items()}}) + "\n"
                )
            report(progress.step, means)
            taken, since = [], time.perf_counter()
