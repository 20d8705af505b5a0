"""Runs of the harness whose reading is given: questions and suppositions on the small network, with the real tools."""

from dataclasses import replace

from small_world import service

from agents.planner import Understand
from agents.rule_planner import RulePlanner
from agents.workflows.trials.trying import Effort
from tools.registry import default_registry


class Reads:
    """A planner to which the text means `reading`; it goes on as the rule planner does."""

    name = "scripted reader"

    def __init__(self, reading, then=None):
        self.reading = reading
        self.then = then or RulePlanner(Effort(supposed_seeds=3)).decide

    def decide(self, view):
        return Understand(reading=self.reading) if view.reading is None else self.then(view)


def answering(root, reading, network, laboratory=None, then=None, **settings):
    """A run service in the data folder of `root` whose planner reads every text as `reading`."""
    run_service = service(root, Reads(reading, then), network=network, **settings)
    context = replace(run_service.parts.context, laboratory=laboratory)
    run_service.parts = replace(run_service.parts, registry=default_registry(), context=context)
    return run_service
