"""The data card of what reads operators' texts: what it was trained on, and for what it is not made."""

from __future__ import annotations

from typing import Final

from agents.readers.encoder.encoder_reader import MOST_PIECES
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
    return DataCard(
        name=name,
        task=Task(
            prediction_target="act, items, and the words of places, amounts, windows and conditions in an operator's text",
            action_space=_NONE,
            loss_function="cross-entropy of what is marked",
            latency_budget="3 s for the first reading on one core",
            safety_constraints="what it says is computed, accounted for word by word, judged by the gate and read back",
        ),
        configuration=Configuration.model_validate(dict.fromkeys(Configuration.model_fields, _NONE)),
        provenance=CardProvenance(
            source=f"{texts} texts by hands ({', '.join(hand.name for hand in hands)}), "
            f"{lessons.variants} variants of them, {lessons.composed} sentences composed of their words{_corpus(lessons)}",
            version="training/llm/hands",
            channel_model=_NONE,
            geometry="the names of each hand's network (card.json)",
            mobility_model=_NONE,
            traffic_model=_NONE,
            impairments="typing errors, speech without punctuation, shorthand",
            seeds=str(lessons.seed),
        ),
        environment=Environment(
            setting="operators who write English; few texts in other languages",
            topology=f"{len(hands)} networks",
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
        validity={"language": Bound(choices=("English",)), "word pieces": Bound(low=1, high=MOST_PIECES)},
    )


def _corpus(lessons: Lessons) -> str:
    """Return what else was learned: a corpus by its checksums, which its own cards describe."""
    return f"; beside them, {lessons.corpus_share:g} of the tokens, a corpus ({lessons.corpus})" if lessons.corpus else ""
