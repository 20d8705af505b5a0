"""The data cards of a corpus: what each of its files is, what it is from, and what it is not."""

from __future__ import annotations

from collections import Counter
from importlib.metadata import version
from typing import Final

from policies.data_card import (
    Bound,
    CardProvenance,
    Configuration,
    DataCard,
    Environment,
    Evaluation,
    OperatorPolicy,
    ProtocolLayer,
    Task,
)
from training.llm.corpus.making import Corpus

_NONE: Final = "none: it is text"


def documents_card(corpus: Corpus) -> DataCard:
    """Return the card of the running text of the domain."""
    kinds = Counter(one.kind for one in corpus.documents)
    source = "several wordings of each limit, joint rule, KPI, threshold, tool, guardrail and term that TwinPilot has"
    if corpus.plan.specs is not None:
        source += ", and the passages of the user's own specifications, whose licence is the user's to know"
    return _card(
        corpus,
        "6G-LLM corpus, domain",
        target="the next token of a text on networks as TwinPilot knows them",
        source=f"{source}: {_counted(kinds)}",
        setting="made from data of the project by templates; it states facts, and is no sample of what people write",
        failure="a statement that the catalogues do not bear out",
        robustness="no fact is in it that no data file has",
    )


def pairs_card(corpus: Corpus) -> DataCard:
    """Return the card of the pairs."""
    kinds = Counter(pair.kind for pair in corpus.pairs)
    hands = sorted({pair.hand for pair in corpus.pairs if pair.hand})
    return _card(
        corpus,
        "6G-LLM corpus, pairs with reasoning",
        target="reasoning and answer of a question on limits, KPIs, units, rules, tools, times, amounts and places",
        source=f"{_counted(kinds)}; operators' words of the hands {', '.join(hands) or 'of nobody'}",
        setting="questions by templates, some with operators' own words; no model wrote any of them",
        failure="an answer to which the project's own code objects, or an equation that is not true",
        robustness="every pair was checked when it was made; pairs with words of a held-out hand are held out with it",
    )


def general_card(corpus: Corpus) -> DataCard:
    """Return the card of the general text."""
    sizes = Counter[str]()
    licences: dict[str, str] = {}
    for one in corpus.general:
        name = one.source.partition(",")[0]
        sizes[name] += len(one.text)
        licences[name] = one.licence
    sources = "; ".join(f"{name} under {licences[name]}: {size} characters" for name, size in sorted(sizes.items()))
    left_out = f"; left out: {'; '.join(corpus.notes)}" if corpus.notes else ""
    return _card(
        corpus,
        "6G-LLM corpus, general text",
        target="the next token of an English text that is not about networks",
        source=f"what is prose in the documentation of Python and of installed packages: {sources or 'nothing'}{left_out}",
        setting="technical English on programming, mathematics and statistics; it is not conversation, news, literature or a "
        "sample of the web, and keeps a model's English from being forgotten rather than teaching it any",
        failure="the perplexity of general English rises by training",
        robustness="each paragraph is in it once; which text there is depends on the versions that are installed",
    )


def _card(corpus: Corpus, name: str, *, target: str, source: str, setting: str, failure: str, robustness: str) -> DataCard:
    return DataCard(
        name=name,
        task=Task(
            prediction_target=target,
            action_space=_NONE,
            loss_function="cross-entropy of the next token; of a pair, of what follows its question",
            latency_budget="none: training is offline",
            safety_constraints="nothing that a model learns from it decides: code computes, the gate judges",
        ),
        configuration=Configuration.model_validate(dict.fromkeys(Configuration.model_fields, _NONE)),
        provenance=CardProvenance(
            source=source,
            version=version("twinpilot"),
            channel_model=_NONE,
            geometry=_NONE,
            mobility_model=_NONE,
            traffic_model=_NONE,
            impairments=_NONE,
            seeds=str(corpus.plan.seed),
        ),
        environment=Environment(
            setting=setting,
            topology=_NONE,
            blockage=_NONE,
            deployment_density=_NONE,
            ue_distribution=_NONE,
            mobility=_NONE,
        ),
        protocol_layer=ProtocolLayer(layer="management", timescale="none"),
        policy=OperatorPolicy(
            objectives="a model that knows the vocabulary and reckons with it", constraints="licences as stated"
        ),
        evaluation=Evaluation(
            baselines="the same training without it (--corpus-share 0)",
            distribution_shifts="other catalogues, tools and networks than those of this version",
            failure_criteria=failure,
            uncertainty_calibration="none",
            robustness_tests=robustness,
        ),
        validity={"language": Bound(choices=("English",))},
    )


def _counted(kinds: Counter[str]) -> str:
    return ", ".join(f"{count} of kind {kind}" for kind, count in sorted(kinds.items()))
