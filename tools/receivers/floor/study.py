"""The study of an error floor: does more SNR help, do more DMRS symbols, and only then another receiver.

1. The receiver in use is simulated at three or more SNRs with the stated pilots; `snr_trend` tells whether the BLER still falls.
2. If it does not, more power cannot help. Perfect channel knowledge with the same pilots at the highest SNR then tells whether
   the channel estimate is the cause: if it fails as often, the transport format is too demanding for the channel.
3. More DMRS symbols are tried first, with the receiver in use at the highest SNR.
4. Other receivers are compared last, and only with identical pilots, channel, N0, seed, and number of slots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version

from policies.change import digest_of
from policies.provenance import Provenance
from policies.statistics.difference import difference
from policies.statistics.error_floor import RateAtSnr, SnrTrend, Trend, snr_trend
from tools.receivers.comparison import Progress, ReceiverResult, compare, pairing_objections
from tools.receivers.floor.finding import Cause, FloorFinding, PilotTrial, ReceiverTrial, Remedy
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.result import LinkResult
from twins.link.simulation.stopping import Stopping

BOUND = "perfect+lmmse"
MAX_DMRS = 4
SAME_SLOTS = Stopping(half_width=0.5, min_slots=96, max_slots=96, batch=32)
"""A fixed number of slots: every link is judged on the same ones, whatever its error rate."""


@dataclass(frozen=True)
class Study:
    """The link under study, the receiver in use and the others, and how each link is simulated."""

    configuration: LinkConfiguration
    channel: ChannelConfiguration
    receiver: str
    others: tuple[str, ...]
    seed: int = 1
    stopping: Stopping = SAME_SLOTS
    progress: Progress | None = None

    def run(self, levels_db: Sequence[float]) -> FloorFinding:
        """Study the floor at `levels_db`, at least three SNRs in dB; raises ReceiverUnavailable for the receiver in use."""
        pilots = self.configuration.dmrs_symbols
        sweep = [self._required(self.receiver, pilots, level) for level in sorted(set(levels_db))]
        return self.diagnose(sweep)

    def diagnose(self, sweep: Sequence[LinkResult]) -> FloorFinding:
        """Study the floor that a sweep of the receiver in use may show, on the slots of its highest SNR, and what lowers it."""
        top = max(sweep, key=lambda result: result.snr_db)
        same_slots = self.stopping.model_copy(update={"min_slots": top.slots, "max_slots": top.slots})
        return replace(self, stopping=same_slots)._diagnose(trend_of(sweep), top)

    def _diagnose(self, trend: SnrTrend, top: LinkResult) -> FloorFinding:
        if not trend.may_be_floor:
            return self._finding(trend, top, Cause.NOT_A_FLOOR, Remedy.POWER if trend.trend is Trend.FALLING else Remedy.NONE)
        bound = self._required(BOUND, top.configuration.dmrs_symbols, top.snr_db)
        if not difference(bound.bler, top.bler).is_lower:
            cause = Cause.TRANSPORT_FORMAT if trend.trend is Trend.FLOOR else Cause.UNDETERMINED
            return self._finding(trend, top, cause, Remedy.LOWER_MCS, perfect=bound)
        pilots = tuple(self._pilots(top, count) for count in range(top.configuration.dmrs_symbols + 1, MAX_DMRS + 1))
        better = next((trial for trial in pilots if trial.helps), None)
        receivers = self._receivers(top, top.configuration.dmrs_symbols)
        if better is None and pilots:
            receivers += self._receivers(top, MAX_DMRS)
        helps = any(trial.helps for trial in receivers)
        remedy = Remedy.DMRS if better else Remedy.RECEIVER if helps else Remedy.LOWER_MCS
        return self._finding(trend, top, Cause.CHANNEL_ESTIMATE, remedy, perfect=bound, pilots=pilots, receivers=receivers)

    def provenance(self, snr_db: float) -> Provenance:
        """Return the provenance of the study's simulations, up to `snr_db`."""
        inputs = [self.configuration.model_dump(mode="json"), self.channel.model_dump(mode="json"), self.receiver, self.others]
        return Provenance(
            source=f"Sionna link simulation, {', '.join((self.receiver, *self.others))}, to {snr_db:g} dB",
            kind="simulation",
            version=f"sionna {version('sionna-no-rt')}",
            observed_at=datetime.now(UTC),
            channel_model=f"TR 38.901 {self.channel.profile}",
            configuration_digest=digest_of(inputs),
            seeds=(self.seed,),
        )

    def _pilots(self, top: LinkResult, count: int) -> PilotTrial:
        result = self._required(self.receiver, count, top.snr_db)
        return PilotTrial(
            dmrs_symbols=count,
            bler=result.bler,
            throughput_mbps=result.throughput_mbps,
            bler_finding=difference(result.bler, top.bler).finding,
            throughput_finding=difference(result.throughput_mbps, top.throughput_mbps).finding,
        )

    def _receivers(self, top: LinkResult, dmrs_symbols: int) -> tuple[ReceiverTrial, ...]:
        is_same = dmrs_symbols == top.configuration.dmrs_symbols
        reference = top if is_same else self._required(self.receiver, dmrs_symbols, top.snr_db)
        return tuple(self._receiver(name, reference) for name in self.others if name not in (self.receiver, BOUND))

    def _receiver(self, name: str, reference: LinkResult) -> ReceiverTrial:
        count = reference.configuration.dmrs_symbols
        simulated = self._simulate(name, count, reference.snr_db)
        if simulated.result is None:
            return ReceiverTrial(receiver=name, dmrs_symbols=count, unavailable=simulated.reason)
        if objections := pairing_objections(simulated.result, reference):
            raise ValueError(f"{name} and {self.receiver} cannot be compared: {'; '.join(objections)}")
        return ReceiverTrial(
            receiver=name,
            dmrs_symbols=count,
            bler=simulated.result.bler,
            bler_finding=difference(simulated.result.bler, reference.bler).finding,
            coverage=simulated.result.coverage,
        )

    def _required(self, name: str, dmrs_symbols: int, snr_db: float) -> LinkResult:
        from twins.link.receiver import ReceiverUnavailable

        simulated = self._simulate(name, dmrs_symbols, snr_db)
        if simulated.result is None:
            raise ReceiverUnavailable(simulated.reason)
        return simulated.result

    def _simulate(self, name: str, dmrs_symbols: int, snr_db: float) -> ReceiverResult:
        configuration = self.configuration.model_copy(update={"dmrs_symbols": dmrs_symbols})
        channel = self.channel.model_copy(update={"snr_db": snr_db, "coupling_loss_db": None})
        (simulated,) = compare(configuration, channel, (name,), seed=self.seed, stopping=self.stopping, progress=self.progress)
        return simulated

    def _finding(
        self,
        trend: SnrTrend,
        top: LinkResult,
        cause: Cause,
        remedy: Remedy,
        perfect: LinkResult | None = None,
        pilots: tuple[PilotTrial, ...] = (),
        receivers: tuple[ReceiverTrial, ...] = (),
    ) -> FloorFinding:
        return FloorFinding(
            receiver=self.receiver,
            dmrs_symbols=top.configuration.dmrs_symbols,
            snr_db=top.snr_db,
            slots=top.slots,
            seed=self.seed,
            trend=trend,
            cause=cause,
            remedy=remedy,
            perfect_bler=perfect.bler if perfect else None,
            pilots=pilots,
            receivers=receivers,
        )


def trend_of(sweep: Sequence[LinkResult]) -> SnrTrend:
    """Return the trend of the block error rate over the SNRs of a sweep."""
    rates = (RateAtSnr(snr_db=result.snr_db, value=result.bler.value, interval=result.bler.interval) for result in sweep)
    return snr_trend(list(rates))
