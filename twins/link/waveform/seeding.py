"""Random numbers of the link twin: each draw has its own seed, and Sionna's generators are restored afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager


def seed_of(*parts: int) -> int:
    """Return a 64-bit seed derived from `parts` (seed, batch, transmission, ...) only."""
    text = "/".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


@contextmanager
def sionna_generators() -> Iterator[None]:
    """Restore the seed and the states of Sionna's and torch's generators on exit."""
    import torch
    from sionna.phy import config

    seed, device = config.seed, config.device
    state, default = config.torch_rng(device).get_state(), torch.default_generator.get_state()
    python, numpy = config.py_rng.getstate(), config.np_rng.bit_generator.state
    try:
        yield
    finally:
        config.seed = seed
        config.torch_rng(device).set_state(state)
        torch.default_generator.set_state(default)
        config.py_rng.setstate(python)
        config.np_rng.bit_generator.state = numpy
