"""A training on two processes (gloo) is the same as one that accumulates two batches, and does not go on with another number."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from reader_process import __file__ as program
from safetensors.torch import load_file
from tiny_base import tiny_examples, write_tiny_base

from agents.readers.language_model.base_model import read_base
from training.llm.reader.plan import Plan, TrainingError
from training.llm.reader.training import train

ROOT = Path(__file__).parents[2]


def _launch(base: Path, work: Path, accumulate: int) -> None:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", program]
    paths = os.pathsep.join(map(str, (ROOT, Path(__file__).parent)))
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    call = [*command, str(base), str(work), str(accumulate)]
    done = subprocess.run(call, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


def test_two_processes_train_what_one_trains_that_accumulates(tmp_path: Path):
    folder = write_tiny_base(tmp_path / "base")
    _launch(folder, tmp_path / "two", 1)
    base = read_base(folder)
    examples = tiny_examples(base.tokenizer) * 3
    plan = Plan(rank=2, rate=1e-3, tokens=300, epochs=1, warmup=2, save_every_s=600, full=True, accumulate=2)
    train(base, examples, tmp_path / "one", plan, lambda line: None)
    two, one = (load_file(tmp_path / name / "checkpoint" / "model.safetensors") for name in ("two", "one"))
    before = base.model(torch.float32).state_dict()
    moved = sum((one[name] - before[name]).abs().sum() for name in one)
    apart = sum((one[name] - two[name]).abs().sum() for name in one)
    assert moved > 0
    assert apart < 0.1 * moved
    rows = [json.loads((tmp_path / name / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1]) for name in ("two", "one")]
    assert rows[0]["step"] == rows[1]["step"]
    assert rows[0]["loss"] == pytest.approx(rows[1]["loss"], rel=0.02)
    with pytest.raises(TrainingError, match="on 2 devices, not 1"):
        train(base, examples, tmp_path / "two", Plan(**{**vars(plan), "accumulate": 1}), lambda line: None)
