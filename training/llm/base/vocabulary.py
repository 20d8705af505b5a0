"""A smaller vocabulary for a tokenizer of byte-level BPE: fewer rows of the embedding, less to train and to multiply with.

What is kept is closed under the merges: each kept token can still be built from kept ones, and all bytes are kept, so that any
text is read and written back exactly.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any


def choose_tokens(tokenizer: Any, texts: Iterable[str], size: int) -> list[str]:
    """Return `size` tokens to keep, in the order of the vocabulary: those of the texts by frequency, then the low ids.

    Low ids are the most frequent in pre-training.
    """
    data = json.loads(tokenizer.backend_tokenizer.to_str())
    vocabulary: dict[str, int] = data["model"]["vocab"]
    parents = {first + second: (first, second) for first, second in map(_pair, data["model"]["merges"])}
    special = {token["content"] for token in data["added_tokens"]}
    kept = special | {token for token in vocabulary if token not in parents and len(token) == 1}
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(tokenizer(text).input_ids)
    names = {number: token for token, number in vocabulary.items()}
    frequent = [number for number, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    for number in [*frequent, *range(len(vocabulary))]:
        needed = _needed(names[number], parents, kept) if number in names else set()
        if len(kept) + len(needed) <= size:
            kept |= needed
        if len(kept) == size:
            break
    return sorted(kept, key=lambda token: vocabulary.get(token, -1))


def _needed(token: str, parents: dict[str, tuple[str, str]], kept: set[str]) -> set[str]:
    """Return the token and all tokens that it is merged from, as far as they are not kept yet."""
    todo, needed = [token], set()
    while todo:
        one = todo.pop()
        if one not in kept and one not in needed:
            needed.add(one)
            todo += parents.get(one, ())
    return needed


def _pair(merge: Any) -> tuple[str, str]:
    first, second = merge.split(" ") if isinstance(merge, str) else merge
    return first, second


def smaller_tokenizer(tokenizer: Any, tokens: Sequence[str], added: Sequence[str]) -> tuple[Any, list[int]]:
    """Return a tokenizer of these tokens, with `added` ones behind them, and the old id of each of `tokens`."""
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    data = json.loads(tokenizer.backend_tokenizer.to_str())
    vocabulary, kept = data["model"]["vocab"], set(tokens)
    rows = [vocabulary[token] for token in tokens]
    data["model"]["vocab"] = {token: number for number, token in enumerate(tokens)}
    merges = [_pair(merge) for merge in data["model"]["merges"]]
    data["model"]["merges"] = [[a, b] for a, b in merges if a in kept and b in kept and a + b in kept]
    for token in data["added_tokens"]:
        token["id"] = data["model"]["vocab"][token["content"]]
    small: Any = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=Tokenizer.from_str(json.dumps(data)),
        bos_token=tokenizer.bos_token,
        eos_token=tokenizer.eos_token,
        unk_token=tokenizer.unk_token,
        pad_token=tokenizer.unk_token,  # pad must not be eos: the end of an answer would be masked
    )
    small.chat_template = tokenizer.chat_template
    small.add_tokens(list(added), special_tokens=True)  # so that `split_special_tokens` reads one in a text as letters
    return small, rows
