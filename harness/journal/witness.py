"""Witnesses of a journal's heads on other machines: an HTTP service (`twinpilot journal witness`), and syslog.

Unlike the second place, a witness may be out of reach: then the journal goes on, records that, and says so.
"""

from __future__ import annotations

import os
import socket as socketlib
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from harness.journal.key import VerifyKey
from harness.journal.record import JournalHead
from harness.runtime.command_line import twinpilot
from harness.runtime.errors import JournalError
from harness.runtime.settings import JournalSettings

if TYPE_CHECKING:
    from logging.handlers import SysLogHandler

    from tools.oran.peer import Peer

TOKEN_VARIABLE = "TWINPILOT_WITNESS_TOKEN"  # noqa: S105 - the variable's name


class WitnessError(JournalError):
    """A witness cannot be reached, or its answer cannot be used."""


class WitnessConflictError(JournalError):
    """A witness knows other heads than this journal has: the journal was cut or replaced."""


class Witness(Protocol):
    """Receives the heads of a journal, which `key` has signed."""

    name: str

    def publish(self, key: VerifyKey, head: JournalHead) -> None:
        """Hand over a head; raises WitnessError, WitnessConflictError."""

    def last(self, key: VerifyKey) -> JournalHead | None:
        """Return the last head that the witness has, None if it has none; raises WitnessError."""


class HttpWitness:
    """A witness at `url`: POST and GET of URL/journals/KEY/head. The token, if any, is in TWINPILOT_WITNESS_TOKEN."""

    def __init__(self, url: str, timeout_s: float = 2.0) -> None:
        from tools.oran.peer import Peer, PeerSettings

        token = os.environ.get(TOKEN_VARIABLE, "")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        limits = PeerSettings(timeout_s=timeout_s, attempts=1, max_body_bytes=1 << 16, headers=headers)
        self._peer: Peer = Peer("witness", url, limits)
        self.name = f"witness at {self._peer.url}"

    def publish(self, key: VerifyKey, head: JournalHead) -> None:
        """Post a head; raises WitnessError, WitnessConflictError (409)."""
        from twins.network import NetworkError, StaleEditError

        try:
            body = {**head.model_dump(mode="json"), "public_key": key.hex}
            self._peer.request("POST", f"/journals/{key.key_id}/head", body=body, accept=(200, 201, 204))
        except StaleEditError as error:
            raise WitnessConflictError(
                f"{error}: the journal was cut or replaced; run `{twinpilot('journal', 'verify')}`"
            ) from None
        except NetworkError as error:
            raise WitnessError(str(error)) from None

    def last(self, key: VerifyKey) -> JournalHead | None:
        """Get the last head; raises WitnessError."""
        from twins.network import NetworkError, UnknownObjectError

        try:
            return JournalHead.model_validate(self._peer.request("GET", f"/journals/{key.key_id}/head").object())
        except UnknownObjectError:
            return None
        except (NetworkError, ValueError) as error:
            raise WitnessError(" ".join(str(error).split())) from None


class SyslogWitness:
    """Writes each head to syslog: `address` is a socket such as /dev/log, or HOST:PORT (UDP). It cannot be asked."""

    def __init__(self, address: str) -> None:
        self.name = f"syslog at {address}"
        self._address = address
        self._handler: SysLogHandler | None = None

    def publish(self, key: VerifyKey, head: JournalHead) -> None:
        """Send a head; raises WitnessError."""
        text = f"twinpilot-journal key={key.key_id} seq={head.seq} hash={head.hash} signature={head.signature}"
        try:
            handler = self._handler = self._handler or _syslog(self._address)
            # Not `emit`: it prints a stack trace and goes on if the socket is gone.
            message = f"<{handler.encodePriority('auth', 'notice')}>{text}\0".encode()
            _send(handler, message)
        except (OSError, ValueError) as error:
            self._handler = None
            raise WitnessError(f"{self.name}: {error}; correct journal.witness_syslog") from None

    def last(self, key: VerifyKey) -> JournalHead | None:
        """Refuse: syslog is written only."""
        raise WitnessError(f"{self.name} cannot be read: compare the last head with the syslog's last line of key={key.key_id}")


def _send(handler: SysLogHandler, message: bytes) -> None:
    socket: socketlib.socket = handler.socket  # type: ignore[attr-defined] # missing in typeshed
    if handler.unixsocket:
        socket.send(message)
    else:
        socket.sendto(message, handler.address)


def _syslog(address: str) -> SysLogHandler:
    from logging.handlers import SYSLOG_UDP_PORT, SysLogHandler

    if address.startswith("/"):
        return SysLogHandler(address)
    parts = urlsplit(f"//{address}")
    return SysLogHandler((parts.hostname or "localhost", parts.port or SYSLOG_UDP_PORT))


def make_witnesses(settings: JournalSettings) -> tuple[Witness, ...]:
    """Return the witnesses that the settings name; raises JournalError for a URL that is none."""
    try:
        http = [HttpWitness(settings.witness_url)] if settings.witness_url else []
    except ValueError as error:
        raise JournalError(f"journal.witness_url: {error}") from None
    syslog = [SyslogWitness(settings.witness_syslog)] if settings.witness_syslog else []
    return (*http, *syslog)
