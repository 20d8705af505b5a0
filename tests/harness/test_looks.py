"""The sequence of looks: harm ends it, doubt extends it, and a transient is left out of what comes after it."""

from datetime import UTC, datetime, timedelta

import pytest

from harness.verification.levels import harmless_level, met_level
from harness.verification.result import Verification
from harness.verification.sequence import look_until_settled

T0 = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
STEP = timedelta(minutes=6)


def looks(verdict_of):
    """Look for at most three steps; return the outcome and the (start, end) of each look in steps."""
    seen = []

    def look(start, until, share):
        place = ((start - T0) / STEP, (until - T0) / STEP)
        seen.append(place)
        outcome, settled = verdict_of(*place)
        return Verification(
            outcome=outcome, targets=(), bystanders=(), windows_before=12, windows_after=6, significance=0.05, settled=settled
        )

    return look_until_settled(look, T0, T0 + STEP, STEP, T0 + 3 * STEP).outcome, seen


def test_a_verdict_ends_the_looks():
    assert looks(lambda start, until: ("confirmed", True)) == ("confirmed", [(0, 1)])
    assert looks(lambda start, until: ("harmed", True)) == ("harmed", [(0, 1)])


def test_doubt_is_looked_at_again_with_all_windows_until_the_deadline():
    assert looks(lambda start, until: ("inconclusive", True)) == ("inconclusive", [(0, 1), (0, 2), (0, 3)])


def test_after_a_transient_only_the_settled_windows_count():
    outcome, seen = looks(lambda start, until: ("confirmed", True) if start >= 1 else ("inconclusive", False))
    assert (outcome, seen) == ("confirmed", [(0, 1), (0, 2), (1, 2)])


def test_what_never_settles_is_inconclusive():
    outcome, seen = looks(lambda start, until: ("inconclusive", False))
    assert outcome == "inconclusive"
    assert seen[-2:] == [(1, 3), (2, 3)]


def test_the_last_look_may_be_shorter_than_a_step():
    ends = []

    def look(start, until, share):
        ends.append(until)
        return Verification(
            outcome="inconclusive", targets=(), bystanders=(), windows_before=12, windows_after=6, significance=0.05
        )

    look_until_settled(look, T0, T0 + STEP, STEP, T0 + 1.5 * STEP)
    assert ends == [T0 + STEP, T0 + 1.5 * STEP]


def test_early_looks_confirm_only_what_is_beyond_doubt_and_the_last_has_the_whole_level():
    for level_of, whole in ((met_level, 0.05), (harmless_level, 0.5)):
        levels = [level_of(0.05, share) for share in (0.1, 0.2, 0.6, 0.9, 1.0)]
        assert levels == sorted(levels)
        assert levels[1] < 0.05 * whole
        assert levels[-1] == pytest.approx(whole)


def test_each_look_knows_which_share_of_the_time_was_watched():
    shares = []

    def look(start, until, share):
        shares.append(share)
        return Verification(
            outcome="inconclusive", targets=(), bystanders=(), windows_before=12, windows_after=6, significance=0.05
        )

    look_until_settled(look, T0, T0 + STEP, STEP, T0 + 2.5 * STEP)
    assert shares == pytest.approx([0.4, 0.8, 1.0])
