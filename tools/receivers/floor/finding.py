"""What the study of an error floor found: trend, cause, trials with their intervals, and the remedy to try first."""

from __future__ import annotations

from enum import StrEnum

from policies.evidence import Coverage
from policies.statistics.difference import Finding
from policies.statistics.error_floor import SnrTrend, Trend
from tools.contract import ToolValue
from twins.link.energy_per_bit import describe_snr
from twins.link.result import Estimate


class Cause(StrEnum):
    """Why the block error rate does not fall with SNR."""

    NOT_A_FLOOR = "no floor"
    CHANNEL_ESTIMATE = "channel estimate"
    TRANSPORT_FORMAT = "transport format"
    UNDETERMINED = "undetermined"


class Remedy(StrEnum):
    """What to try first."""

    POWER = "more SNR"
    DMRS = "more DMRS symbols"
    RECEIVER = "another receiver"
    LOWER_MCS = "a lower MCS"
    NONE = "nothing"


class PilotTrial(ToolValue):
    """The receiver in use with more DMRS symbols at the highest SNR, against the stated pilots; more pilots carry less data."""

    dmrs_symbols: int
    bler: Estimate
    throughput_mbps: Estimate
    bler_finding: Finding
    throughput_finding: Finding

    @property
    def helps(self) -> bool:
        """Whether the BLER is distinguishably lower and the throughput not distinguishably lower."""
        return self.bler_finding is Finding.LOWER and self.throughput_finding is not Finding.LOWER


class ReceiverTrial(ToolValue):
    """Another receiver with the same pilots, channel, N0, seed and slots as the receiver in use; or why it is `unavailable`."""

    receiver: str
    dmrs_symbols: int
    bler: Estimate | None = None
    bler_finding: Finding | None = None
    coverage: Coverage = Coverage(covered=True)
    unavailable: str = ""

    @property
    def helps(self) -> bool:
        """Whether its data card covers the link and its BLER is distinguishably lower than that of the receiver in use."""
        return self.bler_finding is Finding.LOWER and self.coverage.covered


class FloorFinding(ToolValue):
    """The finding at the highest SNR, `snr_db`; `perfect_bler` is that of perfect channel knowledge with the same pilots."""

    receiver: str
    dmrs_symbols: int
    snr_db: float
    slots: int
    seed: int
    trend: SnrTrend
    cause: Cause
    remedy: Remedy
    perfect_bler: Estimate | None = None
    pilots: tuple[PilotTrial, ...] = ()
    receivers: tuple[ReceiverTrial, ...] = ()

    @property
    def is_floor(self) -> bool:
        """Whether it is shown that more SNR does not lower the BLER."""
        return self.trend.trend is Trend.FLOOR or (self.trend.may_be_floor and self.cause is Cause.CHANNEL_ESTIMATE)

    def sentences(self) -> tuple[str, ...]:
        """Return the finding in sentences: the trend, whether power helps, the pilots, the receivers, the precision."""
        parts = [self._trend(), self._cause(), self._pilots(), *self._receivers(), self.advice(), self._precision()]
        return tuple(part for part in parts if part)

    def advice(self) -> str:
        """Return what to do, in order; empty if nothing is to be done."""
        if self.remedy is Remedy.POWER:
            return "Advice: more SNR lowers the BLER; neither more pilots nor another receiver was tried"
        if self.remedy is Remedy.NONE:
            return ""
        return f"Advice: {self._step()}" + ("; do not raise the power, it cannot help" if self.is_floor else "")

    def _step(self) -> str:
        if pilots := next((trial for trial in self.pilots if trial.helps), None):
            count = pilots.dmrs_symbols
            return f"use {count} DMRS symbols (dmrsAdditionalPosition {count - 1}) before any other receiver"
        if receivers := [trial for trial in self.receivers if trial.helps]:
            trial = min(receivers, key=lambda trial: trial.bler.value if trial.bler else 1.0)
            return f"use {trial.receiver} with {trial.dmrs_symbols} DMRS symbols"
        return "use a lower MCS: no pilot pattern and no receiver tried here lowers the BLER"

    def _trend(self) -> str:
        trend = self.trend.describe()
        name = f"{self.receiver} with {self.dmrs_symbols} DMRS symbol{'s' if self.dmrs_symbols > 1 else ''}"
        if self.is_floor:
            return f"SNR-independent error floor of {name}: {trend}. More power cannot help"
        if self.cause is Cause.UNDETERMINED and self.trend.may_be_floor:
            reason = "Perfect channel knowledge fails too: the SNR may be too low for this MCS, so a floor is not shown"
            return f"{name}: {trend}. {reason}"
        if self.remedy is Remedy.POWER:
            return f"{name}: {trend}. This is no error floor: more SNR, that is more power, lowers the BLER"
        return f"{name}: {trend}. No error floor is shown"

    def _cause(self) -> str:
        if self.perfect_bler is None or not self.is_floor:
            return ""
        figure = f"perfect channel knowledge with the same pilots at {self.snr_db:g} dB has BLER {bler_text(self.perfect_bler)}"
        if self.cause is Cause.CHANNEL_ESTIMATE:
            return f"The cause is the channel estimate, not the decoder: {figure}"
        return f"The channel estimate is not the cause, as {figure}: the MCS is too high for this channel"

    def _pilots(self) -> str:
        if not self.pilots:
            return ""
        trials = "; ".join(
            f"{trial.dmrs_symbols} DMRS symbols: BLER {bler_text(trial.bler)}, {trial.bler_finding.value}"
            f"{'' if trial.bler_finding is Finding.NOT_DISTINGUISHABLE else ' than with the stated pilots'},"
            f" {trial.throughput_mbps.value:.3g} Mbit/s"
            for trial in self.pilots
        )
        best = next((trial for trial in self.pilots if trial.helps), None)
        conclusion = f"use {best.dmrs_symbols} DMRS symbols" if best else "more DMRS symbols do not remove it"
        return f"More DMRS symbols were tried before power and other receivers: {trials}. So {conclusion}"

    def _receivers(self) -> list[str]:
        texts = []
        for trial in self.receivers:
            pilots = f"with the same {trial.dmrs_symbols} DMRS symbol{'s' if trial.dmrs_symbols > 1 else ''}"
            if trial.bler is None or trial.bler_finding is None:
                texts.append(f"{trial.receiver} {pilots}: not possible, {trial.unavailable}")
                continue
            outside = "" if trial.coverage.covered else f", outside its data card ({'; '.join(trial.coverage.reasons)})"
            texts.append(f"{trial.receiver} {pilots}: BLER {bler_text(trial.bler)}, {trial.bler_finding.value}{outside}")
        return [f"Receivers against {self.receiver}: {'; '.join(texts)}"] if texts else []

    def _precision(self) -> str:
        slots = f"the same {self.slots} slots of seed {self.seed} for each link"
        return f"Precision: 95 % intervals over {slots}; compared {describe_snr(self.snr_db)}"


def bler_text(bler: Estimate) -> str:
    """Return a block error rate with its interval, percent."""
    return f"{100 * bler.value:.1f} % ({100 * bler.interval.low:.1f}–{100 * bler.interval.high:.1f})"
