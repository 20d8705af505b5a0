"""A tiny random model of the base's kind with a tiny tokenizer, and lessons for it."""

from pathlib import Path

import torch
from tiny_tokenizer import hand_texts, tiny_tokenizer
from transformers import LlamaConfig, LlamaForCausalLM

from agents.readers.language_model.answer import AnswerForm
from training.llm.reader.batches import Example
from training.llm.reader.examples import example_of

TEXTS = [text for text in hand_texts() if len(text.text) < 60][:24]


def tiny_model(tokenizer) -> LlamaForCausalLM:
    """Return the model for this tokenizer; the same one each time."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return LlamaForCausalLM(config)


def write_tiny_base(folder: Path) -> Path:
    """Write the checkpoint into a folder and return that."""
    tokenizer = tiny_tokenizer()
    tiny_model(tokenizer).to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def tiny_examples(tokenizer) -> list[Example]:
    """Return a few lessons as this tokenizer has them."""
    form = AnswerForm(tokenizer)
    return [example_of(text, form) for text in TEXTS]
