"""`twinpilot llm train`: train the reader, LoRA or all weights, on one device or under `accelerate launch` on many."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from twins.command_errors import one_line_errors
from twins.screen.say import say

if TYPE_CHECKING:
    from agents.readers.language_model.base_model import Base
    from training.llm.lessons import Lessons
    from training.llm.reader.devices import Devices
    from training.llm.reader.mixing import CorpusMix
    from training.llm.reader.plan import Plan

_LORA_RATE: Final = 8e-4
_FULL_RATE: Final = 2e-4
_PRESET_RATE: Final = 1e-3
_CPU_TOKENS: Final = 512
_GPU_TOKENS: Final = 16384


def train(
    work: Annotated[Path, typer.Option("--work", help="Folder for checkpoint, log and plot.")] = Path("runs/train-reader"),
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder; default: replace the shipped adapter, or with all weights WORK/model."),
    ] = None,
    base_model: Annotated[
        Path | None, typer.Option("--base", help="Any local Hugging Face causal checkpoint; default: that of `llm base`.")
    ] = None,
    preset: Annotated[
        Literal["5m", "17m", "40m"] | None,
        typer.Option("--preset", help="Instead of a base: a small Llama from scratch, all weights."),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Train all weights instead of LoRA.")] = False,
    start: Annotated[Path | None, typer.Option("--from", help="Adapter (with --full: model) to begin with.")] = None,
    variants: Annotated[int, typer.Option("--variants", min=0, help="Texts made from those of the hands.")] = 16000,
    composed: Annotated[
        int, typer.Option("--composed", min=0, help="Plain sentences composed of the words of the hands.")
    ] = 8000,
    passes: Annotated[int, typer.Option("--passes", min=1, help="How often each text of the hands is seen.")] = 2,
    held_out: Annotated[str, typer.Option("--held-out", help="Hands not to learn from, separated by commas.")] = "",
    corpus: Annotated[
        Path | None, typer.Option("--corpus", help="Folder of `llm corpus`, of which a share is learned beside the texts.")
    ] = None,
    corpus_share: Annotated[
        float, typer.Option("--corpus-share", min=0, max=0.9, help="Share of the corpus in all tokens; 0: none of it.")
    ] = 0.0,
    rank: Annotated[int, typer.Option("--rank", min=1, max=256, help="Of LoRA.")] = 16,
    rate: Annotated[
        float | None, typer.Option("--rate", min=1e-7, help="Highest learning rate; default: 8e-4, --full 2e-4, --preset 1e-3.")
    ] = None,
    tokens: Annotated[
        int | None, typer.Option("--tokens", min=64, help="Of a batch on one device; default: 512, on a GPU 16384.")
    ] = None,
    accumulate: Annotated[int, typer.Option("--accumulate", min=1, help="Batches of a step on each device.")] = 1,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of data and training.")] = 1,
) -> None:
    """Train the reader; goes on where it was interrupted. Many devices: deploy/README.md."""
    import torch

    from agents.readers.language_model.base_model import read_base
    from agents.readers.language_model.loading import base_folder
    from training.llm.base.presets import preset_base
    from training.llm.base.small_base import small_base
    from training.llm.base.wheel import BaseModelError
    from training.llm.lessons import Lessons
    from training.llm.reader.devices import Devices
    from training.llm.reader.plan import Plan, TrainingError

    def made() -> Path:
        if preset:
            return preset_base(preset, base_folder(), seed, _report)
        return base_model or small_base(base_folder(), _report)

    torch.set_num_threads(1)
    with one_line_errors("llm train", BaseModelError, TrainingError, ValueError, OSError):
        if preset and base_model:
            raise ValueError(f"--preset {preset} and --base {base_model}: give one of them, a preset is its own base")
        devices, folder = Devices.with_main_first(accumulate, made)
        is_full = full or preset is not None
        plan = Plan(
            rank=rank,
            rate=rate or (_PRESET_RATE if preset else _FULL_RATE if full else _LORA_RATE),
            tokens=tokens or (_CPU_TOKENS if devices.device.type == "cpu" else _GPU_TOKENS),
            epochs=1,
            seed=seed,
            start=str(start or ""),
            full=is_full,
            accumulate=accumulate,
        )
        lessons = Lessons(passes, variants, composed, seed, tuple(name for name in held_out.split(",") if name))
        mix = _mix(corpus, corpus_share, lessons)
        if mix is not None:
            lessons = replace(lessons, corpus=mix.digest, corpus_share=mix.share)
        source = f" --preset {preset}" if preset else " --base BASE" if base_model else ""
        _Training(work, out, read_base(folder), plan, lessons, devices, source, mix).run()


def _mix(corpus: Path | None, share: float, lessons: Lessons) -> CorpusMix | None:
    """Return what of a corpus is learned, None for none; raises ValueError if one of the two options is missing."""
    from training.llm.reader.mixing import CorpusMix

    if (corpus is None) != (share == 0):
        raise ValueError(
            f"--corpus {corpus or 'is missing'}, --corpus-share {share:g}: give a folder and a share above 0, or neither of them"
        )
    return None if corpus is None else CorpusMix(corpus, share, lessons.held_out, lessons.seed)


@dataclass(frozen=True)
class _Training:
    """source: the option of the command that names the base. mix: what is learned of a corpus, None for nothing."""

    work: Path
    out: Path | None
    base: Base
    plan: Plan
    lessons: Lessons
    devices: Devices
    source: str
    mix: CorpusMix | None = None

    def run(self) -> None:
        """Train, draw the curve and ship the result."""
        from training.llm.learning_log import Curve, draw_curves
        from training.llm.reader.examples import examples_of
        from training.llm.reader.training import LOG, train

        report = _report if self.devices.is_main else _nothing
        examples = examples_of(self.lessons, self.base.tokenizer)
        if self.mix is not None:
            beside = self.mix.beside(examples, self.base.tokenizer)
            report(f"{len(beside)} texts and pairs of the corpus, {sum(map(len, beside))} tokens")
            examples += beside
        report(f"{len(examples)} texts, {sum(map(len, examples))} tokens, on {self.devices.count} x {self.devices.device.type}")
        trained = train(self.base, examples, self.work, self.plan, report, devices=self.devices)
        if self.devices.is_main:
            draw_curves(self.work / "training.png", Curve(self.work / LOG, "6G-LLM, reader"))
            say(str(self._ship(trained)), f"log and plot in {self.work}")

    def _ship(self, trained: Path) -> Path:
        from agents.readers.language_model.loading import ADAPTER
        from training.llm.reader.shipping import BASE, ship, ship_model

        begin = " --from START" if self.plan.start else ""
        kind = f"--rank {self.plan.rank}" if not self.plan.full else "" if "--preset" in self.source else "--full"
        size = f"--rate {self.plan.rate:g} --tokens {self.plan.tokens} --accumulate {self.plan.accumulate}"
        remake = " ".join(f"twinpilot llm train{self.source}{begin} {self.lessons.options()} {kind} {size}".split())
        if self.plan.full:
            return ship_model(trained, self.base.tokenizer, self.out or self.work / "model", self.lessons, remake)
        base = self.base.folder.name if "--base" in self.source else BASE
        return ship(trained, self.out or ADAPTER, self.lessons, self.plan, remake, base)


def _report(line: str) -> None:
    say(line, err=True)


def _nothing(line: str) -> None:
    """Another process reports."""
