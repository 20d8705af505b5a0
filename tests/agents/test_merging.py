"""Adapters merged by ourselves give what the library that trained them gives, and its import is not needed to read."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from agents.readers.encoder.encoder_reader import WEIGHTS, EncoderReader
from agents.readers.encoder.minilm import minilm_tokenizer
from agents.readers.encoder.network import EncoderNetwork
from agents.readers.merging import merge_adapters


def test_the_encoder_with_merged_weights_judges_as_the_one_with_adapters():
    merged, adapted = EncoderNetwork(trainable=False).eval(), EncoderNetwork().eval()
    for network in (merged, adapted):
        network.load_learned(WEIGHTS)
    encoded = minilm_tokenizer().encode("keep URLLC delay below 8 ms at the stadium until midnight")
    ids = torch.tensor([encoded.ids])
    with torch.inference_mode():
        for one, other in zip(merged(ids, torch.ones_like(ids)), adapted(ids, torch.ones_like(ids)), strict=True):
            assert torch.allclose(one, other, atol=1e-4)


def test_a_pair_without_its_second_half_is_refused():
    model = torch.nn.Sequential(torch.nn.Linear(4, 4))
    with pytest.raises(KeyError):
        merge_adapters(model, {"0.lora_A.weight": torch.ones(2, 4)}, 1.0)
    with pytest.raises(AttributeError):
        merge_adapters(model, {"7.lora_A.weight": torch.ones(2, 4), "7.lora_B.weight": torch.ones(4, 2)}, 1.0)


def test_low_rank_weights_are_added_with_their_scale():
    model = torch.nn.Sequential(torch.nn.Linear(2, 2, bias=False))
    before = model[0].weight.detach().clone()
    down, up = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0], [4.0]])
    merge_adapters(model, {"x.0.lora_A.weight": down, "x.0.lora_B.weight": up}, 0.5, "x.")
    assert torch.allclose(model[0].weight, before + 0.5 * torch.tensor([[3.0, 6.0], [4.0, 8.0]]))


def test_reading_needs_no_library_for_adapters():
    code = (
        "import sys; from agents.readers.encoder.encoder_reader import EncoderReader;"
        " EncoderReader.load().judge(['save energy']); sys.exit('peft' in sys.modules)"
    )
    assert EncoderReader.load().judge(["save energy"])[0].acts["change"] > 0.5
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0
