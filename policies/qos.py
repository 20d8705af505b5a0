"""Quality of service of a link: delivered QoS and the requirements of a service (seed 000, section III.C.2)."""

from __future__ import annotations

from pydantic import Field

from policies.word import Word


class Qos(Word):
    """Delivered QoS: processing delay in ms, information throughput in Mbit/s, residual bit error rate."""

    delay_ms: float = Field(ge=0.0, description="processing delay, ms")
    throughput_mbps: float = Field(ge=0.0, description="delivered information bits per second of air time, Mbit/s")
    ber: float = Field(ge=0.0, le=1.0, description="residual bit error rate after HARQ and channel decoding")


class QosRequirement(Word):
    """Requirements of a service: at most `max_delay_ms`, at least `min_throughput_mbps`, at most `max_ber`.

    The bounds are inclusive.
    """

    max_delay_ms: float = Field(gt=0.0, description="maximum allowable processing delay, ms")
    min_throughput_mbps: float = Field(gt=0.0, description="minimum required throughput, Mbit/s")
    max_ber: float = Field(gt=0.0, le=0.5, description="maximum tolerable residual bit error rate")

    def satisfied_by(self, delivered: Qos) -> bool:
        """Whether `delivered` satisfies all three bounds."""
        return not self.shortfalls(delivered)

    def shortfalls(self, delivered: Qos) -> tuple[str, ...]:
        """Return one sentence for each bound that `delivered` violates."""
        checks = (
            (delivered.delay_ms > self.max_delay_ms, f"delay {delivered.delay_ms:.4g} ms is above {self.max_delay_ms:.4g} ms"),
            (
                delivered.throughput_mbps < self.min_throughput_mbps,
                f"throughput {delivered.throughput_mbps:.4g} Mbit/s is below {self.min_throughput_mbps:.4g} Mbit/s",
            ),
            (delivered.ber > self.max_ber, f"BER {delivered.ber:.3g} is above {self.max_ber:.3g}"),
        )
        return tuple(sentence for violated, sentence in checks if violated)
