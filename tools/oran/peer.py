"""An HTTP peer (near-RT RIC, O1 endpoint, PM source): requests with limits, retries and typed errors.

1. A request that was certainly not executed (connection refused; 423, 429, 503) is always retried with backoff.
2. A request with unknown outcome (lost answer, timeout, 502, 504) is retried only if repeating it does no harm.
3. Answers are not trusted: the size is limited while reading, and the caller checks the types of the parsed JSON.
4. Every failure becomes an error of `twins.network` that names the peer, the request and the remedy.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from policies.text.base_url import base_url
from policies.text.redaction import redacted
from policies.text.unambiguous_json import unambiguous_json
from policies.violation import Violation
from tools.oran.access.credentials import Credentials, load_credentials
from twins.network import InvalidChangeError, NetworkUnavailableError, StaleEditError, UnknownObjectError

_NOT_EXECUTED = frozenset({423, 429, 503})
_OUTCOME_UNKNOWN = frozenset({502, 504})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class PeerError(NetworkUnavailableError):
    """The peer did not answer, or its answer cannot be used."""


class _RetryError(PeerError):
    """A PeerError after which the request may be retried."""


class LostAnswerError(PeerError):
    """The request may have been executed: no answer arrived, and repeating it was not allowed. Read back."""


class UnreachableError(_RetryError):
    """Nothing answers at the peer's address."""


@dataclass(frozen=True)
class PeerSettings:
    """Limits in seconds, attempts and bytes; `headers` are sent with every request.

    credentials: logins and tokens by origin; None: those of the environment (`tools.oran.access.credentials`).
    """

    timeout_s: float = 10.0
    attempts: int = 4
    backoff_s: float = 0.05
    max_backoff_s: float = 2.0
    max_body_bytes: int = 64 << 20
    headers: Mapping[str, str] = field(default_factory=dict)
    credentials: Credentials | None = None


@dataclass(frozen=True)
class Answer:
    """A peer's answer; `request` is one line that names peer and request, `etag` the entity tag without quotes."""

    request: str
    status: int
    content_type: str
    body: bytes
    etag: str = ""

    def json(self) -> Any:
        """Return the parsed body; raises PeerError if it is not JSON. An object that says two things under one name is text."""
        try:
            return unambiguous_json(self.body.decode("utf-8"))
        except (ValueError, RecursionError):
            raise PeerError(
                f"{self.request} answered {self.status} with {self.content_type or 'no content type'},"
                f" not JSON: {self._excerpt()!r}; check that the URL is that of this interface"
            ) from None

    def object(self) -> dict[str, Any]:
        """Return the body as a JSON object; raises PeerError."""
        return self._typed(dict)  # type: ignore[no-any-return]

    def array(self) -> list[Any]:
        """Return the body as a JSON array; raises PeerError."""
        return self._typed(list)  # type: ignore[no-any-return]

    def _typed(self, kind: type) -> Any:
        value = self.json()
        if not isinstance(value, kind):
            raise self.garbage(f"a JSON {'object' if kind is dict else 'array'} was expected")
        return value

    def garbage(self, expected: str) -> PeerError:
        """Return the error for a well-formed answer of the wrong structure."""
        return PeerError(f"{self.request} answered {self._excerpt()!r}: {expected}; check the peer's version and dialect")

    def _excerpt(self) -> str:
        return " ".join(self.body[:120].decode("utf-8", "replace").split())

    def detail(self) -> str:
        """Return the reason given by an error answer, empty without one."""
        try:
            value = json.loads(self.body.decode("utf-8"))
        except (ValueError, RecursionError):
            return self._excerpt()
        if not isinstance(value, dict):
            return self._excerpt()
        error = value.get("error")
        reason = value.get("detail") or value.get("reason") or (error.get("errorInfo") if isinstance(error, dict) else "")
        return " ".join(str(reason or value.get("title") or "").split())[:500]


class Peer:
    """A named HTTP peer at a base URL; thread-safe."""

    def __init__(self, name: str, url: str, settings: PeerSettings | None = None) -> None:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise ValueError(f"{name} url={redacted(url)!r}: http://HOST:PORT or https://HOST:PORT is required")
        try:
            base_url(url)
        except ValueError as error:
            raise ValueError(f"{name} url={redacted(url)!r}: {error}") from None
        self.name = name
        self.url = url.rstrip("/")
        self.settings = settings or PeerSettings()
        credentials = load_credentials(None) if self.settings.credentials is None else self.settings.credentials
        self._client = httpx.Client(
            timeout=self.settings.timeout_s,
            headers={**credentials.headers(url), **self.settings.headers},
            trust_env=urlsplit(url).hostname not in _LOOPBACK,
            verify=_trust(url),
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
        accept: tuple[int, ...] = (200,),
        repeatable: bool = True,
        timeout_s: float | None = None,
    ) -> Answer:
        """Send a request and return the answer whose status is in `accept`.

        repeatable: sending it twice does no harm. Raises PeerError, UnknownObjectError (404), StaleEditError (409),
        InvalidChangeError (400, 422).
        """
        all_headers = dict(headers or {})
        content = None
        if body is not None:
            content = json.dumps(body, allow_nan=False).encode()
            all_headers["Content-Type"] = content_type
        request = self._client.build_request(
            method,
            self.url + path,
            content=content,
            headers=all_headers,
            params=dict(params or {}) or None,
            timeout=timeout_s or self.settings.timeout_s,
        )
        return self._retrying()(self._once, request, accept, repeatable)

    def _retrying(self) -> Retrying:
        return Retrying(
            retry=retry_if_exception_type(_RetryError),
            stop=stop_after_attempt(self.settings.attempts),
            wait=wait_random_exponential(multiplier=self.settings.backoff_s, max=self.settings.max_backoff_s),
            reraise=True,
        )

    def _once(self, request: httpx.Request, accept: tuple[int, ...], repeatable: bool) -> Answer:
        answer = self._exchange(request, repeatable)
        if answer.status in accept:
            return answer
        if answer.status in _OUTCOME_UNKNOWN and not repeatable:
            raise LostAnswerError(f"{answer.request} answered {_status_text(answer)}; read back the current values")
        if answer.status in _NOT_EXECUTED or (repeatable and answer.status in _OUTCOME_UNKNOWN):
            raise _RetryError(f"{answer.request} answered {_status_text(answer)}; check whether it is overloaded, then try again")
        raise _error_of(answer)

    def _exchange(self, request: httpx.Request, repeatable: bool) -> Answer:
        line = f"{self.name} at {self.url}: {request.method} {request.url.raw_path.decode('ascii', 'replace')}"
        try:
            response = self._client.send(request, stream=True)
            try:
                body = self._limited(response, line, time.monotonic() + self._total_s(request))
            finally:
                response.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise UnreachableError(f"{line}: no connection ({_reason(error)}); start the peer or correct its URL") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            kind = _RetryError if repeatable else LostAnswerError
            raise kind(f"{line}: no usable answer ({_reason(error)}); read back the current values, then try again") from error
        headers = response.headers
        return Answer(line, response.status_code, headers.get("content-type", ""), body, headers.get("etag", "").strip('W/"'))

    @staticmethod
    def _total_s(request: httpx.Request) -> float:
        read = request.extensions.get("timeout", {}).get("read")
        return 3.0 * float(read) if read else 60.0

    def _limited(self, response: httpx.Response, line: str, deadline: float) -> bytes:
        chunks, size = [], 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > self.settings.max_body_bytes:
                raise PeerError(f"{line} answered more than {self.settings.max_body_bytes} bytes; ask for less at a time")
            if time.monotonic() > deadline:
                raise PeerError(f"{line} sends its answer too slowly; check whether the peer is overloaded, then try again")
            chunks.append(chunk)
        return b"".join(chunks)


def _trust(url: str) -> ssl.SSLContext | bool:
    """Return the `verify` argument of httpx; for plain HTTP an empty context, because reading the trust store takes 30 ms."""
    return True if urlsplit(url).scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _status_text(answer: Answer) -> str:
    detail = answer.detail()
    return f"{answer.status} ({detail})" if detail else f"{answer.status} with an empty body"


def _violations(answer: Answer) -> list[Violation]:
    """Return the violations that the peer reports, or a general one if it reports none."""
    try:
        violations = [Violation.model_validate(item) for item in json.loads(answer.body)["violations"]]
    except (ValueError, KeyError, TypeError, ValidationError):
        violations = []
    return violations or [
        Violation(
            field=answer.request,
            value=_status_text(answer),
            allowed="what the peer's schema and limits allow",
            source="the peer",
            remedy="compare the request with the type's schema and the limits catalogue",
        )
    ]


def _error_of(answer: Answer) -> Exception:
    line = f"{answer.request} answered {_status_text(answer)}"
    if answer.status == 404:
        return UnknownObjectError(f"{line}; check which objects and types the peer has")
    if answer.status == 409:
        return StaleEditError(f"{line}; read again, then propose again")
    if answer.status in (400, 422):
        return InvalidChangeError(_violations(answer))
    return PeerError(f"{line}; check the peer's log")
