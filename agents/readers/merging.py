"""Low-rank adapters merged into the weights they adapt, without the library that trained them: it takes seconds to import.

Source: Hu et al., LoRA, ICLR 2022: W + (alpha / rank) B A.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_DOWN: Final = ".lora_A."
_UP: Final = ".lora_B."


def merge_adapters(model: Any, learned: Mapping[str, Any], scale: float, prefix: str = "") -> None:
    """Add every pair of low-rank weights among `learned` to the weight of the module of `model` that it adapts.

    prefix: stands before the modules' names. Raises KeyError if a pair is incomplete, AttributeError if there is no such module.
    """
    import torch

    with torch.no_grad():
        for name, down in learned.items():
            if _DOWN not in name:
                continue
            module = name.removeprefix(prefix).partition(_DOWN)[0]
            weight = model.get_submodule(module).weight
            delta = scale * (learned[name.replace(_DOWN, _UP)].float() @ down.float())
            weight.copy_((weight.float() + delta).to(weight.dtype))
