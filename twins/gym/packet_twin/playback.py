"""Rewinding of a packet network by restarting it and replaying its windows.

Packet simulators cannot be snapshotted. But the same seed and layouts give the same windows, so that (seed, layouts so far) is
the full state: continuing from another state costs a restart and the replay of its windows, unless the network is already in
that state or in an earlier one of the same history.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twins.gym.layout import Layout
from twins.gym.packet_network import InfrastructureError, PacketNetwork
from twins.gym.window import Window


class Playback:
    """Runs layouts in the network created by `make`, in windows of `window_s`, after `warm_up_s` with the layout `start`."""

    def __init__(self, make: Callable[[], PacketNetwork], start: Layout, window_s: float, warm_up_s: float) -> None:
        self._network = make()
        self._start, self._window_s, self._warm_up_s = start, window_s, warm_up_s
        self._seed: int | None = None
        self._played: list[Layout] = []
        self._last: Window | None = None

    @property
    def label(self) -> str:
        """The source of the windows."""
        return self._network.label

    def next_window(self, seed: int, log: Sequence[Layout], layout: Layout) -> tuple[Window, Window | None]:
        """Return the window with `layout` that follows those of `log`, and the window before it; raises InfrastructureError.

        A simulator that fails is restarted once; the replay gives the same result as if it had not failed.
        """
        try:
            return self._next(seed, log, layout)
        except InfrastructureError:
            self._seed = None
            return self._next(seed, log, layout)

    def _next(self, seed: int, log: Sequence[Layout], layout: Layout) -> tuple[Window, Window | None]:
        if self._seed != seed or self._played != list(log[: len(self._played)]):
            self._begin(seed)
        for logged in log[len(self._played) :]:
            self._run(seed, logged)
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
        self._seed = None  # its state is unknown until it has answered
        window = self._network.run(_seeded(layout, seed), self._window_s)
        self._seed, self._last = seed, window
        self._played.append(layout)
        return window


def _seeded(layout: Layout, seed: int) -> Layout:
    return layout.model_copy(update={"seed": seed})
