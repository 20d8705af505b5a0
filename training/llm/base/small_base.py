"""The base model of the 6G-LLM: SmolLM2-135M-Instruct with the vocabulary of the domain and the tokens of readings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from agents.readers.language_model.answer_names import choice_tokens
from agents.readers.language_model.loading import base_folder
from training.llm.base.building import build_base
from training.llm.base.domain_texts import domain_texts
from training.llm.base.vocabulary import choose_tokens
from training.llm.base.wheel import gguf_file

_TOKENS: Final = Path(__file__).parent / "tokens.txt"
_SIZE: Final = 8192
Report = Callable[[str], None]


def kept_tokens() -> list[str]:
    """Return the tokens of the pre-trained vocabulary that the base keeps."""
    return _TOKENS.read_text(encoding="utf-8").split()


def small_base(folder: Path, report: Report) -> Path:
    """Make the base model in `folder` unless it is there, and return it; raises BaseModelError."""
    return build_base(folder, folder.parent, kept_tokens(), tuple(choice_tokens().values()), report)


def choose_kept_tokens() -> Path:
    """Choose the tokens anew from the domain corpus, write them to the file that is committed and return its path."""
    from transformers import AutoTokenizer

    source = gguf_file(base_folder().parent)
    tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
    _TOKENS.write_text("".join(f"{token}\n" for token in choose_tokens(tokenizer, domain_texts(), _SIZE)), encoding="utf-8")
    return _TOKENS
