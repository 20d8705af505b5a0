"""Measure the cost of an operation of each receiver block: `python -m twins.link.bench.calibrate_delay` (a minute, one core).

Costs, in seconds per operation, are fitted to the measured times by non-negative least squares of the relative error.
"""

from __future__ import annotations

import json
import platform
from importlib.metadata import version

import numpy as np

from policies.artefact import write_record
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
from twins.link.bench.bench_delay import Sample, calibration_cases, measure
from twins.link.configuration import LinkConfiguration
from twins.link.delay.block_costs import COSTS_PATH

REMAKE = "OMP_NUM_THREADS=1 python -m twins.link.bench.calibrate_delay"


def fit_costs(samples: list[Sample]) -> dict[str, float]:
    """Return the fitted seconds per operation of each block in `samples`."""
    from scipy.optimize import nnls

    blocks = sorted({block for sample in samples for block in sample.operations})
    rates = np.array([[sample.operations.get(block, 0.0) / sample.seconds for block in blocks] for sample in samples])
    scale = rates.max(axis=0)
    solution, _ = nnls(rates / scale, np.ones(len(samples)))
    return {block: float(cost) for block, cost in zip(blocks, solution / scale, strict=True)}


def data_card() -> DataCard:
    """Return the card of the block costs."""
    return DataCard(
        name="twins.link block costs",
        task=Task(
            prediction_target="seconds of CPU time an operation of each receiver block",
            action_space="none",
            loss_function="non-negative least squares of relative errors",
            latency_budget="none: read once",
            safety_constraints="used as ratios to an LDPC operation; absolute times belong to the machine of the record",
        ),
        configuration=Configuration(
            carrier_frequency="3.5 GHz",
            bandwidth="12 PRB",
            numerology="30 kHz",
            antenna_geometry="2 receive antennas, 1 or 2 layers",
            beam_codebook="none",
            pilot_design="2 DMRS symbols, type 1",
            scheduler="none",
        ),
        provenance=CardProvenance(
            source="run times of twins.link measured by twins.link.bench.calibrate_delay, one thread",
            version=f"torch {version('torch')}, sionna {version('sionna-no-rt')}",
            channel_model="TR 38.901 TDL-A",
            geometry="none",
            mobility_model="3 m/s",
            traffic_model="one transport block a slot",
            impairments="none",
            seeds="none: times, the least of several runs",
        ),
        environment=Environment(
            setting="one CPU core",
            topology="none",
            blockage="none",
            deployment_density="none",
            ue_distribution="none",
            mobility="none",
        ),
        protocol_layer=ProtocolLayer(layer="PHY", timescale="slot"),
        policy=OperatorPolicy(
            objectives="relative cost of receiver blocks", constraints="no statement about a product's hardware"
        ),
        evaluation=Evaluation(
            baselines="none",
            distribution_shifts="other PRBs, antennas and MCS than those fitted: `twinpilot bench link` states model / measured",
            failure_criteria="none",
            uncertainty_calibration="spread of model / measured over held-out cases in `twinpilot bench link`",
            robustness_tests="none",
        ),
        validity={"algorithm": Bound(choices=tuple(LinkConfiguration.model_fields["ldpc_algorithm"].annotation.__args__))},  # type: ignore[union-attr]
    )


def main() -> None:
    """Measure, fit and write the costs with their record."""
    import torch

    torch.set_num_threads(1)
    costs = fit_costs(measure(calibration_cases()))
    COSTS_PATH.write_text(json.dumps(costs, indent=2) + "\n", encoding="utf-8")
    versions = {name: version(name) for name in ("torch", "sionna-no-rt", "numpy")}
    write_record(COSTS_PATH, data_card(), REMAKE, f"{platform.machine()}, one thread", versions)


if __name__ == "__main__":
    main()
