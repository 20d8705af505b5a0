"""The packet twin over ns-3 passes the suite of every network and every twin."""

import os
import signal

import pytest
from network_suite import TwinSuite, edit
from packet_layout import small_layout

from policies.change import ChangeSet
from policies.slices import Slice
from twins.gym.packet_twin.twin import PacketTwin
from twins.network import KpiQuery
from twins.ns3.network import Ns3Network


def small_twin(process, seed=1):
    return PacketTwin(small_layout(seed), lambda: Ns3Network(process), granularity_s=0.5)


class TestNs3Twin(TwinSuite):
    @pytest.fixture
    def make(self, process):
        return lambda seed: small_twin(process, seed)


def test_the_slice_of_the_least_weight_still_has_a_group_and_is_served(process):
    twin = small_twin(process)
    cell = twin.describe().cells[0].dn
    twin.apply(ChangeSet(edits=(edit(twin, f"{cell},SchedulerProfile=eMBB", "schedulerWeight", 0.1),)), "key")
    twin.advance(1.0)
    served = twin.observe(KpiQuery(kpis=("DRB.UEThpDl",), slices=(Slice.EMBB,), dns=(cell,), windows=1))
    assert served.values()[0] > 0.1


def test_two_twins_take_turns_with_one_worker_and_measure_what_each_would_alone(process):
    alone = small_twin(process, 2)
    alone.advance(1.5)
    first, second = small_twin(process, 2), small_twin(process, 3)
    for _ in range(3):
        first.advance(0.5)
        second.advance(0.5)
    assert first.observe(KpiQuery()) == alone.observe(KpiQuery())
    assert first.observe(KpiQuery()) != second.observe(KpiQuery())


def test_a_twin_whose_worker_is_killed_goes_on_as_if_nothing_had_happened(process):
    undisturbed, twin = small_twin(process), small_twin(process)
    undisturbed.advance(1.0)
    twin.advance(0.5)
    os.kill(process.pid, signal.SIGKILL)
    twin.advance(0.5)
    assert twin.observe(KpiQuery()) == undisturbed.observe(KpiQuery())
