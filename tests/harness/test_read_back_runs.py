"""Before anything is applied the reading is read back in one plain sentence: whoever approves is shown it, and approves it."""

import io
import json

from journal_records import bodies
from rich.console import Console
from small_world import SmallPlanner, intent, service
from terminal_session import piped

from agents.planner import Understand
from agents.understanding.result import Understood
from harness.approvals.approver import ApprovalAnswer
from harness.approvals.subject import ApprovalSubject
from harness.runtime.store import StateStore
from harness.views.console import RunConsole
from policies.change import ChangeSet
from policies.restrictions.prohibition import Prohibition

TEXT = "give every eMBB user at least 5 Mbps"
SAID = (
    "From now on: keep 5th percentile of DL UE throughput (DRB.UEThpDl.P05) of eMBB in S1C1 at least 5 Mbit/s; "
    "keep Average DL delay in the gNB (DRB.PdcpSduDelayDl) of URLLC in S1C1 at most 10 ms."
)
YES = ApprovalAnswer(True, "ann", "terminal")


def test_the_person_at_the_terminal_is_shown_the_sentence_before_being_asked(tmp_path, network):
    out, seen = io.StringIO(), []

    def asked(question):
        seen.append(out.getvalue())
        return YES

    runs = service(tmp_path, network=network, listener=RunConsole(Console(file=out, width=400)))
    assert runs.start(TEXT, approver=asked).status == "confirmed"
    (before,) = seen
    assert before.count(f"read back: {SAID}") == 2, "once when it was understood, once in the request"


def test_outcome_page_journal_and_commands_say_the_same_sentence(tmp_path, network):
    runs = service(tmp_path, network=network)
    waiting = runs.start(TEXT)
    assert (waiting.status, waiting.read_back, waiting.approval.read_back) == ("awaiting approval", SAID, SAID)
    for kind in ("intent.understood", "approval.requested"):
        assert [body["read_back"] for body in bodies(runs, waiting.run_id, kind)] == [SAID]
    folder = ("--data-dir", tmp_path / "data")
    assert f"read back: {SAID}" in " ".join(piped("show", waiting.run_id, *folder).stdout.split())
    approved = piped("approve", waiting.run_id, waiting.approval.digest, "--json", *folder)
    assert json.loads(approved.stdout)["read_back"] == SAID
    done = runs.resume(waiting.run_id)
    assert (done.status, done.read_back, done.approval.read_back) == ("confirmed", SAID, SAID)
    page = (tmp_path / "data" / "runs" / done.run_id / "report.html").read_text()
    assert page.count(SAID) == 2, "with the intent, and with the request"


def test_a_verdict_by_command_prints_what_was_read_back(tmp_path, network):
    waiting = service(tmp_path, network=network).start(TEXT)
    done = piped("reject", waiting.run_id, waiting.approval.digest[:12], "--data-dir", tmp_path / "data")
    assert f"read back: {SAID}" in done.stdout


def test_what_was_read_back_is_part_of_what_is_approved():
    plain = ApprovalSubject(change_set=ChangeSet())
    assert plain.model_copy(update={"read_back": SAID}).digest != plain.digest
    assert (
        ApprovalSubject(change_set=ChangeSet(), read_back=SAID).digest
        != ApprovalSubject(change_set=ChangeSet(), read_back=f"{SAID} ").digest
    )


def test_a_request_from_before_sentences_were_recorded_keeps_its_digest():
    dump = ApprovalSubject(change_set=ChangeSet(), network="n", sentence="as before").model_dump(mode="json")
    old = {name: value for name, value in dump.items() if name != "read_back"}
    assert ApprovalSubject.model_validate(old).digest == "9f17202502732a430748135b495893c537e1c5b3a1c1a52e87ce7f36d6b832bd"


def test_a_sentence_that_was_put_under_an_approval_afterwards_is_not_applied(tmp_path, network):
    """Who could write into the database could give a change another meaning than the one that the person agreed to."""
    runs = service(tmp_path, network=network)

    def swap(question):
        approval = question.approval
        other = approval.subject.model_copy(update={"read_back": "From now on: save energy."})
        with StateStore(runs.paths.state).transaction() as connection:
            connection.execute("UPDATE approvals SET subject = ? WHERE digest = ?", (other.model_dump_json(), approval.digest))
        return YES

    outcome = runs.start(TEXT, approver=swap)
    assert outcome.status == "rejected" and network.applied == []
    assert "it was approved as “From now on: save energy.”" in outcome.message and SAID in outcome.message


class Restricting(SmallPlanner):
    """Understands the same targets anew, now with something that the text forbids, when it is told of a rejection."""

    def decide(self, view):
        if view.feedback and not view.reading.forbidden:
            own = (Prohibition(what="sleep", cells=("S1C1",)),)
            return Understand(reading=Understood(intent=intent(view.text), forbidden=own))
        return super().decide(view)


def test_a_restriction_alone_makes_another_sentence_and_another_request(tmp_path, network):
    asked = []

    def approver(question):
        asked.append(question.approval.subject.read_back)
        return ApprovalAnswer(False, "ann", "terminal", note="and keep S1C1 awake") if len(asked) == 1 else YES

    runs = service(tmp_path, Restricting(minimums=(40, 44)), network=network)
    outcome = runs.start(TEXT, approver=approver)
    assert outcome.status == "confirmed", outcome.message
    assert asked == [SAID, f"{SAID[:-1]}; never put S1C1 to sleep."]
    assert [body["read_back"] for body in bodies(runs, outcome.run_id, "intent.understood")] == asked
