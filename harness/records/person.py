"""Who acts: the user as whom the operating system runs the process, never a name from the environment."""

from __future__ import annotations

import os
import pwd
import re
from dataclasses import dataclass

_FORM = re.compile(r"^(\d+):(.*)$", re.S)


@dataclass(frozen=True)
class Person:
    """A person: `uid` is the user id on this machine, None for somebody whom another means than the system identified."""

    name: str
    uid: int | None = None

    @classmethod
    def parse(cls, text: str) -> Person:
        """Return the person whom `str` wrote."""
        match = _FORM.match(text)
        return cls(match[2], int(match[1])) if match else cls(text)

    def __str__(self) -> str:
        """Return `uid:name`, or the name alone without a user id."""
        return self.name if self.uid is None else f"{self.uid}:{self.name}"

    def is_same(self, other: Person) -> bool:
        """Whether both are one person: by user id, or by name where the system did not identify both."""
        if self.uid is not None and other.uid is not None:
            return self.uid == other.uid
        return self.name == other.name

    def is_named_by(self, entry: str) -> bool:
        """Whether an entry of the settings (`uid`, `uid:name` or a name) means this person."""
        named = Person.parse(entry if ":" in entry else f"{entry}:" if entry.isdecimal() else entry)
        if named.uid is not None:
            return named.uid == self.uid
        return named.name == self.name if self.uid is None else _uid_of(named.name) == self.uid


def _uid_of(name: str) -> int | None:
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


def current_person() -> Person:
    """Return the real user of this process; LOGNAME and USER do not count."""
    uid = os.getuid()
    try:
        return Person(pwd.getpwuid(uid).pw_name, uid)
    except KeyError:
        return Person("unknown", uid)
