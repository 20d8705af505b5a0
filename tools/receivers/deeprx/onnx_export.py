"""DeepRx as ONNX models, one per modulation order. They run in any ONNX runtime, without TwinPilot."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from tools.receivers.deeprx.network import SlotInput
from tools.receivers.deeprx.real_network import RealDeepRx

if TYPE_CHECKING:
    from tools.receivers.deeprx.network import DeepRx

OPSET = 18
INPUTS = ("received", "initial", "noise", "pilots", "data")
OUTPUTS = ("llr", "response")


def export_onnx(target: Path | BytesIO, network: DeepRx, order: int) -> None:
    """Write `network` for `order` bits per symbol (2, 4 or 6) to a file or stream; raises ValueError for another order.

    Inputs and outputs have the names of `RealDeepRx.forward`; the numbers of slots, antennas and subcarriers (a multiple of 12)
    are dynamic.
    """
    model = RealDeepRx(network, order).eval()
    grid = {0: "slots", 1: "antennas", 3: "subcarriers"}
    with warnings.catch_warnings():  # the exporter warns that it is deprecated
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            _example(),
            target,  # type: ignore[arg-type]  # a stream works too
            input_names=INPUTS,
            output_names=OUTPUTS,
            opset_version=OPSET,
            dynamic_axes={
                "received": grid,
                "initial": grid,
                "noise": {0: "slots"},
                "pilots": {1: "subcarriers"},
                "data": {1: "subcarriers"},
                "llr": {0: "slots", 2: "subcarriers"},
                "response": grid,
            },
            dynamo=False,  # export by tracing: the dynamo exporter takes 20 times as long for the same model
        )


def real_inputs(slot: SlotInput) -> tuple[torch.Tensor, ...]:
    """Return `slot` as the model's inputs, in the order of `INPUTS`."""
    received, initial, pilots = (torch.view_as_real(part.resolve_conj()) for part in (slot.received, slot.initial, slot.pilots))
    return received.contiguous(), initial.contiguous(), slot.noise, pilots.contiguous(), slot.data.float()


def _example() -> tuple[torch.Tensor, ...]:
    pilots = torch.zeros(14, 24, 2)
    pilots[2, ::2] = 1.0
    data = torch.ones(14, 24)
    data[2] = 0.0
    grid = torch.ones(2, 3, 14, 24, 2)
    return grid, grid.clone(), torch.ones(2), pilots, data
