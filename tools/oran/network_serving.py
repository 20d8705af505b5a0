"""Serving an embedded network: scenario, server, and the loop that advances its time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError
from rich.live import Live
from rich.table import Table

from policies.text.validation import validation_text
from tools.oran.clock import POLL_S
from tools.oran.tables.network_tables import live_table
from twins.screen.console import SafeConsole
from twins.screen.say import say, say_json

if TYPE_CHECKING:
    from twins.ric.server import EmbeddedRan
    from twins.system.scenario.scenario import SystemScenario


def load_scenario(name: str) -> SystemScenario:
    """Return the scenario "stadium" or "small", or load it from a JSON file; raises ValueError describing the problem."""
    from twins.system.scenario.presets import small_scenario, stadium_scenario
    from twins.system.scenario.scenario import SystemScenario

    if name in ("stadium", "small"):
        return stadium_scenario() if name == "stadium" else small_scenario()
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"scenario={name!r}: stadium, small or a readable FILE.json is required ({error})") from error
    try:
        return SystemScenario.model_validate_json(text)
    except ValidationError as error:
        raise ValueError(f"scenario={name!r}: {validation_text(error, 'the scenario')}") from None


def serve_network(scenario: SystemScenario, port: int, seed: int, *, speed: float, seconds: float | None, as_json: bool) -> None:
    """Serve until interrupted or, if given, for `seconds` of network time; raises PortInUseError."""
    from twins.ric.server import EmbeddedRan
    from twins.system.history import load_history
    from twins.system.system_network import SystemNetwork

    say("starting; the first start after an installation compiles the simulator, which takes up to a minute", err=True)
    with EmbeddedRan(SystemNetwork(scenario, seed=seed), port=port, history=load_history(scenario, seed)) as ran:
        _announce(ran, as_json)
        say(pace_text(ran.ran.card().granularity_s, speed), err=True)
        try:
            if as_json:
                _run(ran, speed, seconds, lambda: None)
            else:
                with Live(console=SafeConsole(), refresh_per_second=4) as live:
                    _run(ran, speed, seconds, lambda: live.update(_table(ran)))
        except KeyboardInterrupt:
            say("stopped", err=True)


def _announce(ran: EmbeddedRan, as_json: bool) -> None:
    paths = {
        "url": "",
        "a1": "/A1-P/v2",
        "a1_osc": "/a1-p",
        "a1_policy_management": "/a1-policy-management/v1",
        "o1": "/3GPPManagement/ProvMnS/v1",
        "pm": "/pm/v1/reports",
        "inventory": "/inventory/v1/network-card",
        "embedded_control": "/embedded/v1",
        "openapi": "/docs",
    }
    urls = {name: ran.url + path for name, path in paths.items()}
    if as_json:
        say_json(urls)
        return
    for name, url in urls.items():
        say(f"{name.replace('_', ' '):>20}  {url}")


def pace_text(granularity_s: float, speed: float) -> str:
    """Return how fast the network's time passes, and what that means for a run beside it."""
    every = granularity_s / speed
    text = f"its time: {speed:g} s in each second, a KPI window of {granularity_s:g} s every {every:.3g} s"
    if every < POLL_S:
        needed = granularity_s / POLL_S
        text += f"; that is faster than a run reads them (every {POLL_S:g} s): it falls behind, and its deadlines pass before"
        return f"{text} their windows are read; serve with --speed {needed:.2g} or less for runs beside it"
    if speed > 1:
        text += (
            f"; what a run does in 1 min, such as planning or waiting for a yes, lasts {speed:g} min here: meanwhile proposals"
        )
        text += " expire and KPIs move; without --speed time passes as in a real network"
    return text


def _table(ran: EmbeddedRan) -> Table:
    card = ran.ran.card()
    last = ran.ran.pm.after(ran.ran.pm.last - 1, 1)
    frame = last[0].frame
    return live_table(card, frame, f"{card.name} at {card.now:%Y-%m-%d %H:%M:%S %Z}  {ran.url}  (Ctrl-C ends)")


def _run(ran: EmbeddedRan, speed: float, seconds: float | None, tick: Callable[[], None]) -> None:
    """Advance window by window at `speed` network seconds per wall second, or as fast as the machine allows."""
    step = ran.ran.card().granularity_s
    passed, due = 0.0, time.monotonic()
    while seconds is None or passed < seconds:
        ran.ran.advance(step)
        passed += step
        tick()
        due = max(due + step / speed, time.monotonic() - 1.0)
        time.sleep(max(0.0, due - time.monotonic()))
