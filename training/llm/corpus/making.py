"""The corpus of the 6G-LLM: running text of the domain, pairs with reasoning, and general text against forgetting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from training.llm.corpus.document import Document
from training.llm.corpus.facts.catalogue import catalogue_documents
from training.llm.corpus.facts.glossary import VOCABULARY, glossary_documents
from training.llm.corpus.facts.guardrails import guardrail_documents
from training.llm.corpus.facts.specifications import specification_documents
from training.llm.corpus.facts.tools import tool_documents
from training.llm.corpus.general.sources import general_documents, general_sources
from training.llm.corpus.pairs.drawing import PairMaker
from training.llm.corpus.pairs.pair import Pair

Report = Callable[[str], None]


class CorpusError(ValueError):
    """The corpus cannot be made as it was asked for; the message says what to do."""


@dataclass(frozen=True)
class CorpusPlan:
    """pairs: how many. general: share of the corpus's characters, 0..0.9, that is general text. specs: the user's texts."""

    pairs: int = 20_000
    general: float = 0.2
    seed: int = 1
    specs: Path | None = None

    @property
    def remake(self) -> str:
        """The command that makes the same corpus again."""
        specs = " --specs SPECS" if self.specs else ""
        return f"twinpilot llm corpus --out OUT{specs} --pairs {self.pairs} --general {self.general:g} --seed {self.seed}"


@dataclass(frozen=True)
class Corpus:
    """What was made. notes: what the corpus lacks, and why."""

    plan: CorpusPlan
    documents: tuple[Document, ...]
    pairs: tuple[Pair, ...]
    general: tuple[Document, ...]
    notes: tuple[str, ...] = field(default=())


def make_corpus(plan: CorpusPlan, report: Report) -> Corpus:
    """Return the corpus of a plan; on one machine the same plan makes the same one.

    Raises CorpusError if this machine has too little general text, PairError for too many pairs, StandardsError for texts of the
    user that cannot be read.
    """
    documents = tuple(_documents(plan.specs))
    report(f"{len(documents)} documents of the domain")
    pairs = tuple(PairMaker().pairs(plan.pairs, plan.seed))
    report(f"{len(pairs)} pairs, each of them checked")
    size = sum(len(one.text) for one in documents) + sum(len(pair.prompt + pair.reply) for pair in pairs)
    general, left_out = _general(plan, size)
    report(f"{len(general)} documents of general text")
    notes = () if VOCABULARY.exists() else (f"no glossary: {VOCABULARY.name} is not beside the package",)
    return Corpus(plan, documents, pairs, general, (*notes, *left_out))


def _documents(specs: Path | None) -> Iterator[Document]:
    yield from catalogue_documents()
    yield from tool_documents()
    yield from guardrail_documents()
    yield from glossary_documents()
    if specs is not None:
        yield from specification_documents(specs)


def _general(plan: CorpusPlan, size: int) -> tuple[tuple[Document, ...], list[str]]:
    """Return general text for so many characters of other text, drawn from all there is, and what was left out."""
    if not plan.general:
        return (), []
    wanted = size * plan.general / (1 - plan.general)
    sources, left_out = general_sources()
    taken: list[Document] = []
    length = 0
    for document in general_documents(sources, Random(f"general {plan.seed}")):
        taken.append(document)
        length += len(document.text)
        if length >= wanted:
            return tuple(taken), left_out
    raise CorpusError(
        f"--general {plan.general:g} needs {wanted:.0f} characters of general text, and the documentation on this machine has "
        f"{length}: at most {length / (length + size):.2f} is allowed here, or ask for fewer --pairs"
    )
