"""The result of a verification of a journal."""

from __future__ import annotations

from policies.word import Word


class JournalReport(Word):
    """`faults` are signs of tampering, `notes` are none, and `not_checked` is what this verification could not see.

    signed: records that carry their own signature. key_id: the key that the verification used.
    """

    records: int
    signed: int
    heads: int
    last_hash: str
    key_id: str
    faults: tuple[str, ...]
    notes: tuple[str, ...]
    not_checked: tuple[str, ...] = ()

    @property
    def intact(self) -> bool:
        """Whether no fault was detected."""
        return not self.faults
