"""DeepRx in ONNX Runtime: the exported model on the CPU, two to four times as fast as the network in torch."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import torch

from tools.receivers.deeprx.network import DeepRx, SlotInput, StageOutput
from tools.receivers.deeprx.onnx_export import INPUTS, OUTPUTS, export_onnx, real_inputs

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


class DeepRxModel:
    """An exported model, loaded once; a call uses `threads` CPU threads."""

    def __init__(self, model: bytes, threads: int) -> None:
        self._session = _session(model, threads)

    @classmethod
    def of(cls, network: DeepRx, order: int, threads: int) -> DeepRxModel:
        """Export `network` for `order` bits per symbol and load it."""
        stream = io.BytesIO()
        export_onnx(stream, network, order)
        return cls(stream.getvalue(), threads)

    def __call__(self, slot: SlotInput) -> StageOutput:
        """Return the output of the network's last stage."""
        inputs = {name: value.numpy() for name, value in zip(INPUTS, real_inputs(slot), strict=True)}
        llr, response = (torch.from_numpy(value) for value in self._session.run(OUTPUTS, inputs))
        return StageOutput(llr[:, slot.data], torch.view_as_complex(response))


def _session(model: bytes, threads: int) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
