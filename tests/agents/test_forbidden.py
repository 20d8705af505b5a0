"""A planner leaves alone what an operator forbids, says so where that is why, and turns a restriction into its decision."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from responder import OFFERS, CellModel, World, walk

from agents.llm.checking import ReplyError, decision_of
from agents.llm.prompting import messages_for
from agents.llm.reply import CallReply, Reply
from agents.planner import Escalate, Finish, Propose, Restrict, View
from agents.reading.reading import Reading, StatedRestriction
from agents.rule_planner import RulePlanner
from agents.understanding.result import Forbids, Understood
from agents.understanding.understand import understand
from agents.workflows.objections import objections_of
from policies.change import ChangeSet
from policies.restrictions.breach import Breaches
from policies.restrictions.prohibition import Prohibition
from policies.restrictions.restriction import Restriction
from policies.slices import Slice
from twins.network import NetworkCard

WORDS = "never switch off S4C2"


def restriction(what: str, *cells: str, slice: Slice | None = None) -> Restriction:
    return Restriction(
        id="0a1b2c3d", what=what, cells=cells, slice=slice, text=WORDS, read_back="as said", made_by="1000:alice",
        made_at=datetime(2026, 6, 1, tzinfo=UTC), network="test", run_id="r",
    )  # fmt: skip


def world_of(card: NetworkCard, text: str) -> World:
    if "energy" in text:
        return World(card, {cell.id: CellModel(embb=1.0, urllc=0.0, growth=1.0) for cell in card.cells})
    return World(card, {cell: CellModel(embb=80.0) for cell in card.areas()["stadium"]})


def tried(world: World) -> list[ChangeSet]:
    """All that the planner wanted to have tried, with the values that a search may choose."""
    drafts = [draft for call in world.calls if call.tool == "compare_candidates" for draft in call.arguments["candidates"]]
    knobs = [knob for call in world.calls if call.tool == "refine_candidate" for knob in call.arguments["knobs"]]
    edits = [{"kind": "attribute", "new": knob.get("low"), **{k: knob[k] for k in ("dn", "attribute", "old")}} for knob in knobs]
    return [ChangeSet.model_validate({"edits": draft["edits"]}) for draft in drafts] + [
        ChangeSet.model_validate({"edits": edits})
    ]


@pytest.mark.parametrize(
    "forbidden",
    [
        restriction("sleep", "S1C1", "S3C2"), restriction("change", "S1C1"), restriction("change", slice=Slice.URLLC),
        restriction("configuredMaxTxPower"), restriction("rRMPolicyMinRatio", "S1C1", "S1C2"),
    ],
    ids=["sleep", "change", "slice", "power", "ratio"],
)  # fmt: skip
@pytest.mark.parametrize(
    "text",
    [
        "save energy in the stadium",
        "keep URLLC delay below 8 ms in the stadium",
        "every eMBB user at least 20 Mbps in the stadium",
        "keep the ping-pong rate below 2 % in the stadium",
        "keep blocking below 1 % in the stadium",
    ],
)
def test_nothing_that_is_forbidden_is_drafted_or_searched(card: NetworkCard, text: str, forbidden: Restriction) -> None:
    world, breaches = world_of(card, text), Breaches(card)
    decision, _ = walk(RulePlanner(), world, text, restrictions=(forbidden,))
    assert [
        breaches.of(edit, forbidden) for change_set in tried(world) for edit in change_set.edits if breaches.of(edit, forbidden)
    ] == []
    if isinstance(decision, Propose):
        edits = decision.proposal.best.change_set.edits
        assert not any(breaches.of(edit, forbidden) for edit in edits)


def test_other_cells_are_put_to_sleep_than_the_one_that_has_to_stay_on_air(card: NetworkCard) -> None:
    text = "save energy in the stadium"

    def asleep(*restrictions: Restriction) -> tuple[set[str], str]:
        world = world_of(card, text)
        decision, _ = walk(RulePlanner(), world, text, restrictions=restrictions)
        edits = [edit for change_set in tried(world) for edit in change_set.attribute_edits()]
        sleeping = {edit.dn.split("NRCellCU=")[1].split(",")[0] for edit in edits if edit.new == "toBeEnergySaving"}
        return sleeping, decision.model_dump_json()

    free, _ = asleep()
    kept = next(iter(sorted(free)))
    bound, answer = asleep(restriction("sleep", kept))
    assert bound and kept not in bound
    assert f"put {kept}" not in answer and f"restriction 0a1b2c3d forbids to take {kept} off air" in answer


@pytest.mark.parametrize("text", ["save energy in S1C2", "keep URLLC delay below 8 ms in the stadium"])
def test_where_nothing_is_left_the_answer_names_the_restriction(card: NetworkCard, text: str) -> None:
    decision, _ = walk(RulePlanner(), world_of(card, text), text, restrictions=(restriction("change"),))
    assert isinstance(decision, Finish | Escalate)
    answer = decision.summary if isinstance(decision, Finish) else decision.reason
    assert "restriction 0a1b2c3d forbids to change anything in any cell" in answer and WORDS in answer


def test_an_edit_that_the_operator_names_is_refused_with_the_restriction_before_the_twin_is_asked(card: NetworkCard) -> None:
    world = world_of(card, "")
    forbidden = restriction("configuredMaxTxPower", "S1C1")
    decision, _ = walk(RulePlanner(), world, "set transmit power of S1C1 to 43 dBm", restrictions=(forbidden,))
    assert isinstance(decision, Escalate)
    assert forbidden.describe() in decision.reason and "remove restriction 0a1b2c3d" in decision.nearest
    assert tried(world) == [ChangeSet()]


def test_what_the_text_itself_forbids_is_left_alone(card: NetworkCard) -> None:
    text = "save energy in S1C2"
    reading = understand(text, card)
    assert isinstance(reading, Understood)
    own = reading.model_copy(update={"forbidden": (Prohibition(what="change", cells=("S1C2",)),)})
    world = world_of(card, text)
    decision, _ = walk(RulePlanner(), world, text, reading=own)
    assert isinstance(decision, Finish | Escalate) and "this request itself forbids" in decision.model_dump_json()
    assert not any(change_set.edits for change_set in tried(world))


def test_the_refusal_of_a_restriction_bars_no_attribute_in_other_cells(card: NetworkCard) -> None:
    feedback = ("restrictions: restriction 0a1b2c3d forbids configuredMaxTxPower in S1C1 (leave it out)",)
    assert objections_of(View(text="t", card=card, tools=OFFERS, feedback=feedback)).barred == frozenset()


def test_a_reading_that_only_forbids_is_decided_as_a_restriction(card: NetworkCard) -> None:
    start, end = datetime(2026, 6, 5, 20, tzinfo=UTC), datetime(2026, 6, 5, 22, tzinfo=UTC)
    stated = (StatedRestriction(what="sleep", cells=("S4C2",)), StatedRestriction(what="change"))
    forbidden = Reading(act="forbid", forbidden=stated, window=(start, end)).prohibitions
    assert [(one.what, one.cells) for one in forbidden] == [("sleep", ("S4C2",)), ("change", ())]
    assert forbidden[0].window is not None and forbidden[0].window.end == end
    view = View(text=WORDS, card=card, tools=OFFERS, reading=Forbids(forbidden=forbidden, read_back="Never put S4C2 to sleep."))
    assert RulePlanner().decide(view) == Restrict(forbidden=forbidden, read_back="Never put S4C2 to sleep.")


def test_a_model_is_told_what_is_forbidden_and_may_not_have_it_tried(card: NetworkCard) -> None:
    text, forbidden = "save energy in S1C2", restriction("configuredMaxTxPower", "S1C2")
    view = View(text=text, card=card, tools=OFFERS, reading=understand(text, card), restrictions=(forbidden,))
    assert json.loads(messages_for(view, "")[1].content)["forbidden"] == [forbidden.describe()]
    edit = {"kind": "attribute", "dn": card.cell("S1C2").carrier_dn, "attribute": "configuredMaxTxPower", "old": 46, "new": 43}
    call = CallReply(tool="compare_candidates", arguments={"candidates": [{"name": "lower", "edits": [edit]}]})
    assert view.intent is not None
    call.arguments["intent"] = view.intent.model_dump(mode="json")
    with pytest.raises(ReplyError, match="restriction 0a1b2c3d forbids"):
        decision_of(Reply(kind="call", calls=[call]), view)
    assert decision_of(Reply(kind="call", calls=[call]), view.model_copy(update={"restrictions": ()}))
