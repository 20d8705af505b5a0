"""A packet network that can be rewound: it is begun anew and played what it was played before.

Packet simulators keep no copy of themselves. But the same seed and layouts give the same windows, so (seed, layouts so far) is
the whole state: going on from another state costs a new beginning and as many windows as lie behind it, unless the network
stands there, or on the way, already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twins.gym.layout import Layout
from twins.gym.packet_network import InfrastructureError, PacketNetwork
from twins.gym.window import Window


class Playback:
    """Plays layouts to the network that `make` makes, window by window of `window_s`, after `warm_up_s` under `start`."""

    def __init__(self, make: Callable[[], PacketNetwork], start: Layout, window_s: float, warm_up_s: float) -> None:
        self._network = make()
        self._start, self._window_s, self._warm_up_s = start, window_s, warm_up_s
        self._seed: int | None = None
        self._played: list[Layout] = []
        self._last: Window | None = None

    @property
    def label(self) -> str:
        """What the windows come from."""
        return self._network.label

    def next_window(self, seed: int, log: Sequence[Layout], layout: Layout) -> tuple[Window, Window | None]:
        """Return the window under `layout` that follows those of `log`, and the one before it; raises InfrastructureError.

        A simulator that fails is begun anew once: what it then measures is what it would have measured.
        """
        try:
            return self._next(seed, log, layout)
        except InfrastructureError:
            self._seed = None
            return self._next(seed, log, layout)

    def _next(self, seed: int, log: Sequence[Layout], layout: Layout) -> tuple[Window, Window | None]:
        if self._seed != seed or self._played != list(log[: len(self._played)]):
            self._begin(seed)
        for one in log[len(self._played) :]:
            self._run(seed, one)
        before = self._last
        return self._run(seed, layout), before

    def _begin(self, seed: int) -> None:
        self._seed, self._played, self._last = None, [], None
        start = _seeded(self._start, seed)
        self._network.begin(start)
        if self._warm_up_s > 0.0:
            self._last = self._network.run(start, self._warm_up_s)
        self._seed = seed

    def _run(self, seed: int, layout: Layout) -> Window:
        self._seed = None  # where it stands is unknown until it has answered
        window = self._network.run(_seeded(layout, seed), self._window_s)
        self._seed, self._last = seed, window
        self._played.append(layout)
        return window


def _seeded(layout: Layout, seed: int) -> Layout:
    return layout.model_copy(update={"seed": seed})
