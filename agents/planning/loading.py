"""The planning model, loaded: the small transformer that is shipped, which knows the names of plans and nothing else."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

from agents.planning.plan_model import PlanModel
from agents.planning.plan_names import plan_tokens

WEIGHTS: Final = Path(__file__).parent / "data" / "planner.safetensors"
_REMAKE: Final = "train one with `twinpilot llm train-planner`"
SIZE: Final = {"hidden_size": 128, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 384}


class PlanModelError(Exception):
    """The planning model cannot be loaded; the message says what to do."""


def name_ids() -> dict[str, int]:
    """Return the id of each name in the model's own vocabulary; 0 pads, 1 begins."""
    return {name: number for number, name in enumerate(plan_tokens(), start=2)}


def new_network() -> Any:
    """Return an untrained network; raises ImportError without the extra `llm`."""
    from transformers import LlamaConfig, LlamaForCausalLM

    sizes: dict[str, Any] = {**SIZE, "num_key_value_heads": SIZE["num_attention_heads"], "vocab_size": len(name_ids()) + 2}
    ends: dict[str, Any] = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": None}
    config = LlamaConfig(max_position_embeddings=1024, tie_word_embeddings=True, **sizes, **ends)
    return LlamaForCausalLM(config)


def load_network(weights: Path) -> Any:
    """Return a network with its weights; raises PlanModelError."""
    try:
        network = new_network()
    except ImportError as error:
        raise PlanModelError(f"{error.name} is not installed: pip install 'twinpilot[llm]'") from error
    from safetensors.torch import load_model

    from policies.artefact import ArtefactError, read_artefact

    try:
        read_artefact(weights)
        load_model(network, str(weights))
    except ArtefactError as error:
        raise PlanModelError(str(error)) from error
    except (RuntimeError, OSError) as error:
        first = " ".join(str(error).split())[:200]
        raise PlanModelError(f"{weights} is not of this version's plans ({first}): {_REMAKE}") from error
    return network.float()


@cache
def load_plan_model(weights: Path = WEIGHTS) -> PlanModel:
    """Load the planning model; raises PlanModelError."""
    return PlanModel(load_network(weights).eval(), name_ids(), (1,))
