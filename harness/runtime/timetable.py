"""The timetable of a change: when it is applied, and when it is restored. It is part of what is approved."""

from __future__ import annotations

from datetime import datetime, timedelta

from harness.runtime.settings import CommitmentSettings
from policies.intent import Intent
from policies.word import Word


class Timetable(Word):
    """Network times: `apply_at` None is at once, `restore_at` None is never (the change stays).

    latest: a change that was not applied by then is not applied at all; None if it is applied at once.
    """

    apply_at: datetime | None = None
    restore_at: datetime | None = None
    latest: datetime | None = None

    @classmethod
    def of(cls, settings: CommitmentSettings, now: datetime, granularity_s: float, intent: Intent) -> Timetable:
        """Return the timetable of a change for the intent's time window.

        It is applied `lead_windows` before the window, so that it has settled when the window begins, and restored at its end.
        """
        if intent.window is None:
            return cls()
        start, end = intent.window.start, intent.window.end
        apply_at = start - timedelta(seconds=settings.lead_windows * granularity_s)
        restore_at = None if intent.permanent else end
        return cls(apply_at=apply_at, restore_at=restore_at, latest=end) if apply_at > now else cls(restore_at=restore_at)

    def describe(self) -> str:
        """Return the timetable in one line."""
        begins = f"apply at {moment_text(self.apply_at)}" if self.apply_at else "apply at once"
        ends = f"restore at {moment_text(self.restore_at)}" if self.restore_at else "keep: it is not restored"
        return f"{begins}, {ends}" + (", network time" if self.apply_at or self.restore_at else "")


AT_ONCE = Timetable()


def moment_text(moment: datetime) -> str:
    """Return a network time to the minute, with seconds if there are any."""
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment.second or moment.microsecond else f"{moment:%Y-%m-%d %H:%M}"
