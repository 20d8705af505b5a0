"""The learned selector: committed weights behind the `BeamSelector` contract, with their data card."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from policies.artefact import Artefact, read_artefact
from policies.data_card import DataCard
from tools.beams.selector import Choice, Floats, Session, rotating_set
from twins.beams.scenario import BeamScenario

if TYPE_CHECKING:
    from tools.beams.network import BeamNetwork

WEIGHTS = Path(__file__).parent / "data" / "beam_predictor.safetensors"
TOP = 1  # likeliest beams measured for each terminal: more improve accuracy, but cost resources per terminal
BANDS_GHZ = {"n78": (3.3, 3.8), "n257": (26.5, 29.5)}  # TS 38.101-1 table 5.2-1, TS 38.101-2 table 5.2-1


class BeamPredictor:
    """Measures a rotating quarter of the codebook and each terminal's `top` likeliest beams; serves the likeliest beam."""

    name = "learned predictor"

    def __init__(self, network: BeamNetwork, top: int = TOP) -> None:
        from tools.beams.network import MAX_TOP, STRIDE

        if not 0 <= top <= MAX_TOP:
            raise ValueError(f"top={top} is outside [0, {MAX_TOP}], the range of training: use a value in it")
        self._network = network.eval()
        self.beams = network.beams
        self.common, self.specific = -(-network.beams // STRIDE), top

    def with_top(self, top: int) -> BeamPredictor:
        """Return the same predictor with `top` beams measured for each terminal; raises ValueError outside 0..3."""
        return BeamPredictor(self._network, top)

    def begin(self, terminals: int) -> Session:
        """Start a session without measurements."""
        return _PredictorSession(self._network, terminals, self.specific)


class _PredictorSession:
    def __init__(self, network: BeamNetwork, terminals: int, top: int) -> None:
        self._network, self._top = network, top
        self._state, self._burst = network.start(terminals), 0
        self._likeliest = np.zeros((terminals, 0), dtype=np.int64)

    def beams_to_measure(self) -> NDArray[np.bool_]:
        from tools.beams.network import STRIDE

        mask = np.tile(rotating_set(self._network.beams, STRIDE, self._burst), (len(self._state.latest), 1))
        np.put_along_axis(mask, self._likeliest, True, axis=1)
        return mask

    def decide(self, measured: Floats) -> Choice:
        import torch

        self._burst += 1
        with torch.inference_mode():
            logits, self._state = self._network(torch.from_numpy(np.ascontiguousarray(measured)), self._state)
            confidence = torch.softmax(logits, dim=1).amax(dim=1)
        ranking = np.argsort(-logits.numpy(), axis=1, kind="stable")
        self._likeliest = ranking[:, : self._top]
        return Choice(ranking, confidence.numpy())


@cache
def load_predictor(path: Path = WEIGHTS) -> BeamPredictor:
    """Return the predictor with the weights in `path`; raises ArtefactError if they do not match their record."""
    from safetensors.torch import load_file

    from tools.beams.network import BeamNetwork

    read_artefact(path)
    weights = load_file(path)
    network = BeamNetwork(int(weights["codebook"]), weights["tell.weight"].shape[1] // 2)
    network.load_state_dict(weights)
    return BeamPredictor(network)


@cache
def predictor_record(path: Path = WEIGHTS) -> Artefact:
    """Return the record of the weights: data card, checksum, and the command that rebuilds them."""
    return read_artefact(path)


def predictor_card() -> DataCard:
    """Return the data card of the committed predictor."""
    return predictor_record().card


def card_conditions(scenario: BeamScenario) -> dict[str, JsonValue]:
    """Return the conditions of a scenario under the keys of the predictor's data card."""
    band = next((name for name, (low, high) in BANDS_GHZ.items() if low <= scenario.carrier_ghz <= high), "other")
    return {
        "band": band,
        "codebook": scenario.array.codebook,
        "propagation": scenario.propagation,
        "burst_period_ms": scenario.burst_period_ms,
        "slowest_mps": scenario.mobility.low_mps,
        "fastest_mps": scenario.mobility.high_mps,
        "turn_deg_s": scenario.mobility.turn_deg_s,
        "blockers": scenario.blockers,
        "nearest_m": scenario.nearest_m,
        "farthest_m": scenario.farthest_m,
    }
