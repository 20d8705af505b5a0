"""One process of a training on several: `torchrun reader_process.py BASE WORK ACCUMULATE`."""

import sys
from pathlib import Path

import torch
from tiny_base import tiny_examples

from agents.readers.language_model.base_model import read_base
from training.llm.reader.plan import Plan
from training.llm.reader.training import train

if __name__ == "__main__":
    torch.set_num_threads(1)
    folder, work, accumulate = sys.argv[1:]
    base = read_base(Path(folder))
    plan = Plan(rank=2, rate=1e-3, tokens=300, epochs=1, warmup=2, save_every_s=600, full=True, accumulate=int(accumulate))
    train(base, tiny_examples(base.tokenizer) * 3, Path(work), plan, lambda line: None)
