"""A small tokenizer of byte-level BPE, trained on the texts of the hands in a moment: the same kind as that of the base model."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from agents.readers.language_model.answer_names import choice_tokens
from training.llm.labelled_text import LabelledText, hands_of
from training.llm.lessons import sayable


@cache
def hand_texts() -> tuple[LabelledText, ...]:
    """Return the texts of all hands for which readers have words."""
    return tuple(text for hand in map(sayable, hands_of()) for text in hand.texts)


@cache
def tiny_tokenizer(size: int = 1200, added: Sequence[str] = tuple(choice_tokens().values())) -> Any:
    """Return a tokenizer with `size` tokens learned, and these added ones."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=["<unk>", "<s>", "</s>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator([text.text for text in hand_texts()], trainer)
    tiny = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<unk>"
    )
    tiny.add_tokens(list(added), special_tokens=True)
    return tiny
