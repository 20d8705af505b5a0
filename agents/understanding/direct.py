"""Direct changes: "set transmit power of S1C1 to 40 dBm" names an edit, which is tried in the twin like any candidate."""

from __future__ import annotations

from math import log10
from typing import Final

from agents.understanding.frames import Bound, Frame
from agents.understanding.places import Place, place_of
from agents.understanding.result import DirectEdit, Impossible, Question, ReadingError
from policies.intent import Condition
from policies.limits.loading import load_limits
from policies.managed_object import id_of
from policies.slices import Slice
from twins.network import NetworkCard

_UNITS: Final = {
    "configuredMaxTxPower": ("power level", "gain"),
    "cellIndividualOffset": ("gain", "power level"),
    "a3Offset": ("gain", "power level"),
    "hysteresis": ("gain", "power level"),
    "timeToTrigger": ("time",),
    "maxConnectedUes": ("users",),
    "schedulerWeight": (),
}
_HALF_DB_STEPS: Final = ("a3Offset", "hysteresis")  # integers in steps of 0.5 dB as information elements of TS 38.331
_PER_SLICE: Final = ("RRMPolicyRatio", "SchedulerProfile", "AdmissionControl")


def take_direct(
    frames: list[Frame], card: NetworkCard, fallback: Place, notes: list[str]
) -> tuple[list[DirectEdit], list[Frame]]:
    """Split off the frames that name an edit, with notes on assumed units; raises ReadingError if something is missing."""
    edits: list[DirectEdit] = []
    rest: list[Frame] = []
    before = Frame()
    place = next((named for frame in frames if (named := place_of(frame, card)) is not None), fallback)
    for frame in frames:
        _power_level_is_transmit_power(frame)
        if not frame.attributes and not _is_state_change(frame):
            rest.append(frame)
            continue
        place = place_of(frame, card) or place
        frame.slices = frame.slices or list(before.slices)
        edits += _of_states(frame, place) if not frame.attributes else _of_attributes(frame, place, card, notes)
        before = frame
    _check_ratios(edits)
    return edits, rest


def _power_level_is_transmit_power(frame: Frame) -> None:
    dimensions = {bound.quantity.dimension for bound in frame.bounds}
    if frame.attributes or not dimensions & {"power level", "gain"}:
        return
    if (not frame.kpis and "power level" in dimensions) or frame.kpis == ["PEE.AvgPower"]:
        frame.attributes, frame.kpis = ["NRSectorCarrier.configuredMaxTxPower"], []


def _is_state_change(frame: Frame) -> bool:
    return (
        bool(frame.states)
        and not frame.bounds
        and not frame.kpis
        and bool(frame.cells or frame.sites or frame.command or not frame.goal)
    )


def _cells(place: Place, frame: Frame) -> list[str]:
    if frame.cells:
        return frame.cells
    cells = [cell for dn in place.cells if (cell := id_of(dn)) is not None]
    if not cells and not frame.everywhere:
        phrase = " ".join(frame.text)
        raise ReadingError(Question(question=f"{phrase!r}: in which cells?"))
    return cells


def _of_states(frame: Frame, place: Place) -> list[DirectEdit]:
    edits = []
    for state in frame.states:
        path, value = state.split("=")
        class_name, attribute = path.split(".")
        edits += [DirectEdit(class_name=class_name, attribute=attribute, cell=cell, value=value) for cell in _cells(place, frame)]
    return edits


def _of_attributes(frame: Frame, place: Place, card: NetworkCard, notes: list[str]) -> list[DirectEdit]:
    class_name, attribute = frame.attributes[0].split(".")
    phrase = " ".join(frame.text)
    _refuse_unclear_offset(frame, attribute)
    if not frame.bounds:
        raise ReadingError(Question(question=f"{phrase!r}: to which value should {attribute} be set?"))
    bound = frame.bounds[-1]
    value, delta = _value(attribute, bound, frame)
    notes += _unit_note(class_name, attribute, bound, value if delta is None else delta)
    slices: list[Slice | None] = [None]
    if class_name in _PER_SLICE:
        if not frame.slices:
            choices = tuple(slice_.value for slice_ in card.slices)
            raise ReadingError(Question(question=f"{phrase!r}: for which slice?", choices=choices))
        slices = [Slice(name) for name in frame.slices]
    cells = [cell.id for cell in card.cells] if frame.everywhere else _cells(place, frame)
    targets: list[str | None] = [None]
    if class_name == "NRCellRelation":
        cells, targets = _relation(frame, cells, phrase)
    return [
        DirectEdit(
            class_name=class_name, attribute=attribute, cell=cell, slice=slice_, target_cell=target, value=value, delta=delta
        )
        for cell in cells
        for slice_ in slices
        for target in targets
    ]


def _refuse_unclear_offset(frame: Frame, attribute: str) -> None:
    """Ask which offset is meant by a bare "offset" towards a neighbour."""
    words = {word.lower() for word in frame.text}
    if attribute == "a3Offset" and frame.towards and "offset" in words:
        towards = ", ".join(frame.towards)
        question = (
            f"'offset' towards {towards}: the cell individual offset of this relation, or the A3 offset for all neighbours?"
        )
        choices = ("cell individual offset", "a3 offset")
        raise ReadingError(Question(question=question, choices=choices, kind="ambiguous", replaces="offset"))


def _relation(frame: Frame, cells: list[str], phrase: str) -> tuple[list[str], list[str | None]]:
    towards = frame.towards or cells[1:]
    if not towards:
        raise ReadingError(Question(question=f"{phrase!r}: towards which neighbour cell?"))
    return [cell for cell in cells if cell not in towards][:1], list(towards)


def _value(attribute: str, bound: Bound, frame: Frame) -> tuple[float | None, float | None]:
    amount, dimension = bound.quantity.value, bound.quantity.dimension
    if attribute in _HALF_DB_STEPS and not dimension:
        raise ReadingError(_step_question(attribute, bound))
    if attribute == "configuredMaxTxPower" and dimension == "power" and not bound.relative and amount > 0:
        return round(10 * log10(amount * 1000), 2), None
    allowed = _UNITS.get(attribute, ("share",))
    if dimension and dimension not in allowed:
        unit = f"a {allowed[0]} is needed" if allowed else "it has no unit"
        question = f"{bound.text!r} is not a value of {attribute}: {unit}. Which value do you mean?"
        raise ReadingError(Question(question=question, kind="unit", replaces=bound.text))
    if bound.relative or (frame.goal and dimension == "gain" and attribute == "configuredMaxTxPower"):
        return None, -amount if frame.goal == "MINIMIZE" or bound.condition is Condition.LESS else amount
    return amount, None


def _step_question(attribute: str, bound: Bound) -> Question:
    """Return the question for a bare number, which may be dB or the value of the information element."""
    amount = bound.quantity.value
    element = f"the value {amount:g} of the information element in steps of 0.5 dB, which is {amount / 2:g} dB"
    return Question(
        question=f"{attribute} {amount:g} has no unit: {amount:g} dB, or {element} (TS 38.331 clause 6.3.2)?",
        choices=(f"{amount:g} dB", f"{amount / 2:g} dB"),
        kind="unit",
        replaces=bound.text,
    )


def _unit_note(class_name: str, attribute: str, bound: Bound, value: float | None) -> list[str]:
    """Return the assumption that a bare number is in the attribute's unit."""
    if bound.quantity.dimension or value is None:
        return []
    unit = load_limits().limit(class_name, attribute).unit
    return [f"{attribute} {bound.text}: no unit was given, {unit} assumed"] if unit else []


def _check_ratios(edits: list[DirectEdit]) -> None:
    floors = {(edit.cell, edit.slice): edit.value for edit in edits if edit.attribute == "rRMPolicyMinRatio"}
    for edit in edits:
        floor, cap = floors.get((edit.cell, edit.slice)), edit.value
        if edit.attribute != "rRMPolicyMaxRatio" or not isinstance(floor, float) or not isinstance(cap, float):
            continue
        if floor > cap:
            ratios = f"rRMPolicyMinRatio {floor:g} % is above rRMPolicyMaxRatio {cap:g} %"
            reason = f"{ratios} for {edit.slice} (TS 28.541 clause 4.3.36)"
            raise ReadingError(Impossible(reason=reason, nearest=f"rRMPolicyMinRatio of at most {cap:g} %"))
