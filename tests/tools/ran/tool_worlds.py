"""Contexts of tool calls: the small preset network, whose measurements are in a store, and real tools' parts over it."""

from contextlib import contextmanager
from functools import cache

from policies.limits.loading import load_limits
from tools.context import ToolContext
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.store import KpiStore
from tools.twinning.laboratory import Laboratory
from twins.network import KpiQuery
from twins.system.scenario.presets import small_scenario
from twins.system.scenario.scenario import SystemScenario
from twins.system.system_network import SystemNetwork

SEED = 3
HISTORY_S = 12.0


@cache
def _history(scenario_json, kind):
    twin = kind(SystemScenario.model_validate_json(scenario_json), seed=SEED)
    twin.advance(HISTORY_S)
    return twin.snapshot()


def network_with_history(scenario=None, kind=SystemNetwork):
    """A network of `kind` on which `HISTORY_S` seconds have passed, which are simulated once per scenario."""
    scenario = scenario or small_scenario()
    network = kind(scenario, seed=SEED)
    network.restore(_history(scenario.model_dump_json(), kind))
    return network


def store_of(folder, frame):
    """A KPI store in `folder` that holds these measurements."""
    store = KpiStore(folder / "kpi.db")
    store.write(frame)
    return store


def context_over(network, folder, store=None, laboratory=None):
    """The context of calls on `network`; `store`: of its KPIs, by default with all that it has measured."""
    store = store_of(folder, network.observe(KpiQuery())) if store is None else store
    return ToolContext(
        network=network, kpis=KpiSource(store), limits=load_limits(), standards=None, laboratory=laboratory,
        now=lambda: network.describe().now, work_dir=folder, seed=1,
    )  # fmt: skip


@contextmanager
def twin_context(network, folder):
    """The context of calls that also try candidates in twins, in one process."""
    laboratory = Laboratory(workers=1)
    yield context_over(network, folder, laboratory=laboratory)
    laboratory.close()
