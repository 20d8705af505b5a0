"""The harness and the gym share a call loop: they refuse the same calls with the same messages."""

import threading
from datetime import UTC, datetime

import pytest
from gym_worlds import gym_context
from pydantic import Field
from tool_worlds import context_over, network_with_history

from agents.planner import CallTools, Finish
from harness.engine.parts import Parts
from harness.engine.run_service import RunService
from harness.runtime.settings import load_settings
from policies.effect import Effect
from policies.evidence import Evidence
from policies.provenance import Provenance
from tools.calls.access import read_only
from tools.calls.caller import Caller
from tools.calls.limit import Limit, LimitError
from tools.calls.tool_call import ToolCall
from tools.calls.tool_offer import ToolOffer, offers_of
from tools.contract import Boundary, Tool, ToolError, ToolRequest, ToolValue, tool
from tools.registry import ToolRegistry
from training.gym.episodes.episode import Episode, Judgement
from twins.gym.packet_network import InfrastructureError

RELEASED, FINISHED = threading.Event(), threading.Event()  # what the tool that is too slow waits for, and that it has ended


class Square(ToolRequest):
    """A square."""

    side_m: float = Field(ge=0, le=100, description="side, m")


class Area(ToolValue):
    """An area."""

    area_m2: float


def evidence_of(request: Square) -> Evidence[Area]:
    source = Provenance(source="test", kind="computation", version="1", observed_at=datetime(2026, 1, 1, tzinfo=UTC))
    return Evidence(summary="an area", value=Area(area_m2=request.side_m**2), provenance=source)


@tool(effect=Effect.OBSERVE, raises=(OSError,), timeout_s=0.2)
def measure_area(context: object, request: Square) -> Evidence[Area]:
    """Return the area of a square."""
    if request.side_m == 13:
        raise OSError("the tape is broken")
    if request.side_m == 14:
        raise RuntimeError("a bug")
    if request.side_m == 15:
        raise InfrastructureError("the simulator died")
    if request.side_m == 16:
        RELEASED.wait(30)
        FINISHED.set()
    return evidence_of(request)


@tool(effect=Effect.CONFIGURE)
def paint_area(context: object, request: Square) -> Evidence[Area]:
    """Paint a square."""
    PAINTED.append((context, request.side_m))
    return evidence_of(request)


PAINTED: list[tuple[object, float]] = []
REGISTRY = ToolRegistry((measure_area, paint_area))
LIMIT = Limit("limits.tool_calls", 3, "tool calls", "decide on what is known")


def area(side_m: object, name: str = "measure_area") -> ToolCall:
    return ToolCall(tool=name, arguments={"side_m": side_m}, reason="to see")


FAILING = [
    (ToolCall(tool="no_such_tool", arguments={}), Boundary.UNKNOWN_TOOL, "there are: measure_area, paint_area"),
    (area(101), Boundary.ARGUMENTS, "side_m=101"),
    (area("wide"), Boundary.ARGUMENTS, "side_m='wide'"),
    (area(13), Boundary.REFUSED, "the tape is broken"),
    (area(14), Boundary.INTERNAL, "RuntimeError: a bug"),
]


@pytest.fixture(autouse=True)
def nothing_painted():
    PAINTED.clear()


class Calls:
    """A planner that makes its calls, and then ends."""

    name = "calls"

    def __init__(self, *calls):
        self.calls, self.offers = calls, ()

    def decide(self, view):
        self.offers = view.tools
        return Finish(summary="done") if view.observations else CallTools(calls=self.calls)


@pytest.fixture
def harness_run(tmp_path):
    """Executes calls in a run of the harness; returns the observations and the planner."""
    network = network_with_history()
    context = context_over(network, tmp_path)

    class Clock:
        now = staticmethod(lambda: network.describe().now)
        wait = staticmethod(network.advance)

    def run(*calls, **overrides):
        planner, observations = Calls(*calls), []

        def listener(event):
            if event.kind == "tool.ended":
                observations.append(event.data["observation"])

        parts = Parts(network, "small", Clock(), planner, REGISTRY, context)
        settings = load_settings(overrides={"data_dir": tmp_path / "data", **overrides})
        assert RunService(settings, parts, listener=listener).start("measure it").status == "answered"
        return observations, planner

    return run


def gym_run(*calls, change_judge=None):
    """Executes calls in an episode of the gym; returns the observations."""
    episode = Episode(gym_context().world, REGISTRY, change_judge)
    return [episode.call(call).observation for call in calls]


def test_both_return_the_same_observations_of_the_same_calls(harness_run):
    calls = [call for call, _, _ in FAILING] + [area(3)]
    ours, planner = harness_run(*calls)
    assert ours == gym_run(*calls)
    assert [observation.boundary for observation in ours] == [boundary for _, boundary, _ in FAILING] + [None]
    assert ours[-1].evidence["value"] == {"area_m2": 9.0}
    assert planner.offers == offers_of(REGISTRY)


def test_a_rejected_change_is_refused_in_both_and_never_made(harness_run):
    (ours,), _ = harness_run(area(3, "paint_area"))
    (theirs,) = gym_run(area(3, "paint_area"), change_judge=lambda world, call: Judgement("reject", "not today"))
    assert (ours.boundary, theirs.boundary) == (Boundary.PERMISSION, Boundary.PERMISSION)
    assert ours.error == "paint_area changes the network: propose the change, the gate and a human decide"
    assert theirs.error == "paint_area: not today"
    assert PAINTED == []


def test_a_spent_limit_is_a_refusal_that_names_the_setting(harness_run):
    ours, _ = harness_run(area(1), area(2), area(3), limits={"tool_calls": 2})
    assert [observation.boundary for observation in ours] == [None, None, Boundary.REFUSED]
    assert ours[-1].error == "the run has used its 2 tool calls (limits.tool_calls): decide on what is known"


def test_a_simulator_that_dies_ends_an_episode_and_is_not_an_observation():
    with pytest.raises(InfrastructureError, match="the simulator died"):
        gym_run(area(15))


@pytest.mark.parametrize(("call", "boundary", "words"), FAILING)
@pytest.mark.parametrize("invoke", [Tool.call, Tool.run], ids=["timed", "inline"])
def test_a_failed_call_is_an_observation_with_its_boundary(call, boundary, words, invoke):
    observation = Caller(REGISTRY, read_only(None), invoke).observe(call)
    assert (observation.call, observation.boundary, observation.evidence) == (call, boundary, None)
    assert words in observation.error


def test_a_slow_tool_times_out():
    RELEASED.clear()
    FINISHED.clear()
    observation = Caller(REGISTRY, read_only(None)).observe(area(16))
    assert (observation.boundary, observation.error) == (Boundary.TIMEOUT, "measure_area took longer than 0.2 s")
    assert not FINISHED.is_set(), "its caller waited for it"
    RELEASED.set()
    assert FINISHED.wait(600)


@pytest.mark.parametrize("invoke", [Tool.call, Tool.run], ids=["timed", "inline"])
def test_infrastructure_errors_are_raised_if_listed_and_are_bugs_otherwise(invoke):
    with pytest.raises(InfrastructureError, match="the simulator died"):
        Caller(REGISTRY, read_only(None), invoke, infrastructure=(InfrastructureError,)).observe(area(15))
    assert Caller(REGISTRY, read_only(None), invoke).observe(area(15)).boundary is Boundary.INTERNAL


def test_a_limit_is_checked_first_and_its_error_has_the_amount_used():
    caller = Caller(REGISTRY, read_only(None), Tool.run, LIMIT)
    assert caller.observe(area(3), used=2).evidence is not None
    with pytest.raises(ToolError) as caught:
        caller.evidence(ToolCall(tool="no_such_tool", arguments={}), used=4)
    reached = caught.value.__cause__
    assert isinstance(reached, LimitError)
    assert (caught.value.boundary, reached.limit, reached.value) == (Boundary.REFUSED, LIMIT, 4)


def test_a_tool_gets_the_context_that_its_caller_gives():
    caller = Caller(REGISTRY, lambda tool: f"context of {tool.effect.value}", Tool.run)
    assert caller.observe(area(2, "paint_area")).error is None
    assert caller.observe(area(2, "paint_area"), refusal="not today").error == "paint_area: not today"
    assert PAINTED == [("context of configure", 2.0)]
    assert (caller.effect_of(area(1)), caller.effect_of(ToolCall(tool="none", arguments={}))) == (Effect.OBSERVE, None)


def test_a_tool_that_changes_the_network_is_exported_to_langchain_as_a_refusal():
    from langchain_core.tools import ToolException

    from tools.langchain_export import to_langchain

    with pytest.raises(ToolException, match=r"\[permission\] paint_area changes the network: propose the change"):
        to_langchain(paint_area, None).func(side_m=3)
    assert PAINTED == []


def test_an_offer_has_the_tools_description():
    offer = ToolOffer.of(measure_area)
    assert (offer.name, offer.effect, offer.description) == ("measure_area", "observe", "Return the area of a square.")
    assert offer.input_schema == Square.model_json_schema()
    assert [offer.name for offer in offers_of(REGISTRY)] == ["measure_area", "paint_area"]
