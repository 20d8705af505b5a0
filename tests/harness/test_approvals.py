"""An approval is for one exact change set, once, in time, by somebody."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.approvals.store import ApprovalStore
from harness.approvals.subject import ApprovalSubject
from harness.runtime.errors import ApprovalError, StoreError
from harness.runtime.store import StateStore
from policies.change import AttributeEdit, ChangeSet

DN = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1,RRMPolicyRatio=eMBB"


def change(new):
    edit = AttributeEdit(dn=DN, attribute="rRMPolicyMinRatio", old=0, new=new)
    return ApprovalSubject(change_set=ChangeSet(edits=(edit,)))


@pytest.fixture
def approvals(tmp_path, clock):
    return ApprovalStore(StateStore(tmp_path / "state.sqlite"), now=lambda: clock[0])


def test_a_yes_is_used_once_and_a_retry_of_the_same_apply_keeps_it(approvals):
    request = approvals.request("r1", change(25), ttl_s=60)
    approvals.decide("r1", request.digest, True, "ann", "terminal")
    assert approvals.consume("r1", request.digest, "key-1")
    assert approvals.consume("r1", request.digest, "key-1")
    assert not approvals.consume("r1", request.digest, "key-2")
    assert approvals.get("r1", request.digest).decided_by == "ann"


def test_of_many_who_want_it_at_once_one_gets_it(approvals):
    request = approvals.request("r1", change(25), ttl_s=60)
    approvals.decide("r1", request.digest, True, "ann", "command")
    with ThreadPoolExecutor(8) as pool:
        consumed = list(pool.map(lambda number: approvals.consume("r1", request.digest, f"key-{number}"), range(16)))
    assert sum(consumed) == 1


def test_an_edited_change_set_needs_its_own_verdict(approvals):
    request = approvals.request("r1", change(25), ttl_s=60)
    approvals.decide("r1", request.digest, True, "ann", "terminal")
    edited = approvals.request("r1", change(30), ttl_s=60)
    assert edited.digest != request.digest
    assert edited.state == "pending"
    assert not approvals.consume("r1", edited.digest, "key")


def test_25_and_25_0_are_the_same_change(approvals):
    assert approvals.request("r1", change(25), 60).digest == approvals.request("r1", change(25.0), 60).digest


def test_no_answer_in_time_means_no(approvals, clock):
    request = approvals.request("r1", change(25), ttl_s=60)
    clock[0] += 61
    assert approvals.get("r1", request.digest).state == "expired"
    with pytest.raises(ApprovalError, match="is expired"):
        approvals.decide("r1", request.digest, True, "ann", "command")
    assert not approvals.consume("r1", request.digest, "key")


def test_a_yes_that_was_not_used_in_time_is_void(approvals, clock):
    request = approvals.request("r1", change(25), ttl_s=60)
    approvals.decide("r1", request.digest, True, "ann", "command")
    clock[0] += 61
    assert not approvals.consume("r1", request.digest, "key")


def test_a_no_is_final_for_the_digest_and_leaves_others_alone(approvals):
    no = approvals.request("r1", change(25), ttl_s=60)
    yes = approvals.request("r1", change(30), ttl_s=60)
    approvals.decide("r1", no.digest, False, "ann", "terminal", note="too much")
    approvals.decide("r1", yes.digest, True, "ann", "terminal")
    assert approvals.request("r1", change(25), ttl_s=60).state == "rejected"
    with pytest.raises(ApprovalError, match="is rejected"):
        approvals.decide("r1", no.digest, True, "bob", "command")
    assert not approvals.consume("r1", no.digest, "key")
    assert approvals.consume("r1", yes.digest, "key")


def test_an_approval_of_one_run_is_none_of_another(approvals):
    request = approvals.request("r1", change(25), ttl_s=60)
    approvals.decide("r1", request.digest, True, "ann", "terminal")
    approvals.request("r2", change(25), ttl_s=60)
    assert not approvals.consume("r2", request.digest, "key")


def test_nobody_can_approve_what_was_not_asked(approvals):
    with pytest.raises(ApprovalError, match="asked for no approval"):
        approvals.decide("r1", "0" * 64, True, "ann", "command")


def test_a_damaged_state_database_is_reported_in_one_line(tmp_path):
    (tmp_path / "state.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match="choose a writable data_dir") as caught:
        StateStore(tmp_path / "state.sqlite")
    assert "\n" not in str(caught.value)
