"""Both readers trained in a given time on one machine: the base from pieces, lessons on all cores, then reader and encoder."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agents.readers.language_model.base_model import Base, read_base
from training.llm.base.presets import preset_base
from training.llm.encoder.training import EncoderPlan, train_encoder_for
from training.llm.encoder.weights import write_encoder
from training.llm.learning_log import Curve, draw_curves
from training.llm.lessons import Lessons
from training.llm.one_gpu.material import base_from
from training.llm.one_gpu.preparing import Prepared, prepared
from training.llm.reader.plan import Plan
from training.llm.reader.shipping import ship, ship_model
from training.llm.reader.training import LOG, train
from twins.scratch_folder import ScratchFolder

if TYPE_CHECKING:
    from agents.readers.encoder.network import EncoderNetwork
    from training.loop import Progress

_MOST_PREPARING: Final = 0.2  # of the time
_READER: Final = 0.8  # of what is left after the preparation
_ENDING: Final = 0.04  # kept for loading, writing and plots
_SAVE_EVERY_S: Final = 60.0
_READER_LOG: Final = "reader-log.jsonl"
_ENCODER_LOG: Final = "encoder-log.jsonl"
_ENCODER_LOSSES: Final = ("act", "tag", "facts")
_LORA_RATE: Final = 8e-4
_PRESET_RATE: Final = 1e-3
Report = Callable[[str], None]


@dataclass(frozen=True)
class Order:
    """minutes: for everything. out: folder of what is trained, files of at most 16 MiB. pieces: see `material.base_from`.

    preset: name of a small model from scratch instead of the base. lessons: made as far as the time allows. rank: of LoRA.
    """

    minutes: float
    out: Path
    lessons: Lessons
    pieces: Path | None = None
    preset: str = ""
    rank: int = 16

    @property
    def remake(self) -> str:
        """The command that trains them again."""
        model = f"--preset {self.preset}" if self.preset else f"--rank {self.rank}"
        return f"python3 deploy/training/on_one_gpu.py --minutes {self.minutes:g} {model} {self.lessons.options()}"


def train_on_one_gpu(order: Order, report: Report) -> None:
    """Train reader and encoder and write them to `order.out`, again and again, so that a machine that is taken leaves something.

    Raises PiecesError, BaseModelError, TrainingError, TimeoutError.
    """
    import torch

    began = time.monotonic()

    def timed(line: str) -> None:
        report(f"{time.monotonic() - began:6.1f} s  {line}")

    torch.set_num_threads(1)
    torch.set_float32_matmul_precision("high")
    with ScratchFolder() as scratch:
        base = read_base(_base(order, scratch, timed))
        timed(f"base model in {base.folder.name}, device {'cuda' if torch.cuda.is_available() else 'cpu'}")
        whole = 60.0 * order.minutes * (1.0 - _ENDING)
        lessons = prepared(order.lessons, base.folder, os.cpu_count() or 1, _MOST_PREPARING * whole, timed)
        left = whole - (time.monotonic() - began)
        if left <= 0:
            raise TimeoutError(f"{order.minutes:g} minutes are over before the training begins: give more")
        _train_reader(order, base, lessons, _READER * left, scratch, timed)
        _train_encoder(order, lessons, whole - (time.monotonic() - began), timed)
        curves = (
            Curve(order.out / _READER_LOG, "6G-LLM, reader"),
            Curve(order.out / _ENCODER_LOG, "Second reader", _ENCODER_LOSSES),
        )
        draw_curves(order.out / "training.png", *curves)
    timed("done")


def _base(order: Order, scratch: Path, report: Report) -> Path:
    base = base_from(order.pieces, scratch, report)
    return preset_base(order.preset, base, order.lessons.seed, report) if order.preset else base


def _train_reader(order: Order, base: Base, lessons: Prepared, seconds: float, scratch: Path, report: Report) -> None:
    import torch

    is_full = bool(order.preset)
    plan = Plan(
        rank=order.rank,
        rate=_PRESET_RATE if is_full else _LORA_RATE,
        tokens=16384 if torch.cuda.is_available() else 512,
        seed=order.lessons.seed,
        save_every_s=min(_SAVE_EVERY_S, seconds / 3),
        full=is_full,
        limit_s=seconds,
    )

    def saved(checkpoint: Path) -> None:
        if is_full:
            ship_model(checkpoint, base.tokenizer, order.out / "reader", lessons.lessons, order.remake)
        else:
            ship(checkpoint, order.out / "reader", lessons.lessons, plan, order.remake)
        (order.out / _READER_LOG).write_bytes((scratch / "reader" / LOG).read_bytes())

    train(base, lessons.reader, scratch / "reader", plan, lambda line: report(f"reader {line}"), saved)


def _train_encoder(order: Order, lessons: Prepared, seconds: float, report: Report) -> None:
    import torch

    plan = EncoderPlan(seed=order.lessons.seed, batch=256 if torch.cuda.is_available() else 16)
    log = order.out / _ENCODER_LOG

    def saved(progress: Progress[EncoderNetwork]) -> None:
        write_encoder(progress, order.out / "encoder.safetensors", lessons.lessons, order.remake)

    def losses(step: int, means: dict[str, float]) -> None:
        report(f"encoder step {step}: " + ", ".join(f"{name} {value:.4g}" for name, value in means.items()))

    train_encoder_for(max(seconds, 1.0), lessons.encoder, plan, log, losses, saved)
