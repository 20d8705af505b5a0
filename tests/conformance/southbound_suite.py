"""The conformance suites of the southbound adapters: subclass a suite and provide the adapter as a fixture."""

from __future__ import annotations

import contextlib

import pytest

from policies.change import A1Policy, AttributeEdit, ChangeSet, PolicyEdit
from tools.oran.a1_client import A1Client
from tools.oran.a1_southbound import A1Southbound, await_enforced
from tools.oran.change_executor import ChangeExecutor
from tools.oran.changes.standing_reader import StandingReader
from tools.oran.o1_client import O1Client
from tools.oran.peer import PeerError
from tools.oran.policy_status import PolicyState
from twins.network import InvalidChangeError, StaleEditError, UnknownObjectError
from twins.standing import EditState

SLA = "ORAN_SliceSLATarget_1.0.0"
PLMN = {"mcc": "001", "mnc": "01"}


def sla_policy(throughput_kbps: float = 5000, sst: int = 1) -> dict:
    """Return a slice SLA target."""
    scope = {"sliceId": {"sst": sst, "plmnId": PLMN}}
    return {"scope": scope, "sliceSlaObjectives": {"guaDlThptPerSlice": throughput_kbps}}


class A1SouthboundSuite:
    """Needs the fixture `a1`: an adapter on a near-RT RIC that offers the slice SLA target and has no policies."""

    def test_adapter_implements_the_southbound_interface(self, a1):
        assert isinstance(a1, A1Southbound)

    def test_types_have_their_standard_ids(self, a1):
        assert SLA in a1.types()

    def test_schema_comes_from_the_peer_and_names_its_dialect(self, a1):
        schema = a1.schema(SLA)
        assert schema["$schema"].startswith("http://json-schema.org/draft-07")
        assert "sliceSlaObjectives" in schema["properties"]

    def test_unknown_type_is_an_unknown_object(self, a1):
        with pytest.raises(UnknownObjectError):
            a1.schema("ORAN_NoSuchType_1.0.0")

    def test_a_policy_that_was_put_can_be_read_and_listed(self, a1):
        a1.put(SLA, "p-1", sla_policy())
        assert a1.get(SLA, "p-1") == sla_policy()
        assert a1.ids(SLA) == ("p-1",)

    def test_all_policies_are_listed_with_their_types(self, a1):
        assert list(a1.all()) == []
        a1.put(SLA, "p-1", sla_policy())
        a1.put(SLA, "p-2", sla_policy(9000))
        assert sorted(a1.all(), key=lambda policy: policy.policy_id) == [
            A1Policy(policy_type=SLA, policy_id="p-1", body=sla_policy()),
            A1Policy(policy_type=SLA, policy_id="p-2", body=sla_policy(9000)),
        ]

    def test_putting_again_replaces(self, a1):
        a1.put(SLA, "p-1", sla_policy(5000))
        a1.put(SLA, "p-1", sla_policy(9000), idempotency_key="again")
        assert a1.get(SLA, "p-1") == sla_policy(9000)
        assert a1.ids(SLA) == ("p-1",)

    def test_a_policy_that_was_not_put_is_absent(self, a1):
        assert a1.get(SLA, "nobody") is None
        assert a1.ids(SLA) == ()

    def test_deleting_twice_is_no_error(self, a1):
        a1.put(SLA, "p-1", sla_policy())
        a1.delete(SLA, "p-1")
        a1.delete(SLA, "p-1")
        assert a1.get(SLA, "p-1") is None

    def test_accepted_becomes_enforced(self, a1):
        a1.put(SLA, "p-1", sla_policy())
        first = a1.status(SLA, "p-1")
        assert first.enforced or first.reason == "OTHER_REASON"
        await_enforced(a1, SLA, "p-1", deadline_s=5)
        assert a1.status(SLA, "p-1").enforced

    def test_a_scope_that_the_network_lacks_is_refused_with_the_reason(self, a1):
        a1.put(SLA, "p-1", sla_policy(sst=200))
        with pytest.raises(InvalidChangeError, match="SCOPE_NOT_APPLICABLE"):
            await_enforced(a1, SLA, "p-1", deadline_s=5)
        assert a1.status(SLA, "p-1").state is PolicyState.REFUSED

    def test_a_statement_that_the_network_cannot_fulfil_is_refused_with_the_reason(self, a1):
        body = sla_policy()
        body["sliceSlaObjectives"] = {"guaUlThptPerSlice": 5000}
        a1.put(SLA, "p-1", body)
        with pytest.raises(InvalidChangeError, match="STATEMENT_NOT_APPLICABLE"):
            await_enforced(a1, SLA, "p-1", deadline_s=5)

    def test_a_policy_is_in_effect_until_it_is_deleted_or_replaced(self, a1):
        edit = PolicyEdit(policy_type=SLA, policy_id="p-1", old=None, new=sla_policy())
        create = ChangeSet(edits=(edit,))
        assert self._states(a1, create) == [EditState.DELETED]
        assert self._states(a1, create.inverse()) == [EditState.IN_EFFECT]
        a1.put(SLA, "p-1", sla_policy())
        await_enforced(a1, SLA, "p-1", deadline_s=5)
        assert self._states(a1, create) == [EditState.IN_EFFECT]
        a1.put(SLA, "p-1", sla_policy(9000))
        assert self._states(a1, create) == [EditState.REPLACED]
        a1.delete(SLA, "p-1")
        assert self._states(a1, create) == [EditState.DELETED]

    def _states(self, a1, change_set):
        with contextlib.closing(O1Client(a1.peer.url)) as o1:
            return [standing.state for standing in StandingReader(o1, a1).read(change_set)]

    def test_status_of_an_unknown_policy_is_an_unknown_object(self, a1):
        with pytest.raises(UnknownObjectError):
            a1.status(SLA, "nobody")

    @pytest.mark.parametrize(
        "body",
        [{}, {"scope": {}}, {**sla_policy(), "extra": 1}, sla_policy(-1), {**sla_policy(), "sliceSlaObjectives": {}}],
    )
    def test_what_breaks_the_schema_is_refused_before_it_is_sent(self, a1, body):
        with pytest.raises(InvalidChangeError) as caught:
            a1.put(SLA, "p-1", body)
        assert caught.value.violations[0].source.startswith("schema of A1 policy type")
        assert a1.ids(SLA) == ()

    def test_ids_with_odd_characters_do_not_reach_other_resources(self, a1):
        a1.put(SLA, "p-1", sla_policy())
        with pytest.raises((InvalidChangeError, UnknownObjectError, PeerError)):
            a1.put(SLA, "../policies/p-2?x#y", sla_policy())
        assert a1.ids(SLA) == ("p-1",)


class O1SouthboundSuite:
    """Needs the fixtures `o1` (adapter) and `cell_dn` (an NRCellDU with three RRMPolicyRatio, minima summing below 100)."""

    def _edit(self, o1: O1Client, dn: str, attribute: str, new) -> AttributeEdit:
        return AttributeEdit(dn=dn, attribute=attribute, old=o1.read(dn).attributes[attribute], new=new)

    def test_an_object_is_read_with_its_attributes(self, o1, cell_dn):
        assert o1.read(cell_dn).attributes["administrativeState"] == "UNLOCKED"

    def test_objects_of_a_class_are_found_below_another(self, o1, cell_dn):
        dns = o1.find("RRMPolicyRatio", cell_dn)
        assert len(dns) == 3
        assert all(dn.startswith(cell_dn + ",RRMPolicyRatio=") for dn in dns)
        assert set(dns) <= set(o1.find("RRMPolicyRatio", cell_dn.split(",")[0]))

    def test_a_write_is_seen_when_read_back(self, o1, cell_dn):
        edit = self._edit(o1, cell_dn + ",RRMPolicyRatio=URLLC", "rRMPolicyMaxRatio", 90)
        o1.write([edit], "k-1")
        assert o1.differing([edit]) == []
        assert o1.differing([edit.inverse()]) == [edit.inverse()]

    def test_the_same_key_writes_once(self, o1, cell_dn):
        edit = self._edit(o1, cell_dn + ",RRMPolicyRatio=URLLC", "rRMPolicyMaxRatio", 90)
        o1.write([edit], "k-1")
        o1.write([edit], "k-1")
        assert o1.differing([edit]) == []

    def test_unknown_objects_and_attributes_are_typed_errors(self, o1, cell_dn):
        with pytest.raises(UnknownObjectError):
            o1.read("ManagedElement=Nowhere,GNBDUFunction=1,NRCellDU=X")
        bad = AttributeEdit(dn=cell_dn, attribute="noSuchAttribute", old=1, new=2)
        with pytest.raises(InvalidChangeError):
            o1.write([bad])

    def test_values_outside_the_limits_are_refused_with_the_rule(self, o1, cell_dn):
        edit = self._edit(o1, cell_dn + ",RRMPolicyRatio=URLLC", "rRMPolicyMaxRatio", 101)
        with pytest.raises(InvalidChangeError) as caught:
            o1.write([edit])
        assert "100" in str(caught.value)
        assert o1.differing([edit.inverse()]) == []

    def test_a_stale_edit_is_refused_and_not_applied(self, o1, cell_dn):
        stale = AttributeEdit(dn=cell_dn + ",RRMPolicyRatio=URLLC", attribute="rRMPolicyMaxRatio", old=1, new=90)
        before = o1.read(stale.dn)
        with pytest.raises(StaleEditError):
            ChangeExecutor(o1, A1Client(o1.peer.url), 1.0).check_old(ChangeSet(edits=(stale,)))
        if o1.style != "merge-patch":  # the JSON patches include a test of the old value: there the peer refuses it as well
            with pytest.raises(StaleEditError):
                o1.write([stale])
        assert o1.read(stale.dn) == before
