"""Radio maps with a known result: free space (Friis) over flat open ground."""

from datetime import UTC, datetime

import numpy as np

from policies.provenance import Provenance
from twins.scenes.radio_map import RadioMap
from twins.scenes.request import SceneRequest

SPEED_OF_LIGHT = 299_792_458.0


def scene_request(**changes):
    """One isotropic transmitter at 25 m in the middle of a 400 m square in munich."""
    settings = {
        "scene": "munich",
        "transmitters": [{"name": "T1", "x_m": 0.0, "y_m": 0.0, "height_m": 25.0}],
        "area": (-200.0, -200.0, 200.0, 200.0),
        "cell_size_m": 5.0,
        "rays": 10_000,
    }
    return SceneRequest.model_validate({**settings, **changes})


def free_space_map(request, *, missing=0.0, hidden=False, roofed=False):
    """Free-space gain to each cell; `missing`: share without a path; `hidden`: no line of sight; `roofed`: a room."""
    rows, columns = request.shape
    draft = RadioMap(request, *[None] * 8)
    x, y = np.meshgrid(draft.x_m, draft.y_m)
    gains = []
    for transmitter in request.transmitters:
        height = transmitter.height_m - request.receiver_height_m
        distance = np.sqrt((x - transmitter.x_m) ** 2 + (y - transmitter.y_m) ** 2 + height**2)
        gains.append(20 * np.log10(SPEED_OF_LIGHT / (4 * np.pi * distance * request.carrier_ghz * 1e9)))
    gain = np.array(gains, dtype=np.float32)
    without_path = np.random.default_rng(1).random((rows, columns)) < missing
    gain[:, without_path] = -np.inf
    return RadioMap(
        request=request,
        path_gain_db=gain,
        line_of_sight=np.full(gain.shape, not hidden),
        open_sky=np.full((rows, columns), not roofed),
        ground_m=np.zeros((rows, columns), dtype=np.float32),
        surface_m=np.zeros((100, 100), dtype=np.float32),
        objects=3,
        seconds=1.5,
        provenance=Provenance(source="free space", kind="computation", version="1", observed_at=datetime(2026, 1, 1, tzinfo=UTC)),
    )
