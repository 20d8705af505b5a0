"""The version of what a change edits, so that a change by somebody else is seen even if the value came back (ABA).

TS 28.532 and O-RAN.WG2.A1AP define no version of an object or policy. A peer that gives one does so as HTTP's entity tag
(`ETag`, RFC 9110 clause 8.8.3), as the embedded network does for each managed object and A1 policy: a count of its writes.
Where there is none, only the value is compared, and a value that came back is not seen.
"""

from __future__ import annotations

from policies.change import ChangeSet, Edit
from policies.word import Word


class ObjectVersion(Word):
    """The version of an edited attribute's object or of an edited A1 policy.

    name: DN and attribute, or policy type and id. version: as the network gives it, empty if it gives none. state: SHA-256 of the
    attribute's value, or of the policy's content and status.
    """

    name: str
    version: str
    state: str

    def difference(self, now: ObjectVersion) -> str:
        """Return in words how the object has changed since, empty if it has not."""
        if self.state != now.state:
            return f"{self.name} was changed meanwhile"
        if self.version != now.version:
            return f"{self.name} was written meanwhile (version {self.version or 'none'}, now {now.version or 'none'})"
        return ""


def name_of(edit: Edit) -> str:
    """Return the name of what an edit edits."""
    return " ".join(edit.item)


def distinct_edits(change_set: ChangeSet) -> list[Edit]:
    """Return the first edit of each item."""
    return list({edit.item: edit for edit in reversed(change_set.edits)}.values())[::-1]


def differences(then: tuple[ObjectVersion, ...], now: tuple[ObjectVersion, ...]) -> list[str]:
    """Return in words what has changed between two readings of the same edits' objects."""
    latest = {version.name: version for version in now}
    missing = [f"{version.name} is gone" for version in then if version.name not in latest]
    changed = [version.difference(latest[version.name]) for version in then if version.name in latest]
    return missing + [text for text in changed if text]
