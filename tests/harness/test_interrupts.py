"""Ctrl-C, the end of the input, SIGTERM, a closed pipe, no terminal: one line, an exit status, and a next step that works."""

import json
import re
import shlex
import signal
import subprocess
import time

import pytest
from small_world import SmallPlanner, service
from terminal_session import ENVIRONMENT, Session, command, piped

from harness.approvals.approver import approve_by_flag
from harness.commands.common import until_end_of_input
from harness.commitments.watchdog import Watchdog
from harness.engine.run_interrupted import RunInterrupted
from harness.records.run_lock import run_lock
from harness.runtime.errors import RunError

ASKS = "keep URLLC delay below 5 ms in the stadium"  # the small network has no such area


def run_asking(root, *more):
    return ("run", ASKS, "--scenario", "small", "--data-dir", root, *more)


def status_of_last(root):
    return json.loads(piped("runs", "--data-dir", root, "--json").stdout)["runs"][0]["status"]


@pytest.mark.parametrize(
    ("keys", "exit_status", "last"),
    [
        ("\x03", 130, "interrupted: run ID waits for an answer; go on with: twinpilot run --resume ID --data-dir DATA"),
        ("\x04", 3, None),
    ],
    ids=["Ctrl-C", "end of input"],
)
def test_ctrl_c_and_the_end_of_the_input_at_a_prompt(tmp_path, keys, exit_status, last):
    session = Session(*run_asking(tmp_path)).until("Your answer")
    assert session.type(keys).end() == exit_status
    assert "Traceback" not in session.text
    run_id = re.search(r"\d{8}-\d{6}-[0-9a-f]{4}", session.text)[0]
    if last:
        # The terminal wraps the line; our own words are all there.
        assert session.text.split()[-len(last.split()) :] == last.replace("ID", run_id).replace("DATA", str(tmp_path)).split()
    assert status_of_last(tmp_path) == "asked"


def test_ctrl_c_at_the_approval_prompt_reaches_the_twins_processes_too_and_the_printed_commands_work(tmp_path):
    wish = "set the transmit power of S1C1 to 40 dBm permanently"
    session = Session("run", wish, "--scenario", "small", "--data-dir", tmp_path).until("Apply this change?")
    assert session.type("\x03").end() == 130
    assert "Traceback" not in session.text, session.text[-2000:]
    words = " ".join(session.text.split("interrupted:")[1].split())
    decide = re.search(r"decide with: twinpilot (approve .*?); go on with: twinpilot run --resume", words)[1]
    approved = piped(*shlex.split(decide))
    assert approved.returncode == 0, approved.stderr
    assert "approved by" in approved.stdout


def test_sigterm_at_a_prompt(tmp_path):
    session = Session(*run_asking(tmp_path)).until("Your answer")
    session.process.send_signal(signal.SIGTERM)
    assert session.end() == 143
    assert "terminated: run" in session.text
    assert "Traceback" not in session.text


def test_the_next_step_that_is_printed_works(tmp_path):
    first = piped(*run_asking(tmp_path))
    assert first.returncode == 3
    following = re.search(r"answer with: twinpilot (.*)", first.stdout)[1]
    again = piped(*(word.replace("your answer", "nowhere") for word in shlex.split(following)))
    assert again.returncode == 3, again.stderr
    assert "nowhere" in again.stdout, "the answer was read, and the run asks on"


def test_ctrl_c_while_the_network_starts_leaves_a_run_that_can_be_resumed(tmp_path):
    process = subprocess.Popen(
        command("run", "save energy in S1C2", "--scenario", "small", "--data-dir", tmp_path, "--json"),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )  # fmt: skip
    for line in process.stderr:
        if "starting network" in line:
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=600)
    assert process.returncode == 130
    assert "Traceback" not in err
    failure = json.loads(out)
    assert failure["run_status"] == status_of_last(tmp_path) == "interrupted"
    assert failure["next"] == f"twinpilot run --resume {failure['run_id']} --data-dir {tmp_path}"
    resumed = piped(*shlex.split(failure["next"])[1:], "--json")
    assert json.loads(resumed.stdout)["run_id"] == failure["run_id"]
    assert resumed.returncode in (0, 1, 3, 4), resumed.stderr


def test_a_reader_that_goes_away_does_not_end_the_work(tmp_path):
    pipeline = f"{shlex.join(command(*run_asking(tmp_path)))} | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", pipeline], check=False, capture_output=True, text=True, timeout=600, env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 3
    assert done.stderr == ""
    assert status_of_last(tmp_path) == "asked"


def interrupted(question):
    raise KeyboardInterrupt


def nobody(question):
    raise EOFError


def test_ctrl_c_at_the_approval_leaves_the_request_pending_and_the_run_goes_on_with_it(tmp_path):
    run_service = service(tmp_path)
    with pytest.raises(RunInterrupted) as caught:
        run_service.start("at least 5 Mbps", approver=interrupted)
    assert caught.value.status == "awaiting approval"
    (approval,) = run_service.approvals.of_run(caught.value.run_id)
    assert approval.state == "pending"
    assert caught.value.open_ends == (f"decide with: {approval.command()}",)
    assert run_service.resume(caught.value.run_id, approver=approve_by_flag).status == "confirmed"


def test_ctrl_c_while_a_change_is_verified_says_that_it_is_on_the_network(tmp_path):
    def interrupt(event):
        if event.kind == "time.passed":
            raise KeyboardInterrupt

    run_service = service(tmp_path, listener=interrupt)
    with pytest.raises(RunInterrupted) as caught:
        run_service.start("at least 5 Mbps", approver=approve_by_flag)
    (line,) = caught.value.open_ends
    assert line.endswith("on small is applied, and not confirmed yet")
    network, late = run_service.parts.network, lambda: time.time() + 1e6
    watch = Watchdog(run_service.commitments, lambda name: network, run_service.journal, now=late)
    assert [result.state for result in watch.sweep()] == ["reverted"]
    outcome = run_service.resume(caught.value.run_id)
    assert outcome.status == "rolled back"
    assert outcome.message.startswith("not confirmed before its deadline; taken back: by the watchdog")
    kinds = [record.kind for record in run_service.journal.records(caught.value.run_id)]
    assert "change.alarm" not in kinds, "what our own watchdog took back was not replaced by somebody else"


def test_the_end_of_the_input_at_the_approval_is_nobody(tmp_path):
    assert service(tmp_path).start("at least 5 Mbps", approver=until_end_of_input(nobody)).status == "awaiting approval"


def test_an_empty_answer_leaves_the_question_open(tmp_path):
    run_service = service(tmp_path, SmallPlanner(ask=True))
    first = run_service.start("at least 5 Mbps", answerer=lambda question, choices: " ")
    assert first.status == "asked"
    resumed = run_service.resume(first.run_id, answerer=lambda question, choices: "S1C1", approver=approve_by_flag)
    assert resumed.status == "confirmed"


def test_two_processes_do_not_run_one_run(tmp_path):
    run_service = service(tmp_path)
    first = run_service.start("at least 5 Mbps")
    lock = run_lock(run_service.paths.run(first.run_id))
    assert lock.acquire()
    try:
        with pytest.raises(RunError, match="is being run by another process"):
            run_service.resume(first.run_id)
    finally:
        lock.release()
