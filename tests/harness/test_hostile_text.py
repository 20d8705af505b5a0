"""Every command is fed hostile text by arguments, files and peers: nothing of it acts on the screen or passes for our words."""

import gzip
import json
import os
import subprocess
import sys
from importlib.metadata import entry_points

import pytest
import typer.main
from hostile import HOSTILE, Poisoner, faults
from small_network import SmallNetwork
from small_world import SmallPlanner, service
from terminal_session import ENVIRONMENT, piped
from trap_server import TrapServer, send

from agents.planner import Ask, Escalate, Propose, Restrict
from harness.commitments.page_now import now_section
from harness.main import run as run_command
from harness.views.console import RunConsole
from harness.views.page import page
from policies.restrictions.prohibition import Prohibition
from policies.text.foreign import safe
from twins.ric.server import EmbeddedRan
from twins.screen.console import SafeConsole

NAME = HOSTILE.replace("/", "").replace("\x00", "")  # as the name of a file


class HostilePlanner(SmallPlanner):
    """Speaks as a model would that repeats what an attacker wrote."""

    name = "small-planner"

    def decide(self, view):
        decision = super().decide(view)
        if isinstance(decision, Propose):
            best = decision.proposal.best.model_copy(
                update={"name": HOSTILE, "rationale": HOSTILE, "risks": (HOSTILE,), "rollback_conditions": (HOSTILE,)}
            )
            proposal = decision.proposal.model_copy(update={"candidates": (best,)})
            return decision.model_copy(update={"proposal": proposal})
        if isinstance(decision, Ask):
            return Ask(question=HOSTILE, choices=(HOSTILE, "S1C1"))
        return Escalate(reason=HOSTILE, nearest=HOSTILE) if isinstance(decision, Escalate) else decision


class HostileRestricting(SmallPlanner):
    """Restricts in an attacker's words."""

    def decide(self, view):
        return Restrict(forbidden=(Prohibition(what="sleep"),), read_back=HOSTILE, note=HOSTILE)


def commands():
    """The path of each command that is registered, with its sub-commands."""
    for entry in entry_points(group="twinpilot.commands"):
        yield from _paths(typer.main.get_command(entry.load()), entry.name)


def _paths(command, path):
    subs = getattr(command, "commands", None)
    if not subs or command.invoke_without_command:
        yield path
    for name, sub in (subs or {}).items():
        yield from _paths(sub, f"{path} {name}")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A data folder whose runs, approvals and journal hold hostile text; a network, a model and files that do."""
    root = tmp_path_factory.mktemp("hostile")
    service(root, HostilePlanner(ask=True)).start(HOSTILE)
    service(root, HostilePlanner(minimums=())).start(HOSTILE)
    waiting = service(root, HostilePlanner()).start(HOSTILE)
    service(root, HostilePlanner()).start(HOSTILE + " again")
    service(root, HostileRestricting()).start(HOSTILE)
    documents = root / "documents"
    documents.mkdir()
    (documents / f"{NAME[:60]}.md").write_text(
        f"# 3GPP TS 99.123 V18.2.0\n\n## 5.1 {HOSTILE}\n\nballoon {HOSTILE}\n", encoding="utf-8"
    )
    piped("standards", "list", "--index", root / "index")  # its first use takes a while: once, in a process of its own
    tasks = root / "tasks.jsonl.gz"
    tasks.write_bytes(gzip.compress(json.dumps({"id": HOSTILE}).encode()))
    rollout = root / "rollout.json"
    rollout.write_text(json.dumps({"task": HOSTILE, "agent": HOSTILE}), encoding="utf-8")
    config = root / "twinpilot.toml"
    bad_config = root / "bad.toml"
    bad_config.write_text(json.dumps(HOSTILE) + " = 1\n", encoding="utf-8")
    with (
        EmbeddedRan(SmallNetwork()) as ran,
        Poisoner(ran.url) as named,
        Poisoner(ran.url, keys=(), broken=("/pm/", "/3GPP", "/embedded")) as broken,
        TrapServer(lambda handler, number: send(handler, 200, json.dumps({"error": HOSTILE}).encode())) as model,
        TrapServer(lambda handler, number: send(handler, 500, HOSTILE.encode(), "text/plain")) as garbage,
    ):
        config.write_text(f'[planner]\nkind = "llm"\nbase_url = "{model.url}/v1"\n', encoding="utf-8")
        yield {
            "data": str(root / "data"), "run": waiting.run_id,
            "documents": str(documents), "tasks": str(tasks), "index": str(root / "index"),
            "rollout": str(rollout), "named": named.url, "broken": broken.url,
            "garbage": garbage.url, "bad_config": str(bad_config),
            "model": model.url, "root": str(root), "config": str(config),
        }  # fmt: skip


# What each command is called with; {name} stands for what `world` holds, {x} for hostile text.
PEERS = ("{named}", "{broken}", "{garbage}", "http://127.0.0.1:1/{x}")
CALLS = {
    "approve": ["{x}", "last --digest {x}", "{run} --note {x} --data-dir {data}", "{run} --data-dir {data}"],
    "reject": ["{x}", "last --note {x} --data-dir {data}"],
    "cancel": ["{x}", "{run} --note {x} --data-dir {data}"],
    "settle": ["{x}", "{run} {x} --keep --note {x} --data-dir {data}"],
    "restrictions": ["--data-dir {data}", "--data-dir /proc/{x}", "{x}"],
    "restrictions remove": ["{x} --data-dir {data}", "--note {x} 00 --data-dir {data}"],
    "run": [
        "{x} --url {named} --shadow --data-dir {root}/other", "pizza{x} --data-dir {root}/other",
        "{x} --scenario {x} --data-dir {root}/other",
        "{x} --wait {x}", "{x} --planner {x}", "--resume {x} --data-dir {data}", "--resume {run} --answer {x} --data-dir {data}",
        "{x} --url {garbage} --shadow --data-dir {root}/other", "--data-dir /proc/{x} {x}",
        "{x} --planner llm --scenario small --config {config} --data-dir {root}/other",
    ],
    "understand": ["{x} --card {x}", "--lines {x}", "--lines {rollout} --card {rollout}", "{x} --lines {x}"],
    "llm base": ["--out /proc/{x}"],
    "llm check-hand": ["{x}", "{root}/{x} --json"],
    "llm corpus": ["--out /proc/{x} --specs {x}", "--out {root}/corpus --specs {x} --pairs 0"],
    "llm train": ["--held-out {x} --work {root}/train", "--base {x}"],
    "llm train-encoder": ["--held-out {x} --work {root}/encoder"],
    "llm train-verifier": ["--held-out {x} --work {root}/verifier"],
    "llm answers": ["--hands {x} --out {root}/answers.jsonl.gz --adapter {root}/none"],
    "llm cut": ["{x} --into {root}/pieces"],
    "llm join": ["{x} --into {root}/joined"],
    "llm serve": ["--model {x}", "--python {x} --host {x}", "--python {x}", "--adapter {x} --model {x}", "--port {x}"],
    "llm calibrate": ["--hands {x} --adapter {x}"],
    "llm planning-data": ["--seed {x}", "--runs /proc/{x} --networks 0 --drills 0"],
    "llm train-planner": ["--lessons {x}", "--lessons {rollout} --work {root}/planner"],
    "runs": ["--data-dir {data}", "--count {x}", "--config {bad_config}", "--config {x}", "--data-dir /proc/{x}"],
    "show": ["last --data-dir {data}", "{run} --data-dir {data}", "{x} --data-dir {data}", "--html {run} --data-dir {data}"],
    "journal tail": ["--data-dir {data}", "--run {x} --data-dir {data}"],
    "journal verify": ["--data-dir {data}", "--records {x}", "--records {rollout} --data-dir {data}",
                       "--key {rollout} --data-dir {data}"],
    "journal witness": ["--data-dir {data}", "--data-dir {x}", "{x}"],
    "network pm-files": ["{documents}", "{rollout}", "{x}"],
    "demo": ["--seed {x}", "--config {bad_config} --approve"],
    "bench": ["{x}"],
    "export": ["{x}", "deeprx --out /proc/{x}"],
    "link": ["{x}", "'QPSK, 4 PRB, 10 dB' --receivers {x}", "'QPSK, 4 PRB, 10 dB' --sweep {x}"],
    "scene": ["{x}", "munich --out {x} --tx {x}", "munich --out {x} --area {x}"],
    "standards ingest": ["{documents} --index {index}", "{x} --index {index}"],
    "standards search": ["balloon --index {index}", "{x} --index {index}"],
    "standards list": ["--index {index}", "--index /proc/{x}"],
    "network serve": ["--scenario {x}", "--scenario {rollout}", "--port {x}"],
    "network show": [f"--url {peer}" for peer in PEERS],
    "network kpi": ["--kpi {x} --url {named}", "--cell {x} --url {named}", *(f"--url {peer}" for peer in PEERS)],
    "network advance": ["{x}", *(f"1 --url {peer}" for peer in PEERS)],
    "network inject surge": ["{x}", "2 --area {x} --url {named}", *(f"2 --cell {{x}} --url {peer}" for peer in PEERS)],
    "network inject interferer": ["--x {x} --y 1", *(f"--x 1 --y 1 --url {peer}" for peer in PEERS)],
    "network inject outage": [f"{{x}} --url {peer}" for peer in PEERS],
    "network inject backhaul": [f"{{x}} 1 --url {peer}" for peer in PEERS],
    "gym tools": ["--catalogue {x}"],
    "gym play": ["--task {x}", "--network {x}"],
    "gym run": ["--agent {x}", "--agent expert --task {x}"],
    "gym replay": ["{rollout}", "{x}"],
    "gym view": ["{rollout} --out {root}/view.html", "{x} --out {x}"],
    "gym trace": ["--seeds {x}", "--purpose {x}"],
    "gym bench": ["--agent {x}", "--network {x}"],
    "gym ground": ["--agent {x}"],
    "gym make-tasks": ["--out {x} --seed {x}", "--split {x}"],
    "gym export-inspect": ["{x} {x}", "--out /proc/{x}"],
    "tasks make": ["--count {x}", "--out /proc/{x} --count {x}"],
    "tasks show": ["{x}", "--path {x}", "--path {tasks}", "{x} --path {tasks}"],
    "tasks check": ["--path {x}", "--path {tasks}"],
    "train beams": ["--steps {x}"],
    "train experiment-model": ["--traces {x}", "--traces {tasks}"],
    "train drl-slicing": ["--steps {x}"],
    "train 6g-llm": ["--stage {x}",
        "--stage data --work /proc/{x}", "--stage sft --work {root}/{x}", "--stage evaluate --work {x}"],
    "train receiver": ["{x}", "deeprx --steps {x}"],
    "twin tabulate": ["--family {x}", "--workers {x}"],
    "twin table": ["{x}"],
    "{x}": ["", "--{x}"],
}  # fmt: skip


def arguments(path, call, world):
    """The words of a call; quotes hold words together, and hostile text is one word."""
    import shlex

    words = shlex.split(f"{path} {call}".replace("{x}", "HOSTILE"))
    return [word.format(**world).replace("HOSTILE", HOSTILE) for word in words]


def test_every_registered_command_is_fed():
    assert set(CALLS) - {"{x}"} == set(commands())


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("terminal", [False, True], ids=["piped", "terminal"])
def test_nothing_foreign_acts_on_the_screen(world, path, terminal, capfd, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "90")
    if terminal:
        monkeypatch.setenv("FORCE_COLOR", "1")
    for call in CALLS[path][: 1 if terminal else None]:
        for more in ((),) if terminal else ((), ("--json",)):
            words = [*arguments(path, call, world), *more]
            status = run_command(words)
            printed = capfd.readouterr()
            assert faults(printed.out) == ([], []), (words, printed.out)
            assert faults(printed.err) == ([], []), (words, printed.err)
            assert "Traceback" not in printed.err
            if more and status:
                assert isinstance(json.loads(printed.out), dict | list), (words, printed.out)
                assert printed.out.count("\n") == 1, "exactly one value"


@pytest.mark.parametrize("terminal", [False, True], ids=["piped", "terminal"])
def test_the_live_view_of_a_run_with_a_hostile_planner(tmp_path, terminal):
    import io

    out = io.StringIO()
    view = RunConsole(SafeConsole(file=out, width=70, force_terminal=terminal))
    outcome = service(tmp_path, HostilePlanner(ask=True), listener=view).start(
        HOSTILE, answerer=lambda question, choices: "S1C1", approver=lambda question: None
    )
    assert outcome.status == "awaiting approval"
    assert faults(out.getvalue()) == ([], [])


def test_the_page_holds_no_control_characters_and_no_markup_of_others(tmp_path):
    run_service = service(tmp_path, HostilePlanner())
    outcome = run_service.start(HOSTILE + "<script>alert(1)</script>")
    from harness.records.artifacts import Artifacts
    from harness.records.tried import Tried

    artifacts = Artifacts(run_service.paths.run(outcome.run_id))
    tried = Tried.model_validate_json(next(artifacts.folder.glob("tried-*.json")).read_bytes())
    section = now_section(outcome, run_service.commitments.of_run(outcome.run_id), 0.0)
    text = page(outcome, tried.candidates, artifacts, section)
    assert "<script" not in text
    assert faults(text)[0] == []


def test_log_lines_and_warnings_of_libraries_are_safe():
    code = (
        "import contextlib, logging, sys, warnings\n"
        "from hostile import HOSTILE\n"
        "from harness.main import main\n"
        "sys.argv = ['twinpilot', '--version']\n"
        "with contextlib.suppress(SystemExit):\n"
        "    main()\n"
        "logging.getLogger('somebody').warning(HOSTILE)\n"
        "warnings.warn(HOSTILE)\n"
    )
    environment = {**ENVIRONMENT, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=600, env=environment)
    assert "somebody: x" in done.stderr
    assert "warning: UserWarning: x" in done.stderr
    assert faults(done.stderr) == ([], [])


@pytest.mark.parametrize(
    "text",
    ["\x1b", "\x9b", "\x00", "\x7f", "\r", "\n", "\u2028", "\u2029", "\x85", "\u202e", "\u2066", "\u200b", "\ufeff", "\U000e0041",
     "\ud800", "\u0378", "\ue000", "\xad", "\u3164"],
)  # fmt: skip
def test_each_kind_of_character_that_acts_is_made_visible_or_a_space(text):
    shown = safe(f"a{text}b")
    assert shown.isprintable()
    assert shown.encode("utf-8")
    assert len(shown) >= 3


def test_safe_leaves_what_a_person_reads_as_it_is():
    for text in ("eMBB ≥ 5 Mbit/s", "Zürich, 東京, Köln", "  1. indented", "[S1C1]", "a→b"):
        assert safe(text) == text
    assert safe("abcdef", 4) == "abc…"
    assert safe("e" + "\u0301" * 100).count("\u0301") == 4
    assert len(safe("a" + " " * 10_000 + "b")) == 42
