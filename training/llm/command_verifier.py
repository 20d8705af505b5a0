"""`twinpilot llm answers` and `train-verifier`: what readers answer to new texts, and what learns to judge such answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twins.command_errors import one_line_errors
from twins.screen.say import say


def answers(
    hands: Annotated[str, typer.Option("--hands", help="Hands that the readers have not learned from, separated by commas.")],
    out: Annotated[Path, typer.Option("--out", help="Output file (.jsonl.gz).")],
    adapter: Annotated[Path | None, typer.Option("--adapter", help="Of the 6G-LLM; default: the shipped one.")] = None,
    encoder: Annotated[Path | None, typer.Option("--encoder", help="Of the second reader; default: the shipped one.")] = None,
) -> None:
    """Write what the readers answer to texts that are new to them, for `train-verifier`."""
    import torch

    from agents.readers.encoder.encoder_reader import WEIGHTS
    from agents.readers.language_model.loading import ADAPTER, ReaderError
    from agents.readers.listener import Listener
    from training.llm.labelled_text import hands_of
    from training.llm.understanding.calibrating import digest_of
    from training.llm.verifier.answered_text import answers_of, write_answers
    from twins.progress import show_progress

    torch.set_num_threads(1)
    with one_line_errors("llm answers", ReaderError, ValueError, OSError):
        adapter, encoder = adapter or ADAPTER, encoder or WEIGHTS
        wanted = [hand for hand in hands_of() if hand.name in hands.split(",")]
        listener = Listener.of(adapter, encoder, None)
        with show_progress("reading", "texts") as progress:
            texts = list(answers_of(listener, wanted, progress))
        readers = digest_of(adapter / "adapter_model.safetensors", encoder)
        number = write_answers(out, texts, readers, f"twinpilot llm answers --hands {hands} --out {out.name}, with these readers")
        say(f"{out}: {number} texts")


def train_verifier(
    work: Annotated[Path, typer.Option("--work", help="Folder for checkpoint, log and plot.")] = Path("runs/train-verifier"),
    out: Annotated[Path | None, typer.Option("--out", help="Output file; default: replace the shipped one.")] = None,
    start: Annotated[Path | None, typer.Option("--from", help="Weights to begin with: of a verifier, or of an encoder.")] = None,
    steps: Annotated[int, typer.Option("--steps", min=1, help="Of 16 claims.")] = 2400,
    faults: Annotated[int, typer.Option("--faults", min=0, help="Readings with a fault, at most, of each text.")] = 3,
    held_out: Annotated[str, typer.Option("--held-out", help="Hands not to learn from, separated by commas.")] = "",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of data and training.")] = 1,
) -> None:
    """Train the verifier on the hands' readings, with and without faults, and on earlier readers' answers; resumable."""
    import torch

    from agents.readers.encoder.minilm import minilm_tokenizer
    from agents.readers.verifier.verifier import WEIGHTS
    from training.llm.encoder.weights import write_learned
    from training.llm.learning_log import Curve, draw_curves
    from training.llm.lessons import Lessons
    from training.llm.reading_card import verifier_card
    from training.llm.verifier.answered_text import read_answers
    from training.llm.verifier.examples import answered_examples, made_examples
    from training.llm.verifier.training import VerifierPlan
    from training.llm.verifier.training import train_verifier as train_network
    from twins.progress import show_progress

    torch.set_num_threads(1)
    with one_line_errors("llm train-verifier", ValueError, OSError, FloatingPointError):
        lessons = Lessons(1, 0, 0, seed, tuple(name for name in held_out.split(",") if name))
        hands, tokenizer = lessons.hands(), minilm_tokenizer()
        with show_progress("making claims", "texts") as progress:
            made = made_examples(hands, faults, seed, tokenizer, progress)
        answered = answered_examples(read_answers(), hands, tokenizer)
        say(f"{len(made)} claims made, {len(answered)} of readers' answers")
        plan = VerifierPlan(steps=steps, seed=seed, start=str(start or ""))
        trained = train_network(made, answered, plan, work, _report)
        draw_curves(work / "training.png", Curve(work / "log.jsonl", "Verifier", ("loss", "judged", "faults found")))
        begun = f" --from {start.name}" if start else ""
        remake = f"twinpilot llm train-verifier --steps {steps} --faults {faults} --seed {seed}{begun} --held-out {held_out}"
        texts = {hand.name: len(hand.texts) for hand in hands}
        card = verifier_card(texts, len(made), len(answered), seed)
        say(str(write_learned(trained, out or WEIGHTS, card, remake)), f"log and plot in {work}")


def _report(step: int, means: dict[str, float]) -> None:
    say(f"step {step}: " + ", ".join(f"{name} {value:.4g}" for name, value in means.items()))
