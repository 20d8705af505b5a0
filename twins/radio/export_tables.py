"""Export Sionna's link tables for run time: `python -m twins.radio.export_tables [PATH]`, with the data card beside them.

Needs Sionna and torch; run it again after upgrading Sionna. The same Sionna gives the same arrays, and a test compares the
committed file with a fresh export.
"""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policies.artefact import record_of, write_record
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
from twins.radio.abstraction import TABLES_PATH, LinkTable

REMAKE = "python -m twins.radio.export_tables"
PDSCH = 1  # Sionna's table category
_ROWS = 21  # code block sizes 24..2024; Sionna repeats the last row for larger ones
_MCS_COUNT = {1: 29, 2: 28}


def fresh_tables() -> dict[str, NDArray[Any]]:
    """Return the arrays of the installed Sionna by name, `bler_1` .. `beta_2`, as documented in `LinkTable`."""
    import torch
    from sionna.sys import EESM, PHYAbstraction

    abstraction, eesm = PHYAbstraction(precision="double"), EESM(precision="double")
    arrays: dict[str, NDArray[Any]] = {}
    for index, count in _MCS_COUNT.items():
        indices = torch.arange(count, dtype=torch.int32)
        order, rate = abstraction._mcs_decoder_fun(indices, torch.tensor(index), torch.tensor(PDSCH))
        bler = abstraction.bler_table_interp[PDSCH, index - 1, :count].numpy()
        if not np.array_equal(bler[:, _ROWS - 1 : _ROWS], bler[:, -1:]):
            raise RuntimeError("Sionna's BLER tables now cover code blocks above 2024 bits: extend _ROWS and the lookups")
        available = np.isfinite(bler[:, 0, 0])
        table = LinkTable(
            modulation_order=order.numpy().astype(np.int64),
            code_rate=np.round(rate.numpy().astype(np.float64) * 2048.0) / 2048.0,
            beta=eesm.beta_tensor[index - 1, :count].numpy().astype(np.float64),
            available=available,
            bler=np.where(available[:, None, None], bler[:, :_ROWS], 1.0).astype(np.float32),
        )
        arrays |= {f"{name}_{index}": value for name, value in table._asdict().items()}
    return arrays


def data_card() -> DataCard:
    """Return the data card of the tables."""
    return DataCard(
        name="twins.radio link tables",
        task=Task(
            prediction_target="block error rate of one LDPC code block from effective SINR, MCS and code block size",
            action_space="MCS index of TS 38.214 tables 5.1.3.1-1 and 5.1.3.1-2",
            loss_function="none: tabulated Monte Carlo results",
            latency_budget="one lookup, tens of nanoseconds",
            safety_constraints="indices without a table are marked unavailable and never chosen",
        ),
        configuration=Configuration(
            carrier_frequency="independent",
            bandwidth="any; code blocks above 2024 bits use the row of 2024 bits",
            numerology="independent",
            antenna_geometry="single layer after equalization",
            beam_codebook="none",
            pilot_design="perfect channel knowledge",
            scheduler="none",
        ),
        provenance=CardProvenance(
            source="sionna.sys.PHYAbstraction and EESM, PDSCH category, MCS tables 1 and 2",
            version=f"sionna {version('sionna-no-rt')}",
            channel_model="AWGN behind the exponential effective SINR mapping",
            geometry="none",
            mobility_model="none: static within a slot",
            traffic_model="none",
            impairments="none: perfect channel estimation, no HARQ combining",
            seeds="not published by Sionna",
        ),
        environment=Environment(
            setting="link level",
            topology="one link",
            blockage="none",
            deployment_density="one link",
            ue_distribution="none",
            mobility="none",
        ),
        protocol_layer=ProtocolLayer(layer="PHY abstraction", timescale="one slot"),
        policy=OperatorPolicy(objectives="throughput at a block error rate target", constraints="error rate target in (0, 1)"),
        evaluation=Evaluation(
            baselines="Sionna's own lookup (tests/twins/radio/test_radio_abstraction.py)",
            distribution_shifts="the betas are shipped by Sionna without calibration provenance",
            failure_criteria="difference to Sionna above 0.01 in BLER or 0.05 dB in effective SINR",
            uncertainty_calibration="curves interpolated in log BLER between simulated points 1.6 to 1.8 dB apart",
            robustness_tests="missing indices masked; ends of the grid clamped",
        ),
        validity={
            "sinr_db": Bound(low=-5.0, high=30.0, unit="dB"),
            "code_block_bits": Bound(low=24, high=8448, unit="bit"),
            "mcs_table": Bound(choices=(1, 2)),
        },
    )


def export(path: Path = TABLES_PATH) -> Path:
    """Write the tables to `path` (npz) with their record beside them; returns the record's path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **fresh_tables())  # type: ignore[arg-type]
    versions = {name: version(name) for name in ("sionna-no-rt", "torch", "numpy")}
    write_record(path, data_card(), REMAKE, platform.machine(), versions)
    return record_of(path)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TABLES_PATH
    sys.stdout.write(f"{export(target)}\n")
