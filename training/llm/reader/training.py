"""Training of the reader on answers alone, on one device or many.

Resumable after a kill: weights, optimizer and position appear together in one folder (`checkpoint.py`), and the order of the
batches depends on seed and epoch alone. The loss divides by the answers' tokens of the whole step, over all its batches and
devices: a long answer does not count more for its padding, and the same batches mean the same training on one device and on many.
"""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from agents.readers.language_model.base_model import Base
from training.llm.learning_log import LearningLog
from training.llm.reader.batches import Example, epoch, first_answer, only_padding, tensors
from training.llm.reader.checkpoint import Position, load_optimizer, position_in, write_checkpoint
from training.llm.reader.devices import Devices
from training.llm.reader.model import trainable_model, trained
from training.llm.reader.plan import Plan, TrainingError

LOG: Final = "log.jsonl"
_CHECKPOINT: Final = "checkpoint"
_EVERY: Final = 20
_NORM: Final = 1.0
Report = Callable[[str], None]
Saved = Callable[[Path], None]


def train(
    base: Base,
    examples: Sequence[Example],
    work: Path,
    plan: Plan,
    report: Report,
    saved: Saved | None = None,
    devices: Devices | None = None,
) -> Path:
    """Train until the plan is done and return the folder of the checkpoint; goes on where an interrupted training stopped.

    work: folder of checkpoint and log. saved: called with each checkpoint that was written. Raises TrainingError if the
    checkpoint in `work` is of another plan, other texts or another number of devices.
    """
    devices = devices or Devices(plan.accumulate)
    out, digest = work / _CHECKPOINT, _digest(examples)
    position = position_in(out, devices)
    if position.step:
        _check(position, plan, digest, devices, out)
    start = out if position.step else Path(plan.start) if plan.start else None
    course = _Course(plan, devices, examples, position)
    learner = _Learner(base, start, plan, devices)
    if position.step:
        learner.resume(out)
    log = LearningLog(work / LOG, position.step) if devices.is_main else None
    written = time.monotonic()
    tokens, since = 0, course.seconds
    for group in course:
        loss = learner.step(group, course.rate)
        course.took(loss)
        tokens += sum(len(example) for batch in group for example in batch)
        if course.step % _EVERY == 0 or course.is_over:
            speed = tokens / max(course.seconds - since, 1e-9)
            tokens, since = 0, course.seconds
            if log is not None:
                values = {"loss": course.mean, "rate": course.rate, "tokens_per_s": speed, "seconds": course.seconds}
                log.write(course.step, values)
                report(f"{course}: loss {course.mean:.4f}, {speed:.0f} tokens/s")
        # The sum decides, so that all processes write at the same step.
        if course.is_over or devices.sums(time.monotonic() - written)[0] >= plan.save_every_s * devices.count:
            end = Position(course.step, course.mean, asdict(plan), course.seconds, devices.count, digest)
            write_checkpoint(out, learner.model, learner.optimizer, end, devices)
            if devices.is_main and saved is not None:
                saved(out)
            written = time.monotonic()
    return out


def _check(position: Position, plan: Plan, digest: str, devices: Devices, out: Path) -> None:
    if changed := plan.differences(position.plan):
        was = ", ".join(f"{name} {position.plan.get(name)}" for name in changed)
        raise TrainingError(f"{out} was trained with another plan ({was}): take its plan, or another folder (--work)")
    if position.devices != devices.count:
        raise TrainingError(
            f"{out} was trained on {position.devices} devices, not {devices.count}: take as many, or another folder (--work)"
        )
    if position.examples and position.examples != digest:
        raise TrainingError(f"{out} was trained on other texts: take the same texts and base, or another folder (--work)")


def _digest(examples: Sequence[Example]) -> str:
    digest = hashlib.sha256()
    for example in examples:
        digest.update(repr((example.prompt, example.answer)).encode())
    return digest.hexdigest()


class _Course:
    """The steps of a training from a position on; iterating yields the batches of each, one for each device and accumulation."""

    def __init__(self, plan: Plan, devices: Devices, examples: Sequence[Example], position: Position) -> None:
        self._plan, self._devices, self._examples = plan, devices, examples
        self._size = devices.count * plan.accumulate
        self.total = 0 if plan.limit_s else sum(1 for _ in self._groups())
        self.step, self.seconds = position.step, position.seconds
        self.mean = position.loss if position.loss is not None else 0.0
        self._has_loss = position.loss is not None
        self._began = time.monotonic() - position.seconds

    def __iter__(self) -> Iterator[list[list[Example]]]:
        for group in itertools.islice(self._groups(), self.step, None):
            if self.is_over:
                return
            self.step += 1
            yield group

    def __str__(self) -> str:
        if self._plan.limit_s:
            return f"step {self.step}, {self.seconds:.0f} of {self._plan.limit_s:.0f} s"
        return f"step {self.step} of {self.total}"

    @property
    def is_over(self) -> bool:
        """Whether the last step is done."""
        return self.seconds >= self._plan.limit_s if self._plan.limit_s else self.step >= self.total

    @property
    def rate(self) -> float:
        """The learning rate of the step at hand."""
        warmup = self._plan.warmup
        share = (self.step - warmup) / max(1, self.total - warmup)
        return self._plan.rate_at(self.step, self.seconds / self._plan.limit_s if self._plan.limit_s else share)

    def took(self, loss: float) -> None:
        """Count the step that was done."""
        self.mean = 0.98 * self.mean + 0.02 * loss if self._has_loss else loss
        self._has_loss = True
        # The same in all processes, which have to end at the same step.
        self.seconds = self._devices.sums(time.monotonic() - self._began)[0] / self._devices.count

    def _groups(self) -> Iterator[list[list[Example]]]:
        batches = self._batches()
        while group := list(itertools.islice(batches, self._size)):
            yield group

    def _batches(self) -> Iterator[list[Example]]:
        for number in itertools.count() if self._plan.limit_s else range(self._plan.epochs):
            yield from epoch(self._examples, self._plan.tokens, 1000 * self._plan.seed + number)


class _Learner:
    """Model and optimizer on the devices."""

    def __init__(self, base: Base, start: Path | None, plan: Plan, devices: Devices) -> None:
        import torch

        self._devices = devices
        self._pad = base.tokenizer.pad_token_id
        self.model = trainable_model(base, start, plan, sharded=devices.is_sharded)
        if not devices.is_sharded:
            self.model = self.model.to(devices.device)
        if devices.device.type == "cpu":
            # The fused kernel's backward pass is slow on a CPU: a step on short texts takes a fifth less without it.
            self.model.set_attn_implementation("eager")
        self.optimizer: Any = torch.optim.AdamW(trained(self.model), lr=plan.rate, weight_decay=0.0, betas=(0.9, 0.98))
        self._prepared = False

    def resume(self, folder: Path) -> None:
        """Go on with the optimizer of a checkpoint."""
        if not self._devices.is_sharded:
            load_optimizer(folder, self.optimizer)
        self._prepare()
        if self._devices.is_sharded:
            self._devices.load_shards(folder)

    def _prepare(self) -> None:
        if not self._prepared:
            self.model, self.optimizer = self._devices.prepare(self.model, self.optimizer)
            self._prepared = True

    def step(self, group: Sequence[list[Example]], rate: float) -> float:
        """Take one step on the batches of a group; return its loss, the mean over the tokens of all answers."""
        self._prepare()
        for parameters in self.optimizer.param_groups:
            parameters["lr"] = rate
        answers = sum(len(example.answer) for batch in group for example in batch)
        loss = 0.0
        for turn in range(self._devices.accumulate):
            place = turn * self._devices.count + self._devices.number
            # The last step may have fewer batches; a device without one takes part in the exchange and adds nothing.
            inputs = tensors(group[place], self._pad) if place < len(group) else only_padding(group[0], self._pad)
            with self._devices.batch(self.model):
                part = self._loss(inputs) / answers
                self._devices.backward(part)
                if self._devices.steps_now:
                    self._devices.clip(trained(self.model), _NORM)
                self.optimizer.step()
                self.optimizer.zero_grad()
            loss += float(part.detach())
        return self._devices.sums(loss)[0]

    def _loss(self, inputs: dict[str, Any]) -> Any:
        from torch.nn import functional

        moved = {name: value.to(self._devices.device) for name, value in inputs.items()}
        labels = moved.pop("labels")
        # No logits for what stands before all answers: with a large vocabulary they are the largest tensor of a step.
        kept = labels.shape[1] - first_answer(labels) + 1
        logits = self.model(**moved, logits_to_keep=kept).logits[:, :-1].flatten(0, 1)
        return functional.cross_entropy(logits.float(), labels[:, 1 - kept :].flatten(), reduction="sum")
