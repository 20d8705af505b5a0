"""Runs that are killed (SIGKILL) at a point, in processes of their own, forked from one that has imported what they need."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tools.oran.oran_network import OranNetwork

HERE = Path(__file__).parent
# Imported before the forks: what each run would import for itself.
_PARENT = """
import importlib, json, os, sys
import harness.engine.graph, langgraph.checkpoint.sqlite, tools.oran.oran_network, twins.ric.server

module, name = sys.argv[1:3]
live = getattr(importlib.import_module(module), name)
for arguments in json.loads(sys.argv[3]):
    child = os.fork()
    if child == 0:
        try:
            live(*arguments)
        finally:
            os._exit(99)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def kill_runs(live, runs):
    """Call `live`, a function of a module of tests, with the arguments of each run, in turn; every call must end in a kill."""
    environment = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parents[1]}", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", _PARENT, live.__module__, live.__name__, json.dumps(runs)],
        check=False, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.split() == [str(-signal.SIGKILL)] * len(runs), done.stderr


def die():
    """End this process as a kill does."""
    os.kill(os.getpid(), signal.SIGKILL)


class DieAt:
    """A listener that kills its process at the `number`-th event of a kind and step."""

    def __init__(self, kind, step, number=1):
        self.point, self.left = (kind, step), number

    def __call__(self, event):
        self.left -= (event.kind, event.step) == self.point
        if self.left == 0:
            die()


def name_of(*point):
    """The name of a point, as a folder and in the list of tests."""
    return " ".join(map(str, point)).strip().replace(" ", "-")


def reached(path, ran):
    """The network as the process reaches it that goes on with a killed run."""
    return OranNetwork(ran.url, ledger=path / "ledger.sqlite")
