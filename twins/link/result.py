"""What the link twin answers for one configuration on one channel, whichever rung answered."""

from __future__ import annotations

from policies.evidence import Coverage, Interval
from policies.provenance import Provenance
from policies.word import Word
from twins.link.configuration import ChannelConfiguration, LinkConfiguration


class Estimate(Word):
    """A value with its confidence interval."""

    value: float
    interval: Interval


class LinkResult(Word):
    """Quality of one link.

    `snr_db` mean per resource element and receive antenna; `slots` transport blocks evaluated; `bler` residual transport block
    error rate after the last HARQ transmission; `first_bler` after the first; `ber` residual information bit error rate;
    `uncoded_ber` of the first transmission's hard LLRs; `throughput_mbps` delivered information bits per second of air time,
    retransmissions counted; `transmissions` mean per transport block; `delay_ms` mean processing delay of the documented model
    (`twins.link.delay.processing_delay`); `nmse_db` channel estimation error over channel power, None where the receiver
    estimates none; `coverage` by the data cards of what answered (table, neural receiver).
    """

    configuration: LinkConfiguration
    channel: ChannelConfiguration
    snr_db: float
    slots: int
    bler: Estimate
    first_bler: Estimate
    ber: Estimate
    uncoded_ber: Estimate
    throughput_mbps: Estimate
    transmissions: float
    delay_ms: float
    nmse_db: float | None
    provenance: Provenance
    coverage: Coverage
    warnings: tuple[str, ...] = ()
