"""A cell that the change puts to sleep is empty by intention: its users count as lost if they are missing in the cells around."""

import random
from dataclasses import replace

from kpi_stream import BEFORE, judged, stream
from small_network import embb_minimum
from small_world import candidate, intent

from policies.change import AttributeEdit, ChangeSet

SLEEPER = "S1C3"
USER_KPIS = ("RRC.ConnMean", "DRB.PdcpSduVolumeDL")


def sleeping(card):
    edit = AttributeEdit(
        dn=f"{card.cell(SLEEPER).cu_dn},CESManagementFunction=1", attribute="energySavingControl",
        old="toBeNotEnergySaving", new="toBeEnergySaving",
    )  # fmt: skip
    return candidate("sleep", ChangeSet(edits=(*embb_minimum(40).edits, edit)), intent())


def users_of(sleeper, others):
    """A bend: how much of the users and volume of the sleeper and of the others is there; the others' users come and go."""

    def bend(sample, cell, number):
        if sample.kpi not in USER_KPIS:
            return None if cell == SLEEPER and sleeper == 0 and sample.slice is not None else sample
        noise = random.Random(f"{cell}{number}").gauss(1, 0.05) if cell != SLEEPER else 1
        return replace(sample, value=sample.value * (sleeper if cell == SLEEPER else others * noise))

    return bend


def verdict(card, others, change=None, few=0.08):
    """The verdict where the cell that empties had `few` of its usual users, and the others have `others` of theirs after."""
    before = stream(BEFORE, bend=users_of(few, 1.0))
    verification = judged(card, before=before, bend=users_of(0, others), candidate=change or sleeping(card))
    users = [check for check in verification.bystanders if check.kpi == "RRC.ConnMean" and check.where == SLEEPER]
    return next(check.result for check in users if check.slice is None)


def test_the_few_users_of_a_cell_that_sleeps_need_not_be_counted_again_among_many(card):
    assert verdict(card, others=1.0) == "moved"
    assert verdict(card, others=0.9) == "moved", "at night users leave everywhere"


def test_users_of_a_sleeping_cell_that_are_missing_around_are_harm(card):
    assert verdict(card, others=1.0, few=0.8) == "harmed"


def test_a_cell_that_empties_though_nobody_put_it_to_sleep_is_never_neutral(card):
    emptied = candidate("change", embb_minimum(40), intent())
    assert verdict(card, others=1.0, change=emptied) not in ("moved", "unharmed")
