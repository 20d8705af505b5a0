"""O1 provisioning passes its suite in each patch style; a 3GPP JSON patch changes several objects atomically."""

from __future__ import annotations

import pytest
from southbound_suite import O1SouthboundSuite

from policies.change import AttributeEdit
from tools.oran.o1_client import O1Client
from twins.network import InvalidChangeError
from twins.ric.server import EmbeddedRan
from twins.system.scenario.presets import small_scenario
from twins.system.system_network import SystemNetwork


@pytest.fixture
def ran():
    with EmbeddedRan(SystemNetwork(small_scenario())) as ran:
        yield ran


@pytest.fixture
def cell_dn(ran):
    return ran.ran.card().cells[0].dn


class TestEveryPatchStyle(O1SouthboundSuite):
    @pytest.fixture(params=["3gpp-json-patch", "json-patch", "merge-patch"])
    def o1(self, request, ran):
        client = O1Client(ran.url, style=request.param)
        yield client
        client.close()


def _shift(o1: O1Client, cell_dn: str, **minima: int) -> list[AttributeEdit]:
    edits = []
    for name, new in minima.items():
        dn = f"{cell_dn},RRMPolicyRatio={name}"
        old = o1.read(dn).attributes["rRMPolicyMinRatio"]
        edits.append(AttributeEdit(dn=dn, attribute="rRMPolicyMinRatio", old=old, new=new))
    return edits


def test_objects_of_a_managed_element_change_together_or_not_at_all(ran, cell_dn):
    o1 = O1Client(ran.url)
    legal = _shift(o1, cell_dn, eMBB=10, URLLC=60)
    assert len(o1.groups(legal)) == 1
    o1.write(legal)
    assert o1.differing(legal) == []
    illegal = _shift(o1, cell_dn, eMBB=25, URLLC=90)
    with pytest.raises(InvalidChangeError):
        o1.write(illegal)
    assert o1.differing(legal) == []


def test_the_subtree_of_a_managed_element_contains_each_object_once(ran, cell_dn):
    o1 = O1Client(ran.url)
    dns = [managed_object.dn for managed_object in o1.subtree("ManagedElement=S1")]
    assert cell_dn in dns
    assert len(dns) == len(set(dns))
    assert all(o1.read(dn).attributes for dn in dns)
