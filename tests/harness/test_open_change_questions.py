"""What is planned and what stands on the network is answered from approvals and commitments of this network."""

from answering_runs import answering
from small_network import SmallNetwork, embb_minimum
from small_world import service

from agents.understanding.result import NetworkQuestion

TEXT = "give every eMBB user at least 5 Mbps"


def ask(root, topic, network):
    return answering(root, NetworkQuestion(topic=topic), network).start(f"what is {topic}?")


def test_a_change_that_waits_for_a_person_is_planned_and_does_not_stand(tmp_path):
    network = SmallNetwork()
    waiting = service(tmp_path, network=network).start(TEXT)
    assert waiting.status == "awaiting approval"
    planned = ask(tmp_path, "planned", network)
    assert planned.status == "answered"
    assert waiting.run_id in planned.message and "waits for a person's approval" in planned.message
    (table,) = planned.tables
    assert "S1C1: rRMPolicyMinRatio (RRMPolicyRatio eMBB) from 0 to 40 %" in table.rows[0]["edits"]
    standing = ask(tmp_path, "standing", network)
    assert "no open change stands on the network; 1 more are planned" in standing.message


def test_a_change_that_is_not_verified_yet_stands(tmp_path):
    network = SmallNetwork()
    run_service = service(tmp_path, network=network)
    run_service.commitments.open(
        "key", "20260101-000000-abcd", embb_minimum(40), network="small", deadline_s=3600.0, network_deadline=4e9, expectations={}
    )
    run_service.commitments.applied("key", network.apply(embb_minimum(40), "key"))
    standing = ask(tmp_path, "standing", network)
    assert "1 open changes: run 20260101-000000-abcd" in standing.message and "applied, and not confirmed yet" in standing.message
    assert "no change is planned" in ask(tmp_path, "planned", network).message
