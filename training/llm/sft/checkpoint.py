"""A trained small model as an artefact: weights as safetensors, with shape and vocabulary in their metadata."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import torch

from training.llm.sft.network import Shape, SmallModel
from training.llm.sft.vocabulary import Vocabulary
from training.loop import Progress


class UnfitWeights(ValueError):  # noqa: N818 - names the condition
    """The weights belong to another vocabulary."""


def write_model(progress: Progress[SmallModel], vocabulary: Vocabulary, path: Path) -> None:
    """Write the averaged weights in bfloat16, atomically."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    weights = {name: value.to(torch.bfloat16).contiguous().cpu() for name, value in progress.average.items()}
    about = {"shape": json.dumps(asdict(progress.network.shape)), "vocabulary": vocabulary.digest, "step": str(progress.step)}
    part = path.with_name(path.name + ".part")
    save_file(weights, part, about)
    part.chmod(0o644)  # safetensors makes files readable by their owner only
    part.replace(path)


def read_model(path: Path, vocabulary: Vocabulary) -> SmallModel:
    """Load weights for use, on a GPU if there is one; raises UnfitWeights for those of another vocabulary."""
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        about = file.metadata()
        if about["vocabulary"] != vocabulary.digest:
            raise UnfitWeights(
                f"{path} was trained with vocabulary {about['vocabulary']}, the product's is {vocabulary.digest}: train it again"
            )
        names: list[str] = file.keys()
        weights = {name: file.get_tensor(name).float() for name in names}
    model = SmallModel(Shape(**json.loads(about["shape"])))
    model.load_state_dict(weights)
    return model.to("cuda" if torch.cuda.is_available() else "cpu").eval()
