"""What the network said about each edit of an applied change."""

from __future__ import annotations

from datetime import datetime

from policies.word import Word
from twins.standing import EditStanding


class Standing(Word):
    """The standing of each edit at the network time `at`."""

    at: datetime
    edits: tuple[EditStanding, ...]
