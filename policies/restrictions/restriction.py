"""A standing restriction: a prohibition that an operator has made, with the words, who made it and when."""

from __future__ import annotations

from datetime import datetime

from policies.restrictions.prohibition import Prohibition


class Restriction(Prohibition):
    """A standing restriction; it holds until it is removed or its time is over.

    network: which one, by what it tells of itself. text: the operator's words. read_back: how they were understood. made_by:
    `uid:name`. made_at: wall time. run_id: the run in which it was made.
    """

    id: str
    text: str
    read_back: str
    made_by: str
    made_at: datetime
    network: str
    run_id: str

    def describe(self) -> str:
        """Return the restriction in one line: id, meaning, words, and who made it when."""
        made = f"“{self.text}”, {self.made_by}, {self.made_at:%Y-%m-%d %H:%M} UTC"
        return f"restriction {self.id} forbids {self.subject}{self.when} ({made})"
