"""A typed value is frozen, closed and finite, whichever of the project's words it is."""

import math

import pytest
from pydantic import ValidationError

from policies.change import AttributeEdit
from policies.managed_object import ManagedObject
from policies.word import Word

CELL = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1"


class Level(Word):
    dbm: float
    note: str = ""


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    "build",
    [
        lambda value: Level(dbm=value),
        lambda value: ManagedObject(dn=CELL, attributes={"nRPCI": value}),
        lambda value: AttributeEdit(dn=CELL, attribute="nRPCI", old=None, new=value),
    ],
)
def test_no_word_holds_a_number_that_is_not_finite(build, value):
    with pytest.raises(ValidationError, match="finite"):
        build(value)


def test_unknown_fields_are_refused_by_name():
    with pytest.raises(ValidationError, match="class_name"):
        ManagedObject(dn=CELL, class_name="NRCellDU", attributes={})
    with pytest.raises(ValidationError, match="dBm"):
        Level(dbm=1.0, dBm=2.0)


def test_a_word_never_changes_and_its_copies_are_values_of_their_own():
    level = Level(dbm=-90.0)
    with pytest.raises(ValidationError, match="frozen"):
        level.dbm = -80.0
    higher = level.changed(dbm=-80.0)
    assert (level.dbm, higher) == (-90.0, Level(dbm=-80.0))
    assert Level.unchecked(dbm=-80.0, note="") == higher and Level.model_validate(higher.model_dump()) == higher
