from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import torch

from policies.effect import Effect
from tools.context import ToolContext
from tools.contract import ToolError
from tools.receivers.link_tools import compare_receivers, evaluate_link

CONFIGURATION = {"mcs_index": 13, "prbs": 2, "dmrs_symbols": 2}
CHANNEL = {"profile": "TDL-C", "delay_spread_ns": 300.0, "speed_mps": 30.0, "snr_db": 12.0}
STOPPING = {"min_slots": 64, "max_slots": 64, "half_width": 0.2}


@pytest.fixture
def world(tmp_path: Path) -> ToolContext:
    return ToolContext(
        network=None, kpis=None, limits=None, standards=None, laboratory=None,
        now=lambda: datetime(2026, 1, 1, tzinfo=UTC), work_dir=tmp_path,
    )  # fmt: skip


def _compare(world: ToolContext, **changes: Any) -> Any:
    arguments = {"configuration": CONFIGURATION, "channel": CHANNEL, "stopping": STOPPING, **changes}
    return compare_receivers.call(world, arguments)


def test_evaluating_a_link_is_reasoning_with_evidence(world: ToolContext) -> None:
    assert evaluate_link.effect is Effect.REASON
    evidence = evaluate_link.call(world, {"configuration": CONFIGURATION, "channel": CHANNEL, "stopping": STOPPING})
    assert evidence.value.slots == 64
    assert evidence.value.bler.interval.contains(evidence.value.bler.value)
    assert evidence.provenance.seeds == (world.seed,)
    assert "BLER" in evidence.summary
    assert evidence.coverage.covered


def test_receivers_are_ranked_on_the_same_slots(world: ToolContext) -> None:
    assert compare_receivers.effect is Effect.REASON
    evidence = _compare(world, receivers=["ls+lmmse", "perfect+lmmse", "lmmse+lmmse"])
    rows = {row.receiver: row for row in evidence.value.rows}
    assert [row.rank for row in evidence.value.rows] == [1, 2, 3]
    assert evidence.value.rows[0].receiver == "perfect+lmmse"
    assert rows["lmmse+lmmse"].nmse_db < rows["ls+lmmse"].nmse_db
    assert rows["perfect+lmmse"].nmse_db is None
    assert evidence.value.recommendation in ("ls+lmmse", "lmmse+lmmse"), "a bound is no receiver"
    assert rows["ls+lmmse"].latency_ratio == 1.0
    assert all(math.isfinite(row.latency_ratio) and row.latency_ratio > 0 for row in rows.values())


def test_receivers_are_compared_at_the_mcs_of_the_one_in_use_and_each_row_has_its_own(world: ToolContext) -> None:
    too_high = {**CONFIGURATION, "mcs_index": 24}
    evidence = _compare(world, configuration=too_high, receivers=["ls+lmmse", "perfect+lmmse"], adapt_to="ls+lmmse")
    rows = {row.receiver: row for row in evidence.value.rows}
    assert evidence.value.mcs_index == rows["ls+lmmse"].adapted_mcs < 24
    assert rows["perfect+lmmse"].adapted_mcs >= evidence.value.mcs_index
    assert rows["ls+lmmse"].bler.interval.low < 0.2
    fixed = _compare(world, receivers=["ls+lmmse"]).value
    assert (fixed.mcs_index, fixed.rows[0].adapted_mcs) == (CONFIGURATION["mcs_index"], None)


def test_a_link_on_which_no_mcs_meets_the_target_is_a_warning(world: ToolContext) -> None:
    evidence = _compare(world, channel={**CHANNEL, "snr_db": -15.0}, receivers=["ls+lmmse"], adapt_to="ls+lmmse")
    assert evidence.value.rows[0].adapted_mcs is None
    assert any("at no MCS: compared at the lowest" in warning for warning in evidence.warnings)


def test_if_no_covered_receiver_is_left_nothing_is_recommended(world: ToolContext) -> None:
    evidence = _compare(world, channel={**CHANNEL, "snr_db": 30.0}, receivers=["deeprx", "perfect+lmmse"])
    assert evidence.value.recommendation is None
    assert "no card covers this link" in evidence.value.reason
    assert not evidence.coverage.covered
    assert all(reason.startswith("deeprx: ") for reason in evidence.coverage.reasons)
    assert any("snr_db=30.0" in reason for reason in evidence.coverage.reasons)


def test_inside_its_card_deeprx_can_be_recommended(world: ToolContext) -> None:
    evidence = _compare(world, configuration={**CONFIGURATION, "prbs": 4}, receivers=["deeprx"])
    assert evidence.value.recommendation == "deeprx"
    assert evidence.coverage.covered


def test_receivers_that_cannot_receive_the_link_are_listed_with_reasons(world: ToolContext) -> None:
    layers = {**CONFIGURATION, "layers": 2, "tx_antennas": 2}
    evidence = _compare(world, configuration=layers, receivers=["ls+lmmse", "deeprx", "oracle"])
    assert [row.receiver for row in evidence.value.rows] == ["ls+lmmse"]
    assert "one layer" in evidence.value.unavailable["deeprx"]
    assert "is none of" in evidence.value.unavailable["oracle"]


@pytest.mark.parametrize(
    ("changes", "boundary", "words"),
    [
        ({"receivers": ["oracle"]}, "refused", "receiver='oracle' is none of"),
        ({"configuration": {**CONFIGURATION, "receiver": "deeprx"}}, "refused", "leave receiver, estimator and detector out"),
        ({"configuration": {**CONFIGURATION, "layers": 4}}, "arguments", "layers=4 is more than tx_antennas=1"),
        ({"channel": {**CHANNEL, "snr_db": None}}, "arguments", "set exactly one of them"),
        ({"channel": {**CHANNEL, "snr_db": math.nan}}, "arguments", "snr_db"),
    ],
)
def test_errors_name_their_boundary(world: ToolContext, changes: dict[str, Any], boundary: str, words: str) -> None:
    with pytest.raises(ToolError) as refusal:
        _compare(world, **changes)
    assert refusal.value.boundary == boundary
    assert words in str(refusal.value)


def test_the_generators_are_restored(world: ToolContext) -> None:
    from sionna.phy import config

    config.seed = 5
    expected = torch.rand(3, generator=config.torch_rng("cpu"))
    config.seed = 5
    _compare(world, receivers=["ls+lmmse"])
    assert torch.equal(torch.rand(3, generator=config.torch_rng("cpu")), expected)
