"""The gym in Gymnasium: `twinpilot/Network-v0` for numeric learners, `twinpilot/NetworkTools-v0` for language models.

    gymnasium.make("training.gym.env:twinpilot/Network-v0", domain="edge offloading")

Gymnasium 1.0 removed entry-point plugins: importing the module before the colon registers both ids.
"""

from __future__ import annotations

from typing import Any, Final

import gymnasium
import numpy as np
from numpy.typing import NDArray

from agents.baselines.slicing_actions import ACTIONS, FINISH, call_of, look, verification, verification_result
from agents.baselines.slicing_features import FEATURES, features
from agents.baselines.slicing_knowledge import gather_knowledge
from tools.calls.observation import Observation
from training.gym.environments.episode import EpisodeEnv
from training.gym.environments.reward import SHAPING

NETWORK_ID: Final = "twinpilot/Network-v0"
TOOLS_ID: Final = "twinpilot/NetworkTools-v0"


class NetworkEnv(EpisodeEnv[NDArray[np.float32], np.int64]):
    """Discrete calls on a network that degrades.

    Action: `Discrete(17)`, the calls of `agents.baselines.slicing_actions.ACTIONS` in order: 0 wait (heartbeat), 1 look
    (read_telemetry), 2 to 4 switch to eMBB, URLLC, mMTC, 5 to 8 give the mission's slice a share of 0.3, 0.45, 0.6, 0.75, 9 to 11
    run the service at cloud, edge-1, edge-2, 12 to 15 send 1, 0.8, 0.6, 0.4 of the mission's full rate, 16 verify and finish.
    Observation: `Box(-1, 1)` of the features named in `agents.baselines.slicing_features.FEATURES`, computed from the answers to
    all calls so far; `reset` makes the first call, which reads telemetry. Changes between two readings are not observed.
    Reward: see `training.gym.environments.reward`. By default only tasks that these actions can solve are drawn: `errands=False`.
    """

    def __init__(self, *, errands: bool = False, shaping: float = SHAPING, **options: Any) -> None:
        super().__init__(errands=errands, shaping=shaping, **options)
        self.action_space = gymnasium.spaces.Discrete(len(ACTIONS))
        self.observation_space = gymnasium.spaces.Box(-1.0, 1.0, (len(FEATURES),), np.float32)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Begin an episode; its first call reads telemetry."""
        self._begin(seed, options, first=look())
        return self._observation(), self._info()

    def step(self, action: np.int64 | int) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Make the call of `action`; the last action verifies, which takes one or two calls."""
        if not self.action_space.contains(action):
            raise ValueError(f"action={action!r} must be 0 to {FINISH}")
        reward, terminated, truncated = self._advance(lambda: self._act(int(action)))
        return self._observation(), reward, terminated, truncated, self._info()

    def _act(self, action: int) -> bool:
        knowledge = gather_knowledge(self._observations)
        assert knowledge is not None
        if action != FINISH:
            self.episode.call(call_of(ACTIONS[action], knowledge))
            return False
        while verification_result(self._observations) is None and self.steps_left:
            self._verify()
        return True

    def _verify(self) -> None:
        knowledge = gather_knowledge(self._observations)
        assert knowledge is not None
        self.episode.call(verification(self._task().mission, knowledge, self._observations[-1]))

    @property
    def _observations(self) -> tuple[Observation, ...]:
        return tuple(step.observation for step in self.episode.steps)

    def _observation(self) -> NDArray[np.float32]:
        knowledge = gather_knowledge(self._observations)
        if knowledge is None:  # the simulator failed before any answer
            return np.zeros(len(FEATURES), np.float32)
        return features(self._task().mission, knowledge, self.steps_left)


def _register() -> None:
    for name, entry in (
        (NETWORK_ID, "training.gym.env:NetworkEnv"),
        (TOOLS_ID, "training.gym.environments.tools:NetworkToolsEnv"),
    ):
        if name not in gymnasium.registry:
            gymnasium.register(id=name, entry_point=entry)


_register()
