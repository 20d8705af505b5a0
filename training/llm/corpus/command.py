"""`twinpilot llm corpus`: the data of the 6G-LLM's knowledge, made offline from what the project and this machine have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from twins.command_errors import one_line_errors
from twins.screen.say import say, say_json


def corpus(
    out: Annotated[Path, typer.Option("--out", help="Folder of the corpus.")],
    specs: Annotated[
        Path | None, typer.Option("--specs", help="Your own specifications: text, Markdown, HTML, PDF, DOCX; a file or a folder.")
    ] = None,
    pairs: Annotated[int, typer.Option("--pairs", min=0, max=1_000_000, help="Questions with reasoning and answer.")] = 20_000,
    general: Annotated[
        float, typer.Option("--general", min=0, max=0.9, help="Share of the characters that is general text, against forgetting.")
    ] = 0.2,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of pairs and of the choice of general text.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make domain texts, checked pairs with reasoning, and general text; the same seed makes the same files on one machine."""
    from tools.standards.errors import StandardsError
    from training.llm.corpus.corpus_files import digest_of_corpus, write_corpus
    from training.llm.corpus.making import CorpusError, CorpusPlan, make_corpus
    from training.llm.corpus.pairs.drawing import PairError
    from training.llm.corpus.statistics import statistics_of

    with one_line_errors("llm corpus", CorpusError, PairError, StandardsError, OSError):
        made = make_corpus(CorpusPlan(pairs, general, seed, specs), _report)
        files = write_corpus(made, out)
        statistics = statistics_of(made) | {"files": [str(path) for path in files], "sha256": digest_of_corpus(out)}
    if as_json:
        say_json(statistics)
    else:
        say(*_lines(statistics), str(out))


def _lines(statistics: dict[str, Any]) -> list[str]:
    counts, kinds = statistics["documents"], statistics["pairs_by_kind"]
    parts = [
        f"{name}: {statistics['tokens'][name]} tokens ({100 * share:.1f} %), {statistics['characters'][name]} characters"
        for name, share in statistics["share_of_tokens"].items()
    ]
    return [
        f"{counts['domain']} documents of the domain: {_listed(statistics['documents_by_kind'])}",
        f"{statistics['pairs']} pairs, {statistics['pairs_with_words_of_operators']} with words of operators: {_listed(kinds)}",
        f"{counts['general']} documents of general text: {_listed(statistics['general_sources'])}",
        *parts,
        *(f"note: {note}" for note in statistics["notes"]),
    ]


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"


def _report(line: str) -> None:
    say(line, err=True)
