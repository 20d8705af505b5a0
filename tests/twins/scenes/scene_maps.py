"""Radio maps whose answer is known: free space (Friis) over flat open ground."""

from datetime import UTC, datetime

import numpy as np

from policies.provenance import Provenance
from twins.scenes.radio_map import RadioMap
from twins.scenes.request import SceneRequest

SPEED_OF_LIGHT = 299_792_458.0


def a_request(**given):
    """One isotropic transmitter at 25 m in the middle of a flat square of 400 m in munich."""
    settings = {
        "scene": "munich",
        "transmitters": [{"name": "T1", "x_m": 0.0, "y_m": 0.0, "height_m": 25.0}],
        "area": (-200.0, -200.0, 200.0, 200.0),
        "cell_size_m": 5.0,
        "rays": 10_000,
    }
    return SceneRequest.model_validate({**settings, **given})


def free_space_map(request, *, missing=0.0, hidden=False, roofed=False):
    """Free-space gain to each cell; `missing`: share without a path; `hidden`: nothing in line of sight; `roofed`: a room."""
    rows, columns = request.shape
    draft = RadioMap(request, *[None] * 8)
    x, y = np.meshgrid(draft.x_m, draft.y_m)
    gains = []
    for one in request.transmitters:
        distance = np.sqrt((x - one.x_m) ** 2 + (y - one.y_m) ** 2 + (one.height_m - request.receiver_height_m) ** 2)
        gains.append(20 * np.log10(SPEED_OF_LIGHT / (4 * np.pi * distance * request.carrier_ghz * 1e9)))
    gain = np.array(gains, dtype=np.float32)
    gone = np.random.default_rng(1).random((rows, columns)) < missing
    gain[:, gone] = -np.inf
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
