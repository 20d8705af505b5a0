"""Credentials of peers: from a file that only its owner can read, or from the environment; never from a URL.

The file is TOML, with a login or a token for each origin:

    [[peer]]
    url = "https://ran.example:8443"
    username = "operator"
    password = "…"                        # or: token = "…" (sent as Bearer, RFC 6750)

Environment: TWINPILOT_NETWORK__CREDENTIALS_FILE names such a file; TWINPILOT_NETWORK_TOKEN, or TWINPILOT_NETWORK_LOGIN
(USER:PASSWORD), is sent to every peer. The file goes before the variables.
"""

from __future__ import annotations

import base64
import os
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, model_validator

from policies.text.base_url import BaseUrl
from policies.text.redaction import keep_secret
from policies.word import Word

FILE_VARIABLE = "TWINPILOT_NETWORK__CREDENTIALS_FILE"
TOKEN_VARIABLE = "TWINPILOT_NETWORK_TOKEN"  # noqa: S105 - the variable's name
LOGIN_VARIABLE = "TWINPILOT_NETWORK_LOGIN"


class CredentialsError(ValueError):
    """The credentials cannot be read; the message names the file and the remedy, never a secret."""


class PeerCredentials(Word):
    """The login or the token for one origin; an empty `url` stands for every peer."""

    url: BaseUrl = ""
    username: str = ""
    password: str = Field(default="", repr=False)
    token: str = Field(default="", repr=False)

    @model_validator(mode="after")
    def _is_complete(self) -> PeerCredentials:
        if bool(self.token) == bool(self.username):
            raise ValueError("a peer needs either a token or a username with its password; give one of the two")
        return self

    def authorization(self) -> str:
        """Return the value of the Authorization header, registered as a secret with all of its parts."""
        login = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        for secret in (self.token, self.password, "" if self.token else login):
            keep_secret(secret)
        return f"Bearer {self.token}" if self.token else f"Basic {login}"


class Credentials(Word):
    """The credentials of several peers; the first one whose origin matches counts."""

    peers: tuple[PeerCredentials, ...] = ()

    def headers(self, url: str) -> Mapping[str, str]:
        """Return the headers for requests to `url`, none if there are no credentials for its origin."""
        for peer in self.peers:
            if not peer.url or _origin(peer.url) == _origin(url):
                return {"Authorization": peer.authorization()}
        return {}


def load_credentials(path: Path | None) -> Credentials:
    """Return the credentials in the file, and those of the environment after them; raises CredentialsError."""
    file = path or (Path(os.environ[FILE_VARIABLE]) if os.environ.get(FILE_VARIABLE) else None)
    return Credentials(peers=(*(_read(file) if file else ()), *_from_environment()))


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _from_environment() -> list[PeerCredentials]:
    token, login = os.environ.get(TOKEN_VARIABLE, ""), os.environ.get(LOGIN_VARIABLE, "")
    if token:
        return [PeerCredentials(token=token)]
    user, colon, password = login.partition(":")
    if login and (not colon or not user):
        raise CredentialsError(f"environment {LOGIN_VARIABLE}: USER:PASSWORD is required; set it so, or unset it")
    return [PeerCredentials(username=user, password=password)] if login else []


def _read(path: Path) -> tuple[PeerCredentials, ...]:
    name = f"network.credentials_file={str(path)!r}"
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialsError(f"{name}: {error}; give a readable TOML file") from None
    if mode & 0o077:
        raise CredentialsError(f"{name}: others may read it (mode {stat.S_IMODE(mode):03o}); chmod 600 it")
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise CredentialsError(f"{name}: not TOML; write [[peer]] with url, and token or username and password") from None
    if set(entries) - {"peer"} or not isinstance(entries.get("peer"), list):
        raise CredentialsError(f"{name}: only [[peer]] tables are allowed; write url, and token or username and password")
    try:
        return tuple(PeerCredentials.model_validate(entry) for entry in entries["peer"])
    except ValidationError as error:
        fields = sorted({".".join(str(step) for step in problem["loc"]) or "peer" for problem in error.errors()})
        raise CredentialsError(
            f"{name}: {', '.join(fields)}: not allowed; give url, and either token or username and password"
        ) from None
