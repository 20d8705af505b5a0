"""Export the weights of a finished DeepRx training, with their data card and record."""

from __future__ import annotations

from pathlib import Path

from policies.artefact import Artefact
from policies.data_card import Bound, DataCard, Evaluation, OperatorPolicy, Task
from tools.receivers.deeprx.network import DeepRx
from training.loop import Progress
from training.receivers.card import trained_card
from training.receivers.plan import Plan
from training.weights import write_weights

VERIFIED_PRBS = 48  # convolution over frequency generalizes: `twinpilot bench receivers` verifies wider grids than trained


def export(progress: Progress[DeepRx], plan: Plan, path: Path, remake: str) -> Artefact:
    """Write the averaged weights to `path` with their record beside them; `remake` is the command that reproduces them."""
    return write_weights(progress, path, card_of(plan, progress.step), remake)


def card_of(plan: Plan, steps: int) -> DataCard:
    """Return the card of weights trained for `steps` of `plan`."""
    card = trained_card(
        plan,
        steps,
        name="DeepRx",
        task=Task(
            prediction_target="log-likelihood ratios of the coded bits of one layer, and its channel",
            action_space="none: it receives",
            loss_function="binary cross-entropy of every stage's ratios, and the log of its channel error over the noise",
            latency_budget="one slot; operations are counted, see `twinpilot bench receivers`",
            safety_constraints="none: the CRC decides what is delivered",
        ),
        pilot_design="DMRS type 1, " + ", ".join(map(str, plan.ranges.dmrs_symbols)) + " symbols, two CDM groups without data",
        policy=OperatorPolicy(
            objectives="block error rate of links with sparse pilots and high mobility",
            constraints="a classical receiver takes over outside the validity",
        ),
        evaluation=Evaluation(
            baselines="LS and LMMSE estimation with LMMSE detection, perfect channel knowledge: `twinpilot bench receivers`",
            distribution_shifts="TDL-E, CDL and delay spreads never trained on, in the same benchmark; outside the validity",
            failure_criteria="a higher block error rate than LS + LMMSE anywhere in the validity",
            uncertainty_calibration="ratios are trained by cross-entropy and decoded by LDPC",
            robustness_tests="tests/tools/receivers/test_receivers_deeprx.py",
        ),
    )
    limits = {
        "dmrs_symbols": Bound(choices=tuple(plan.ranges.dmrs_symbols)),
        "prbs": Bound(low=min(plan.ranges.prbs), high=VERIFIED_PRBS, unit="PRB"),
    }
    return card.model_copy(update={"validity": {**card.validity, **limits}})
