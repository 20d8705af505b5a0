"""At a real terminal, only what is typed after the question answers it."""

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CHILD = """
import array, fcntl, sys, termios, time
from rich.console import Console
from harness.approvals.approver import ApprovalQuestion
from harness.approvals.store import Approval
from harness.approvals.subject import ApprovalSubject
from harness.approvals.terminal import ask_at_terminal
from harness.records.tried import Tried
from policies.change import AttributeEdit, ChangeSet
from policies.verdict import Ruling, Verdict

edits = ChangeSet(edits=(AttributeEdit(dn="ManagedElement=S1", attribute="a", old=0, new=1),))
subject = ApprovalSubject(change_set=edits)
request = Approval(run_id="r", digest=subject.digest, state="pending", subject=subject, requested_at=0, expires_at=1)
verdict = Verdict(digest=edits.digest, ruling=Ruling.APPROVE, reasons=())
question = ApprovalQuestion(request, Tried(change_set=edits, candidate=None), verdict)
print("thinking", flush=True)
while input() != "ready":  # the operator types while the twin computes
    pass
waiting = array.array("i", [0])
while waiting[0] < len(sys.argv[1]):  # until what was typed ahead has arrived
    fcntl.ioctl(0, termios.FIONREAD, waiting)
    time.sleep(0.01)
answer = ask_at_terminal(Console())(question)
print("ANSWER", answer.approved, answer.how, flush=True)
"""


class Terminal:
    """A pseudo-terminal with a program in it."""

    def __init__(self, *arguments):
        self._master, slave = pty.openpty()
        environment = {
            **os.environ,
            "PYTHONPATH": str(HERE.parents[1]),
            "TERM": "dumb",
            "COLUMNS": "100",
            "VISUAL": "",
            "EDITOR": "",
        }
        self.child = subprocess.Popen(
            [sys.executable, "-c", CHILD, *arguments], stdin=slave, stdout=slave, stderr=slave, env=environment, close_fds=True
        )
        os.close(slave)
        self.text = ""

    def forget(self):
        """Forget what was shown before "nothing was changed", so that the next question is awaited, not found in the past."""
        self.text = self.text.rpartition("nothing was changed")[2]

    def until(self, words):
        while words not in self.text:
            assert select.select([self._master], [], [], 60)[0], f"no {words!r} in {self.text!r}"
            self.text += os.read(self._master, 4096).decode()

    def type(self, text):
        os.write(self._master, text.encode())

    def close(self):
        self.child.kill()
        self.child.wait()
        os.close(self._master)


@pytest.fixture
def terminal(request):
    opened = Terminal(request.param)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("terminal", "typed", "answer"),
    [
        ("y\n", "n\n\n", "ANSWER False"),
        ("y\ny\n", "n\n\n", "ANSWER False"),
        ("n\n", "y\n", "ANSWER True"),
    ],
    indirect=["terminal"],
)
def test_what_was_typed_before_the_question_does_not_answer_it(terminal, typed, answer, request):
    ahead = request.node.callspec.params["terminal"]
    terminal.until("thinking")
    terminal.type(f"ready\n{ahead}")
    terminal.until("Apply this change?")
    assert "ANSWER" not in terminal.text
    terminal.type(typed)
    terminal.until("ANSWER")
    terminal.until(answer)


@pytest.mark.parametrize("terminal", [""], indirect=True)
def test_an_edit_that_changes_nothing_is_none_and_the_question_is_asked_again(terminal):
    terminal.until("thinking")
    terminal.type("ready\n")
    terminal.until("Apply this change?")
    terminal.type("edit\n")
    terminal.until("leave this edit out")
    terminal.type("\n")
    terminal.until("nothing was changed")
    terminal.forget()
    terminal.until("Apply this change?")
    assert "ANSWER" not in terminal.text
    terminal.type("y\n")
    terminal.until("ANSWER True")
    assert terminal.text.count("Apply this change?") == 1, "asked once again"
