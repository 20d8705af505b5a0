"""The data card of what reads operators' texts: what it was trained on, and for what it is not made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agents.readers.encoder.encoder_reader import MOST_PIECES
from agents.readers.verifier.claim import MOST_PIECES as MOST_CLAIMED
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
from training.llm.lessons import Lessons

_NONE: Final = "none: it reads texts"


def reading_card(name: str, lessons: Lessons) -> DataCard:
    """Return the card of a reader that was trained with these lessons."""
    hands = lessons.hands()
    texts = sum(len(hand.texts) for hand in hands)
    return _card(
        name,
        target="act, items, and the words of places, amounts, windows and conditions in an operator's text",
        loss="cross-entropy of what is marked",
        source=f"{texts} texts by hands ({', '.join(hand.name for hand in hands)}), "
        f"{lessons.variants} variants of them, {lessons.composed} sentences composed of their words{_corpus(lessons)}",
        networks=len(hands),
        impairments="typing errors, speech without punctuation, shorthand",
        seeds=str(lessons.seed),
        validity={"word pieces": Bound(low=1, high=MOST_PIECES)},
    )


def answers_card(texts: Mapping[str, int], readers: str) -> DataCard:
    """Return the card of what readers answered to texts that were new to them, so many of each hand."""
    return _card(
        "what readers answered to texts that were new to them",
        target="whether a text says what a reading of it claims",
        loss="cross-entropy of right and wrong",
        source=f"{sum(texts.values())} texts by hands ({', '.join(sorted(texts))}), answered by {readers}",
        networks=len(texts),
        impairments="those of the hands' own texts",
        seeds="none: every text of the hands, or every second one",
        validity={},
    )


def verifier_card(lessons: Mapping[str, int], claims: int, answered: int, seed: int) -> DataCard:
    """Return the card of the verifier. lessons: texts of each hand; claims: made of them; answered: by real readers."""
    return _card(
        "verifier (MiniLM)",
        target="whether an operator's text says what a reading of it claims",
        loss="cross-entropy of right and wrong",
        source=f"{sum(lessons.values())} texts by hands ({', '.join(sorted(lessons))}): {claims} claims made of their readings, "
        f"with and without faults, and {answered} answers of earlier readers to texts that were new to them",
        networks=len(lessons),
        impairments="typing errors, speech without punctuation, shorthand, as the hands have them",
        seeds=str(seed),
        validity={"word pieces of text and claim": Bound(low=1, high=MOST_CLAIMED)},
    )


def _card(
    name: str, *, target: str, loss: str, source: str, networks: int, impairments: str, seeds: str, validity: dict[str, Bound]
) -> DataCard:
    return DataCard(
        name=name,
        task=Task(
            prediction_target=target,
            action_space=_NONE,
            loss_function=loss,
            latency_budget="3 s for the first reading on one core",
            safety_constraints="what a reader says is computed, accounted for word by word, judged by the gate and read back",
        ),
        configuration=Configuration.model_validate(dict.fromkeys(Configuration.model_fields, _NONE)),
        provenance=CardProvenance(
            source=source,
            version="training/llm/hands",
            channel_model=_NONE,
            geometry="the names of each hand's network (card.json)",
            mobility_model=_NONE,
            traffic_model=_NONE,
            impairments=impairments,
            seeds=seeds,
        ),
        environment=Environment(
            setting="operators who write English; few texts in other languages",
            topology=f"{networks} networks",
            blockage=_NONE,
            deployment_density=_NONE,
            ue_distribution=_NONE,
            mobility=_NONE,
        ),
        protocol_layer=ProtocolLayer(layer="management", timescale="seconds"),
        policy=OperatorPolicy(objectives="confidently wrong at most 1 %", constraints="doubt is asked about"),
        evaluation=Evaluation(
            baselines="the rules; the base without training",
            distribution_shifts="texts by hands that wrote none of the training, on other networks",
            failure_criteria="confidently wrong",
            uncertainty_calibration="twinpilot bench understanding",
            robustness_tests="instructions inside texts of tools and peers do not reach it",
        ),
        validity={"language": Bound(choices=("English",)), **validity},
    )


def _corpus(lessons: Lessons) -> str:
    """Return what else was learned: a corpus by its checksums, which its own cards describe."""
    return f"; beside them, {lessons.corpus_share:g} of the tokens, a corpus ({lessons.corpus})" if lessons.corpus else ""
