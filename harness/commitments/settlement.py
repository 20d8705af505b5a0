"""What a person decides on who ends a change that cannot be taken back: each edited item before, as the run set it, and now.

`digest` covers what was read, with the versions that the network gives. A decision names it, and what is decided on is read again
first: nothing can move, or come back, between the reading and the decision.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from harness.commitments.commitment import Commitment
from harness.commitments.network_identity import require_network
from harness.commitments.rollback import standing_edits
from policies.change import AttributeEdit, ChangeSet, Edit, digest_of
from policies.managed_object import Scalar
from policies.word import Word
from twins.network import Network, NetworkError, UnknownObjectError
from twins.object_version import distinct_edits, name_of
from twins.standing import EditStanding, EditState

Present = Literal["as before", "as the run set it", "changed by somebody else", "gone", "not known"]


class Item(Word):
    """An edited attribute or A1 policy: its values before, by the run, and now, each as text.

    version: as the network gives it, empty if it gives none. value: the present value of an attribute. writers: changes of other
    runs of this data folder that edited it since.
    """

    name: str
    before: str
    set_to: str
    now: str
    present: Present
    version: str = ""
    value: Scalar | None = None
    writers: tuple[str, ...] = ()

    def describe(self) -> str:
        """Return the item in one line."""
        known = "; ".join(self.writers) or "by whom is not known: the network names no author"
        by = f" ({known})" if self.present in ("changed by somebody else", "gone") else ""
        version = f", version {self.version}" if self.version else ""
        return f"{self.name}: before {self.before}, set to {self.set_to}, now {self.now}: {self.present}{by}{version}"


class Settlement(Word):
    """What a commitment's change has left on its network; `unread`: why it cannot be read, empty if it was."""

    key: str
    network: str
    items: tuple[Item, ...] = ()
    unread: str = ""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what was read, 64 hex digits; of a network that cannot be read only that it cannot."""
        read = [item.model_dump(mode="json") for item in self.items]
        return digest_of({"key": self.key, "network": self.network, "items": read, "is_read": not self.unread})

    def describe(self) -> list[str]:
        """Return what was read, one line each."""
        unread = [f"its network cannot be read, so what is on it is not known: {self.unread}"] if self.unread else []
        return [*(item.describe() for item in self.items), *unread]


def read_settlement(network: Network, commitment: Commitment, others: list[Commitment]) -> Settlement:
    """Return what is on the network now; `others`: the commitments of other runs, among whom the authors are looked for."""
    try:
        require_network(network, commitment.network, commitment.identity)
        items = tuple(_item(network, edit, commitment, others) for edit in distinct_edits(commitment.change_set))
    except NetworkError as error:
        return unread_settlement(commitment, str(error))
    return Settlement(key=commitment.key, network=commitment.identity or commitment.network, items=items)


def unread_settlement(commitment: Commitment, why: str) -> Settlement:
    """Return the settlement of a network that does not answer, or is another one now."""
    return Settlement(key=commitment.key, network=commitment.identity or commitment.network, unread=why)


def restore(network: Network, commitment: Commitment, settlement: Settlement) -> str:
    """Write the values from before over what was read, and read them back; return what was done in one line.

    Raises StaleEditError if something moved since, NetworkError unless every value from before was read back.
    """
    require_network(network, commitment.network, commitment.identity)
    items = {item.name: item for item in settlement.items}
    inverse = [(edit, items[name_of(edit)]) for edit in commitment.change_set.inverse().edits]
    edits = tuple(_over(edit, item) for edit, item in inverse if _is_writable(edit, item))
    if edits:
        network.apply(ChangeSet(edits=edits), f"settle:{commitment.key}:{settlement.digest[:16]}")
    if left := standing_edits(network, commitment.change_set):
        raise NetworkError(f"not restored: {'; '.join(one.describe() for one in left)}; restore it by hand, then settle it again")
    return f"{len(edits)} edit(s) made over what was there, and every value from before read back"


def _is_writable(edit: Edit, item: Item) -> bool:
    """Whether the value from before can be written: the network tells the content of an attribute, not that of a policy."""
    if isinstance(edit, AttributeEdit):
        return item.present in ("changed by somebody else", "as the run set it")
    return item.present == "as the run set it" or (item.present == "gone" and edit.new is not None)


def _over(edit: Edit, item: Item) -> Edit:
    """Return the edit from what is there now, so that the network refuses it if that has moved."""
    if isinstance(edit, AttributeEdit):
        return edit.model_copy(update={"old": item.value})
    return edit.model_copy(update={"old": None}) if item.present == "gone" else edit


def _item(network: Network, edit: Edit, commitment: Commitment, others: list[Commitment]) -> Item:
    one = ChangeSet(edits=(edit,))
    made, restored = network.standing(one)[0], network.standing(one.inverse())[0]
    value = _value(network, edit)
    return Item(
        name=name_of(edit),
        before=_text(edit.old),
        set_to=_text(edit.new),
        now=_text(value) if isinstance(edit, AttributeEdit) else (restored.reason or made.reason or "enforced"),
        present=_present(made, restored),
        version=_version(network, one),
        value=value,
        writers=tuple(
            f"run {other.run_id} edited it: {other.describe()}"
            for other in others
            if other.opened_at > commitment.opened_at and one.items & other.change_set.items
        ),
    )


def _present(made: EditStanding, restored: EditStanding) -> Present:
    if restored.in_effect:
        return "as before"
    if made.in_effect:
        return "as the run set it"
    if EditState.UNKNOWN in (made.state, restored.state):
        return "not known"
    return "gone" if restored.state is EditState.DELETED else "changed by somebody else"


def _value(network: Network, edit: Edit) -> Scalar | None:
    if not isinstance(edit, AttributeEdit):
        return None
    try:
        return network.read(edit.dn).attributes.get(edit.attribute)
    except UnknownObjectError:
        return None


def _version(network: Network, one: ChangeSet) -> str:
    try:
        return network.versions(one)[0].version
    except UnknownObjectError:
        return ""


def _text(value: object) -> str:
    return "absent" if value is None else repr(value)
