"""`twinpilot export deeprx`: the trained receiver as ONNX models, one per modulation, each with its record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from twins.command_errors import one_line_errors
from twins.screen.say import say, say_json

app = typer.Typer(rich_markup_mode=None, add_completion=False)

MODULATIONS = {2: "qpsk", 4: "16qam", 6: "64qam"}


@app.command()
def export(
    receiver: Annotated[Literal["deeprx"], typer.Argument(help="Receiver to export.")] = "deeprx",
    out: Annotated[Path, typer.Option("--out", help="Folder for the models.")] = Path("models"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Write the receiver's ONNX models, compare each with the network on received slots, and print inputs and outputs."""
    from tools.receivers.deeprx.onnx_export import INPUTS, OUTPUTS
    from twins.link.receiver import ReceiverUnavailable

    with one_line_errors("export", ReceiverUnavailable, OSError):
        out.mkdir(parents=True, exist_ok=True)
        rows = [_export(order, out / f"{receiver}-{name}.onnx") for order, name in MODULATIONS.items()]
    if as_json:
        say_json({"models": rows, "inputs": INPUTS, "outputs": OUTPUTS})
        return
    for row in rows:
        say(
            f"{row['file']}: {row['bytes'] / 1e3:.0f} kB; LLRs of {row['slots']} slots differ from the network's by at most"
            f" {row['largest_difference']:.1e}, with a largest LLR of {row['largest_llr']:.0f}"
        )
    say(f"inputs {', '.join(INPUTS)}; outputs {', '.join(OUTPUTS)}: shapes in tools/receivers/deeprx/real_network.py")


def _export(order: int, path: Path) -> dict[str, Any]:
    import torch

    from policies.artefact import read_artefact, write_record
    from tools.receivers.deeprx.onnx_export import export_onnx
    from tools.receivers.deeprx.receiver import WEIGHTS, load_network
    from tools.receivers.deeprx.runtime import DeepRxModel

    network, weights = load_network(WEIGHTS), read_artefact(WEIGHTS)
    export_onnx(path, network, order)
    versions = {**weights.versions, "weights": weights.sha256}
    write_record(path, weights.card, f"twinpilot export deeprx --out {path.parent}", weights.machine, versions)
    slot = _example_input(order)
    with torch.no_grad():
        expected = network(slot)[-1].llr
    exported = DeepRxModel(path.read_bytes(), threads=1)(slot).llr
    return {
        "file": str(path),
        "bytes": path.stat().st_size,
        "bits_per_symbol": order,
        "slots": len(expected),
        "largest_difference": float((exported - expected).abs().max()),
        "largest_llr": float(expected.abs().max()),
    }


def _example_input(order: int) -> Any:
    """A few slots of seed 1 at 10 dB as network input."""
    from sionna.phy import config

    from tools.receivers.classical.estimation import LeastSquares
    from tools.receivers.deeprx.preparation import prepare
    from twins.link.configuration import ChannelConfiguration, LinkConfiguration
    from twins.link.table.families import MCS_OF_ORDER
    from twins.link.transmitter import make_transmitter
    from twins.link.waveform.seeding import sionna_generators
    from twins.link.waveform.slots import random_bits, send

    configuration = LinkConfiguration(mcs_index=MCS_OF_ORDER[order], dmrs_symbols=1)
    transmitter = make_transmitter(configuration)
    with sionna_generators():
        config.seed = 1
        sent = send(transmitter, configuration, ChannelConfiguration(snr_db=10.0), random_bits((4, transmitter.coded_bits)))
    return prepare(sent, LeastSquares(transmitter))[0]
