"""The conformance suites of the Network and Twin contracts: subclass a suite and provide the fixture `subject`.

`NetworkSuite` needs a fresh `Subject` per test: a network with one or more cells, the standard object tree and some finished KPI
windows. `advance` lets network time pass (a twin's own method, or a test's way of advancing the network behind an adapter).
"""

from __future__ import annotations

import contextlib
import math
import pickle
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from policies.change import A1Policy, AttributeEdit, ChangeSet, PolicyEdit, Receipt
from policies.kpi import UnknownKpiError, kpi_definition
from policies.slices import Slice
from twins.network import (
    InvalidChangeError,
    KpiQuery,
    Network,
    NetworkCard,
    StaleEditError,
    Twin,
    UnknownObjectError,
    UnknownReceiptError,
)
from twins.object_version import differences
from twins.standing import EditState

NOWHERE = "ManagedElement=S999,GNBDUFunction=1,NRCellDU=S999C1"


@dataclass(frozen=True)
class Subject:
    """The network under test; `advance(seconds)` moves its time."""

    network: Network
    advance: Callable[[float], None]


def edit(network: Network, dn: str, attribute: str, new: Any) -> AttributeEdit:
    """Return an edit with the current value as the old one."""
    return AttributeEdit(dn=dn, attribute=attribute, old=network.read(dn).attributes[attribute], new=new)


def ratio_dn(card: NetworkCard, slice_: Slice, cell: int = 0) -> str:
    return f"{card.cells[cell].dn},RRMPolicyRatio={slice_.value}"


def power_change(network: Network, new: float = 40.0) -> ChangeSet:
    return ChangeSet(edits=(edit(network, network.describe().cells[0].carrier_dn, "configuredMaxTxPower", new),))


def everything(network: Network) -> dict[str, dict[str, Any]]:
    classes = ("NRCellDU", "NRSectorCarrier", "RRMPolicyRatio", "SchedulerProfile", "AdmissionControl", "NRCellRelation",
               "MobilityProfile", "CESManagementFunction")  # fmt: skip
    return {dn: network.read(dn).attributes for name in classes for dn in network.find(name)}


def states(network: Network, change_set: ChangeSet) -> list[EditState]:
    return [standing.state for standing in network.standing(change_set)]


class NetworkSuite:
    """The Network contract."""

    @pytest.fixture
    def network(self, subject: Subject) -> Network:
        return subject.network

    def test_it_is_a_network(self, network):
        assert isinstance(network, Network)

    # ---- describe ------------------------------------------------------------------------------------------------------

    def test_its_identity_stays_the_same_whatever_is_asked_of_it(self, network):
        identity = network.identity()
        assert identity
        network.observe(KpiQuery(windows=1))
        assert network.identity() == identity

    def test_card_names_cells_slices_time_and_a_data_card(self, network):
        card = network.describe()
        assert card.cells and card.slices and card.now.tzinfo is not None
        assert card.granularity_s > 0
        assert card.data_card.validity

    def test_every_cell_of_the_card_can_be_read_under_its_names(self, network):
        for cell in network.describe().cells:
            for dn in (cell.dn, cell.carrier_dn):
                assert network.read(dn).dn == dn
            assert set(cell.neighbours) <= {other.id for other in network.describe().cells}

    # ---- read and find -------------------------------------------------------------------------------------------------

    def test_find_lists_each_object_once_in_a_fixed_order(self, network):
        first, second = network.find("RRMPolicyRatio"), network.find("RRMPolicyRatio")
        assert first == second and len(first) == len(set(first)) > 0

    def test_find_below_a_cell_stays_below_it(self, network):
        cell = network.describe().cells[0]
        below = network.find("RRMPolicyRatio", cell.dn)
        assert below and all(dn.startswith(cell.dn + ",") for dn in below)

    def test_find_of_an_unknown_class_is_empty(self, network):
        assert network.find("NoSuchClass") == ()

    def test_one_reading_of_the_configuration_equals_the_readings_of_its_objects(self, network):
        cell = network.describe().cells[0]
        whole = network.configuration()
        assert {item.dn for item in whole} >= set(network.find("RRMPolicyRatio")) | {cell.dn, cell.carrier_dn}
        below = network.configuration(cell.dn)
        assert below and all(item.dn == cell.dn or item.dn.startswith(cell.dn + ",") for item in below)
        assert all(network.read(item.dn) == item for item in below)

    def test_unknown_dn_is_an_unknown_object(self, network):
        with pytest.raises(UnknownObjectError):
            network.read(NOWHERE)

    def test_a_read_object_is_a_copy(self, network):
        dn = network.describe().cells[0].carrier_dn
        network.read(dn).attributes["configuredMaxTxPower"] = -1
        assert network.read(dn).attributes["configuredMaxTxPower"] != -1

    # ---- observe -------------------------------------------------------------------------------------------------------

    def test_samples_carry_the_catalogues_units_and_whole_windows(self, network):
        card = network.describe()
        frame = network.observe(KpiQuery(windows=1))
        assert len(frame) > 0
        for sample in frame:
            assert sample.unit == kpi_definition(sample.kpi).unit
            assert (sample.end - sample.start).total_seconds() == pytest.approx(card.granularity_s)
            assert sample.end <= card.now
            assert sample.value is None or math.isfinite(sample.value)

    def test_query_narrows_by_kpi_object_and_slice(self, network):
        cell = network.describe().cells[0]
        query = KpiQuery(kpis=("RRC.ConnMean",), dns=(cell.dn,), slices=(Slice.URLLC,), windows=1)
        samples = list(network.observe(query))
        assert [(sample.kpi, sample.dn, sample.slice) for sample in samples] == [("RRC.ConnMean", cell.dn, Slice.URLLC)]

    def test_without_slices_a_query_answers_cell_and_slice_level(self, network):
        cell = network.describe().cells[0]
        frame = network.observe(KpiQuery(kpis=("RRC.ConnMean",), dns=(cell.dn,), windows=1))
        assert {sample.slice for sample in frame} == {None, *network.describe().slices}

    def test_a_binned_family_answers_with_its_bins(self, network):
        names = {sample.kpi for sample in network.observe(KpiQuery(kpis=("CARR.WBCQIDist",), windows=1))}
        assert names == {f"CARR.WBCQIDist.{i}" for i in range(16)}

    def test_windows_are_the_newest_and_bounded_by_time(self, network):
        newest = network.observe(KpiQuery(kpis=("RRU.PrbTotDl",), windows=1)).windows()
        assert len(newest) == 1
        start, end = newest[0]
        assert network.observe(KpiQuery(kpis=("RRU.PrbTotDl",), start=start, end=end)).windows() == newest
        assert len(network.observe(KpiQuery(kpis=("RRU.PrbTotDl",), start=end))) == 0

    def test_unknown_kpi_is_refused(self, network):
        with pytest.raises(UnknownKpiError):
            network.observe(KpiQuery(kpis=("DRB.NoSuchThing",)))

    def test_kpis_of_an_unknown_object_are_refused(self, network):
        with pytest.raises(UnknownObjectError):
            network.observe(KpiQuery(dns=(NOWHERE,)))

    # ---- apply ---------------------------------------------------------------------------------------------------------

    def test_an_applied_change_can_be_read_back(self, network):
        change = power_change(network)
        receipt = network.apply(change, "key-1")
        assert network.read(change.edits[0].dn).attributes["configuredMaxTxPower"] == 40
        assert receipt.digest == change.digest and receipt.idempotency_key == "key-1" and not receipt.replayed
        assert receipt.rollback == change.inverse()

    def test_the_same_key_twice_applies_once(self, network):
        change = power_change(network)
        network.apply(change, "key-1")
        again = network.apply(change, "key-1")
        assert again.replayed and again.digest == change.digest

    def test_the_same_key_from_two_threads_applies_once(self, network):
        change = power_change(network)
        receipts: list[Receipt] = []
        barrier = threading.Barrier(2)

        def go() -> None:
            barrier.wait()
            receipts.append(network.apply(change, "key-1"))

        threads = [threading.Thread(target=go) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(receipt.replayed for receipt in receipts) == [False, True]

    def test_an_edit_on_a_stale_reading_changes_nothing(self, network):
        before = everything(network)
        dn = network.describe().cells[0].carrier_dn
        stale = AttributeEdit(dn=dn, attribute="configuredMaxTxPower", old=12.3, new=40.0)
        with pytest.raises(StaleEditError):
            network.apply(ChangeSet(edits=(stale,)), "key-1")
        assert everything(network) == before

    @pytest.mark.parametrize("bad", [400.0, -3.0, math.nan, "loud", True, None])
    def test_one_value_outside_its_limits_spoils_the_whole_set(self, network, bad):
        before = everything(network)
        card = network.describe()
        good = edit(network, f"{card.cells[0].dn},SchedulerProfile=eMBB", "schedulerWeight", 2.0)
        # model_copy checks nothing: an edit to NaN cannot be made otherwise, and the network must refuse it all the same
        spoilt = edit(network, card.cells[0].carrier_dn, "configuredMaxTxPower", 40.0).model_copy(update={"new": bad})
        with pytest.raises(InvalidChangeError) as caught:
            network.apply(ChangeSet.model_construct(edits=(good, spoilt)), "key-1")
        assert caught.value.violations
        assert everything(network) == before

    def test_a_stale_edit_behind_a_good_one_spoils_the_whole_set(self, network):
        before = everything(network)
        card = network.describe()
        good = edit(network, f"{card.cells[0].dn},SchedulerProfile=eMBB", "schedulerWeight", 2.0)
        stale = AttributeEdit(dn=card.cells[0].carrier_dn, attribute="configuredMaxTxPower", old=12.3, new=40.0)
        with pytest.raises(StaleEditError):
            network.apply(ChangeSet(edits=(good, stale)), "key-1")
        assert everything(network) == before

    def test_joint_rules_hold_over_the_whole_set(self, network):
        card = network.describe()
        edits = tuple(edit(network, ratio_dn(card, slice_), "rRMPolicyMinRatio", 60) for slice_ in (Slice.EMBB, Slice.URLLC))
        with pytest.raises(InvalidChangeError):
            network.apply(ChangeSet(edits=edits), "key-1")

    def test_read_only_attributes_are_refused(self, network):
        dn = network.describe().cells[0].dn
        with pytest.raises(InvalidChangeError):
            network.apply(ChangeSet(edits=(edit(network, dn, "operationalState", "DISABLED"),)), "key-1")

    def test_an_unknown_object_is_refused(self, network):
        unknown = AttributeEdit(dn=NOWHERE, attribute="administrativeState", old="UNLOCKED", new="LOCKED")
        with pytest.raises((UnknownObjectError, InvalidChangeError)):
            network.apply(ChangeSet(edits=(unknown,)), "key-1")

    def test_a_refused_key_can_be_used_for_a_good_change(self, network):
        dn = network.describe().cells[0].carrier_dn
        stale = AttributeEdit(dn=dn, attribute="configuredMaxTxPower", old=12.3, new=40.0)
        with pytest.raises(StaleEditError):
            network.apply(ChangeSet(edits=(stale,)), "key-1")
        assert not network.apply(power_change(network), "key-1").replayed

    # ---- standing ------------------------------------------------------------------------------------------------------

    def test_an_edit_is_in_effect_from_the_apply_until_it_is_reverted(self, network):
        change = power_change(network)
        assert states(network, change) == [EditState.REPLACED]
        receipt = network.apply(change, "key-1")
        assert states(network, change) == [EditState.IN_EFFECT]
        assert states(network, change.inverse()) == [EditState.REPLACED]
        network.revert(receipt)
        assert states(network, change) == [EditState.REPLACED]
        assert states(network, change.inverse()) == [EditState.IN_EFFECT]

    def test_an_edit_that_somebody_else_overwrites_is_replaced_and_the_others_are_not(self, network):
        card = network.describe()
        kept = edit(network, f"{card.cells[0].dn},SchedulerProfile=eMBB", "schedulerWeight", 2.0)
        change = ChangeSet(edits=(*power_change(network).edits, kept))
        network.apply(change, "key-1")
        network.apply(power_change(network, 35.0), "somebody")
        overwritten, other = network.standing(change)
        assert overwritten.state is EditState.REPLACED and "35" in overwritten.reason
        assert other.in_effect
        assert [standing.edit for standing in (overwritten, other)] == list(change.edits)

    def test_the_policies_that_exist_are_listed_and_a_network_without_a_ric_has_none(self, network):
        assert network.standing_policies() == ()
        kind = "ORAN_SliceSLATarget_1.0.0"
        if kind in network.describe().policy_types:
            scope = {"sliceId": {"sst": 1, "plmnId": {"mcc": "001", "mnc": "01"}}}
            body = {"scope": scope, "sliceSlaObjectives": {"guaDlThptPerSlice": 500}}
            edit = PolicyEdit(policy_type=kind, policy_id="listed", old=None, new=body)
            receipt = network.apply(ChangeSet(edits=(edit,)), "policy-1")
            assert network.standing_policies() == (A1Policy(policy_type=kind, policy_id="listed", body=body),)
            network.revert(receipt)
            assert network.standing_policies() == ()

    def test_what_does_not_exist_is_not_in_effect(self, network):
        nowhere = AttributeEdit(dn=NOWHERE, attribute="administrativeState", old="UNLOCKED", new="LOCKED")
        policy = PolicyEdit(policy_type="ORAN_SliceSLATarget_1.0.0", policy_id="nobody", old=None, new={"scope": {}})
        assert states(network, ChangeSet(edits=(nowhere, policy))) == [EditState.DELETED, EditState.DELETED]
        assert states(network, ChangeSet(edits=(policy,)).inverse()) == [EditState.IN_EFFECT]

    # ---- revert --------------------------------------------------------------------------------------------------------

    def test_revert_restores_every_attribute(self, network):
        before = everything(network)
        card = network.describe()
        edits = (
            edit(network, card.cells[0].carrier_dn, "configuredMaxTxPower", 40.0),
            edit(network, ratio_dn(card, Slice.URLLC), "rRMPolicyMinRatio", 20),
            edit(network, network.find("MobilityProfile")[0], "a3Offset", 3.5),
        )
        receipt = network.apply(ChangeSet(edits=edits), "key-1")
        assert everything(network) != before
        network.revert(receipt)
        assert everything(network) == before

    def test_revert_twice_restores_once(self, network):
        receipt = network.apply(power_change(network, 40.0), "key-1")
        network.revert(receipt)
        network.apply(power_change(network, 35.0), "key-2")
        with contextlib.suppress(UnknownReceiptError, StaleEditError):
            assert network.revert(receipt).replayed
        dn = network.describe().cells[0].carrier_dn
        assert network.read(dn).attributes["configuredMaxTxPower"] == 35

    def test_a_foreign_receipt_is_refused(self, network):
        change = power_change(network)
        foreign = Receipt(
            digest=change.digest, idempotency_key="somebody-else", applied_at=network.describe().now, rollback=change.inverse()
        )
        with pytest.raises(UnknownReceiptError):
            network.revert(foreign)

    def test_a_value_that_was_changed_and_came_back_has_another_version(self, network):
        change_set = power_change(network)
        (before,) = network.versions(change_set)
        assert network.versions(change_set) == (before,)
        assert before.name == f"{change_set.edits[0].dn} configuredMaxTxPower"
        receipt = network.apply(change_set, "there")
        (changed,) = network.versions(change_set)
        network.revert(receipt)
        (back,) = network.versions(change_set)
        assert back.state == before.state != changed.state
        assert len({version.version for version in (before, changed, back)}) == 3
        assert differences((before,), (back,)) and differences((before,), (changed,))

    def test_the_version_of_an_unknown_object_is_refused(self, network):
        nowhere = AttributeEdit(dn=NOWHERE, attribute="configuredMaxTxPower", old=46, new=40)
        with pytest.raises(UnknownObjectError):
            network.versions(ChangeSet(edits=(nowhere,)))

    def test_a_change_makes_a_difference_to_kpis(self, subject):
        network = subject.network
        card = network.describe()
        cell = card.cells[0]
        network.apply(ChangeSet(edits=(edit(network, cell.dn, "administrativeState", "LOCKED"),)), "lock")
        subject.advance(3 * card.granularity_s)
        frame = network.observe(KpiQuery(kpis=("RRU.PrbTotDl", "RRC.ConnMean"), dns=(cell.dn,), windows=1))
        assert all(value == 0 for value in frame.values()), "a locked cell still carries traffic"


class TwinSuite(NetworkSuite):
    """The Twin contract; also needs the fixture `make`: seed -> a twin that has not been advanced."""

    @pytest.fixture
    def subject(self, make) -> Subject:
        twin = make(1)
        twin.advance(3 * twin.describe().granularity_s)
        return Subject(twin, twin.advance)

    def test_it_is_a_twin(self, make):
        assert isinstance(make(1), Twin)

    def test_the_same_seed_gives_the_same_kpis(self, make):
        assert _record(make(1)) == _record(make(1))

    def test_different_seeds_differ(self, make):
        assert _record(make(1)) != _record(make(2))

    def test_one_step_and_many_small_steps_give_the_same_result(self, make):
        single, many = make(1), make(1)
        length = single.describe().granularity_s
        single.advance(2 * length)
        for _ in range(20):
            many.advance(length / 10)
        assert single.describe().now == many.describe().now
        assert single.observe(KpiQuery()) == many.observe(KpiQuery())

    @pytest.mark.parametrize("pickled", [False, True])
    def test_after_a_restore_the_twin_evolves_as_after_the_snapshot(self, make, pickled):
        twin = make(1)
        length = twin.describe().granularity_s
        twin.advance(1.5 * length)
        state = twin.snapshot()
        state = pickle.loads(pickle.dumps(state)) if pickled else state
        before = everything(twin)
        then = _record(twin)
        twin.apply(power_change(twin, 30.0), "key-1")
        twin.advance(length)
        twin.restore(state)
        assert everything(twin) == before
        assert _record(twin) == then
        twin.restore(state)
        assert _record(twin) == then

    def test_a_snapshot_continues_in_another_twin(self, make):
        twin, other = make(1), make(1)
        twin.advance(1.5 * twin.describe().granularity_s)
        other.restore(twin.snapshot())
        assert _record(other) == _record(twin)

    def test_reseeding_changes_what_follows(self, make):
        twin = make(1)
        state = twin.snapshot()
        then = _record(twin)
        twin.restore(state)
        twin.reseed(77)
        assert _record(twin) != then

    @pytest.mark.parametrize("seconds", [-1.0, math.nan, math.inf])
    def test_time_only_moves_forward(self, make, seconds):
        twin = make(1)
        with pytest.raises(ValueError, match="seconds="):
            twin.advance(seconds)


def _record(twin: Twin[Any]) -> Any:
    twin.advance(2 * twin.describe().granularity_s)
    return twin.observe(KpiQuery())
