"""Export the weights of a finished DeepTx training, with their data card and record."""

from __future__ import annotations

from pathlib import Path

from policies.artefact import Artefact
from policies.data_card import DataCard, Evaluation, OperatorPolicy, Task
from tools.receivers.deeptx.link_network import LinkNetwork
from training.loop import Progress
from training.receivers.card import trained_card
from training.receivers.deeptx_training import Plan
from training.weights import write_weights


def export(progress: Progress[LinkNetwork], plan: Plan, path: Path, remake: str) -> Artefact:
    """Write the averaged weights to `path` with their record beside them; `remake` is the command that reproduces them."""
    return write_weights(progress, path, card_of(plan, progress.step), remake)


def card_of(plan: Plan, steps: int) -> DataCard:
    """Return the card of weights trained for `steps` of `plan`."""
    return trained_card(
        plan,
        steps,
        name="DeepTx and its receiver",
        task=Task(
            prediction_target="log-likelihood ratios of the coded bits of one layer, its transmitter learned with it",
            action_space="none: it sends and receives",
            loss_function="binary cross-entropy of every stage's ratios, and the log of its channel error over the noise",
            latency_budget="one slot; operations are counted, see `twinpilot bench receivers`",
            safety_constraints="mean transmit power 1 on every resource element, as PUSCH",
        ),
        pilot_design="superimposed on all resource elements with a learned share of the power; no DMRS",
        policy=OperatorPolicy(
            objectives="bits delivered per slot",
            constraints="both ends must use the same weights; not a 3GPP waveform",
        ),
        evaluation=Evaluation(
            baselines="PUSCH with 1 and 2 DMRS symbols, received by LS + LMMSE and by DeepRx",
            distribution_shifts="profiles that were not trained on are outside the validity",
            failure_criteria="goodput below PUSCH with 1 DMRS symbol at equal SNR",
            uncertainty_calibration="ratios are trained by cross-entropy and decoded by LDPC",
            robustness_tests="tests/tools/receivers/test_deeptx.py",
        ),
    )
