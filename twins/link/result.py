"""The link twin's result for one configuration on one channel, the same for every rung."""

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
    `uncoded_ber` of hard decisions on the first transmission's LLRs; `throughput_mbps` delivered information bits per second of
    air time, including retransmissions; `transmissions` mean per transport block; `delay_ms` mean processing delay by the model
    of `twins.link.delay.processing_delay`; `nmse_db` channel estimation error over channel power, None if the receiver estimates
    no channel; `coverage` by the data cards of the table and neural receiver that were used.
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
