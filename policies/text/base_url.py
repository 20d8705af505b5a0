"""The URL of a peer: without credentials, which would show in process lists, on screen and in the database."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

_REMEDY = (
    "give the URL alone, and the credentials in the file that network.credentials_file names, or in the environment variable"
    " TWINPILOT_NETWORK_TOKEN or TWINPILOT_NETWORK_LOGIN (USER:PASSWORD)"
)


def base_url(url: str) -> str:
    """Return the URL; raises ValueError if it has credentials, a query or a fragment. The message does not repeat them."""
    try:
        parts = urlsplit(url)
        has_login = "@" in parts.netloc
    except ValueError as error:
        raise ValueError(f"not a URL ({error}); http://HOST:PORT or https://HOST:PORT is required") from None
    if has_login:
        raise ValueError(f"credentials in a URL are refused; {_REMEDY}")
    if parts.query or parts.fragment:
        raise ValueError(f"a query or fragment in the URL of a peer is refused; {_REMEDY}")
    return url


BaseUrl = Annotated[str, AfterValidator(base_url)]
