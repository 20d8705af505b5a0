"""The classical receiver: a channel estimator followed by a detector, both selected by the link configuration."""

from __future__ import annotations

from functools import lru_cache

from tools.receivers.classical.detection import CombiningDetector, LayerDetector, SionnaDetector
from tools.receivers.classical.estimation import ChannelEstimator, LeastSquares, LinearMmse, PerfectCsi
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.receiver import Detection
from twins.link.waveform.pusch import Pusch
from twins.link.waveform.slots import Slots


class ClassicalReceiver:
    """Estimation, then detection; `name` is `ls+lmmse`, `lmmse+kbest`, `perfect+lmmse`, ..."""

    def __init__(self, name: str, estimator: ChannelEstimator, detector: LayerDetector) -> None:
        self.name = name
        self._estimator, self._detector = estimator, detector

    def detect(self, slots: Slots) -> Detection:
        """Detect `slots`; see `twins.link.receiver.Receiver`."""
        import torch

        with torch.no_grad():
            response, variance = self._estimator.estimate(slots)
            return Detection(self._detector.llrs(slots, response, variance), response)


def classical_receiver(pusch: Pusch, configuration: LinkConfiguration, channel: ChannelConfiguration) -> ClassicalReceiver:
    """Build the classical receiver of `configuration`; its LMMSE estimator uses the statistics of `channel`'s profile."""
    estimator = _estimator(pusch, configuration.channel_estimator, _statistics_of(channel))
    return ClassicalReceiver(configuration.receiver_name, estimator, _detector(pusch, configuration.mimo_detector))


def _statistics_of(channel: ChannelConfiguration) -> ChannelConfiguration:
    """The channel with a fixed SNR, on which the statistics do not depend: one cached estimator serves a whole SNR sweep."""
    return channel.model_copy(update={"snr_db": 0.0, "coupling_loss_db": None, "noise_figure_db": 5.0})


@lru_cache(maxsize=64)
def _estimator(pusch: Pusch, kind: str, channel: ChannelConfiguration) -> ChannelEstimator:
    if kind == "lmmse":
        return LinearMmse(pusch, channel)
    return PerfectCsi() if kind == "perfect" else LeastSquares(pusch)


@lru_cache(maxsize=64)
def _detector(pusch: Pusch, kind: str) -> LayerDetector:
    if kind == "lmmse" and pusch.key.layers == 1:
        return CombiningDetector()
    return SionnaDetector(pusch, kind)
