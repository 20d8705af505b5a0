"""`examine_error_floor`: does more SNR lower the block error rate of a link, and if not, do more pilots or another receiver?"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from policies.effect import Effect
from policies.evidence import Coverage, Evidence
from tools.context import ToolContext
from tools.contract import ToolRequest, tool
from tools.receivers.floor.finding import FloorFinding
from tools.receivers.floor.study import SAME_SLOTS, Study
from tools.receivers.link_tools import UNAVAILABLE
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.simulation.stopping import Stopping

Level = Annotated[float, Field(ge=-30.0, le=60.0, allow_inf_nan=False)]


class ExamineErrorFloor(ToolRequest):
    """The link, the SNRs at which its receiver shows or does not show a floor, and receivers to compare with identical pilots."""

    configuration: LinkConfiguration = Field(description="without receiver, estimator and detector")
    channel: ChannelConfiguration = Field(description="its SNR is replaced by snrs_db")
    snrs_db: tuple[Level, ...] = Field(
        min_length=3, max_length=12, description="SNRs in dB, such as the present one, +5 and +10 dB"
    )
    receiver: str = Field(default="ls+lmmse", description="the receiver in use")
    others: tuple[str, ...] = Field(default=("lmmse+lmmse", "deeprx"), description="receivers to compare after the pilots")
    stopping: Stopping = Field(default=SAME_SLOTS, description="number of slots per link, the same for each")

    @model_validator(mode="after")
    def _distinct(self) -> ExamineErrorFloor:
        if len(set(self.snrs_db)) < 3:
            raise ValueError(f"snrs_db={list(self.snrs_db)}: a floor needs at least three different SNRs")
        return self


@tool(effect=Effect.REASON, raises=(*UNAVAILABLE, ValueError), timeout_s=900)
def examine_error_floor(context: ToolContext, request: ExamineErrorFloor) -> Evidence[FloorFinding]:
    """Tell an SNR-independent error floor from a BLER that still falls; try more DMRS symbols first, then other receivers."""
    study = Study(
        request.configuration, request.channel, request.receiver, request.others, seed=context.seed, stopping=request.stopping
    )
    value = study.run(request.snrs_db)
    outside = [(trial.receiver, reason) for trial in value.receivers for reason in trial.coverage.reasons]
    levels = [value.trend.levels[0].snr_db, value.snr_db]
    return Evidence(
        summary=". ".join(value.sentences()),
        value=value,
        provenance=study.provenance(value.snr_db),
        coverage=Coverage(covered=not outside, reasons=tuple(f"{name}: {reason}" for name, reason in outside)),
        uncertainty=f"95 % intervals over {value.slots} slots per link, {levels[0]:g} to {levels[1]:g} dB",
    )
