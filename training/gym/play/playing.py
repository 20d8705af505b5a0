"""An episode played by a person: lines in, lines out; `HELP` lists the commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tools.calls.tool_offer import ToolOffer
from tools.contract import ToolError
from tools.gym.catalogue import gym_registry
from tools.signatures import shared_types, signature
from training.gym.episodes.episode import ChangeJudge, Episode
from training.gym.episodes.judgement import Outcome, judge
from training.gym.play.play_line import PlayError, call_of
from training.gym.tasks.gym_task import GymTask
from training.gym.views.outcome_text import outcome_lines
from training.gym.views.state_text import flat_lines, plain, state_line, step_lines
from twins.gym.packet_network import PacketNetwork
from twins.gym.world import World

HELP = """TOOL name=value …      call a tool; names may have dots: resources.share=0.5
TOOL {"name": value}   call a tool with JSON arguments
  values may be $state, $sla, $mission, $TOOL, its last answer, or a part of these: $read_telemetry.log
state   the state s and the SLA     tools   all tools     help TOOL   one of them
finish  end, and be judged          quit    end without"""


class Game:
    """One episode, played line by line; `say` receives the output, `change_judge` every Configuration call before it runs."""

    def __init__(
        self, task: GymTask, network: PacketNetwork, say: Callable[[str], None], change_judge: ChangeJudge | None = None
    ) -> None:
        self.task, self.over = task, False
        self.outcome: Outcome | None = None
        self._say = say
        self._episode = Episode(World(task.scenario(), network, task.events), gym_registry(), change_judge)
        self._answers: dict[str, Any] = {}

    def begin(self) -> None:
        """Begin the world and show the task; raises InfrastructureError."""
        task = self.task
        self._episode.world.begin()
        self._say(f"{task.id}: {task.domain.value}, {task.tier.value}, {task.budget} calls at most\n\n{plain(task.text)}\n")
        for line in flat_lines(task.mission.model_dump(mode="json", exclude_defaults=True), "mission"):
            self._say(line)
        self._say("")
        self._state()
        self._say("")
        self._tools()
        self._say(f"\n{HELP}\n")

    def read(self, line: str) -> None:
        """Execute a line; raises InfrastructureError."""
        word, _, rest = line.strip().partition(" ")
        simple = {"state": self._state, "tools": self._tools, "finish": self.finish, "quit": self.quit}
        if not word or word.startswith("#"):
            return
        if word in simple and not rest:
            simple[word]()
        elif word == "help":
            self._help(rest.strip())
        else:
            self._call(line.strip())

    def finish(self) -> None:
        """End the episode and judge it; raises InfrastructureError."""
        self.over, self.outcome = True, judge(self.task, self._episode)
        for line in outcome_lines(self.outcome):
            self._say(line)

    def quit(self) -> None:
        """End the episode without judging it."""
        self.over = True
        self._say("ended without a judgement")

    def _call(self, line: str) -> None:
        try:
            call = call_of(line, self._variables())
        except PlayError as error:
            self._say(f"  not called: {plain(error)}")
            return
        if call.tool not in gym_registry():
            self._say(f"  not called: {plain(call.tool)!r} is no tool; `tools` shows all, `help` what else may be typed")
            return
        step = self._episode.call(call)
        for text in step_lines(step):
            self._say(text)
        if step.observation.evidence is not None:
            self._answers[call.tool] = self._answers["last"] = step.observation.evidence["value"]
            for text in flat_lines(self._answers["last"]):
                self._say(f"    {text}")
        if len(self._episode.steps) >= self.task.budget:
            self._say(f"that was call {self.task.budget} of {self.task.budget}")
            self.finish()

    def _variables(self) -> dict[str, Any]:
        sla = self.task.mission.sla
        return {
            "state": self._episode.world.state.model_dump(mode="json"),
            "sla": None if sla is None else sla.model_dump(mode="json"),
            "mission": self.task.mission.model_dump(mode="json"),
            **self._answers,
        }

    def _state(self) -> None:
        world, sla = self._episode.world, self.task.mission.sla
        self._say(f"t={world.now_s:g} s  {state_line(world.state)}")
        if sla is not None:
            self._say("  SLA: " + ("; ".join(sla.shortfalls(world.state)) or "kept"))

    def _tools(self) -> None:
        for effect in dict.fromkeys(tool.effect for tool in gym_registry()):
            self._say(f"{effect.value}: {', '.join(tool.name for tool in gym_registry().of_effect(effect))}")

    def _help(self, name: str) -> None:
        if not name:
            self._say(HELP)
            return
        try:
            tool = gym_registry().get(name)
        except ToolError as error:
            self._say(f"  {plain(error)}")
            return
        offer = ToolOffer.of(tool)
        self._say(f"{signature(offer)}\n  {tool.effect.value}: {' '.join(tool.description.split())}")
        for type_name, fields in shared_types([offer]).items():
            self._say(f"  {type_name} = {fields}")
