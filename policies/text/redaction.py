"""Keeps secrets out of what is written or shown: values with a secret's name, and texts that look like credentials.

1. `keep_secret` registers a value that the process holds (a password, an API key); it is blanked wherever it occurs.
2. The patterns know the form of a credential: logins and tokens in URLs, Authorization headers, key=value, private keys, JSON Web
   Tokens (RFC 7519), and the prefixes that AWS, GitHub, GitLab, OpenAI, Slack, Google, Stripe, npm, PyPI, Docker, DigitalOcean,
   Shopify, SendGrid, Vault, Atlassian, age and Hugging Face publish for secret scanning.
3. What may precede a match is bounded, so that a long text of a peer takes no quadratic time.
4. A pattern never takes a quote or a backslash, so that JSON stays JSON. Words of this field ("bearer", "basic", "pass", "key",
   "session", "community") count only before something that looks like a secret: `pass=3 of 5` and `key=DRB.UEThpDl` stay.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, Final, NamedTuple

BLANK: Final = "[redacted]"
_SHORTEST = 4  # characters of a registered secret; a shorter one would blank ordinary text

# Names begin with anything, as in PGPASSWORD, AccountKey or aws_secret_access_key.
_KEY_NAMES = (
    r"(?:[a-z0-9_-]{0,40}(?:(?:api|secret|access|private|account|subscription|signing|encryption)[ _-]?key|passwd|password"
    r"|passphrase|passcode|pwd|secret|credentials?|token)|jwt)"
)
# After one of these words, without = or :, a secret is what has letters and digits.
_WORDS = r"(?:passwd|password|passphrase|passcode|secret|credentials?|token|jwt|api[ _-]?key)"
_NAME = re.compile(
    r"(api[_-]?key|apikey|authorization|password|passwd|passphrase|secret|credential|cookie|(private|access)[_-]?key|bearer)",
    re.I,
)
# Fields of these names hold a secret if the text NAME=VALUE does.
_AMBIGUOUS_NAME = re.compile(r"^(?:\w{1,20}_)?(?:pass|session(?:_?id)?|sid|key|community(?:_?string)?)$", re.I)
_TOKEN_NAME = re.compile(r"^(access|refresh|auth|session|id)?[_-]?token$", re.I)
_SCHEMES = r"basic|bearer|digest|negotiate|ntlm|token|api-?key|oauth|hawk|dpop|gnap|mutual|scram-sha-\d+|aws4-hmac-sha256|vapid"
_VALUE = r"[^\s,;&\"'\\<>]+"
# Between a name and its value: `": "` of JSON, also of JSON within a string; else = or :, and a quote that opens the value.
_SEPARATOR = r"(?:\\*[\"']\s*:\s*\\*[\"']|\s*[=:]\s*(?:\\*[\"'](?![:,}\]\s]))?)"
# A value that no name, number, date, path or digest of this field looks like. Lookaheads are bounded.
_MIXED = r"(?=[^\s,;&\"'\\<>]{0,80}[0-9])(?=[^\s,;&\"'\\<>]{0,80}[A-Za-z])"
_MIXED_CASE = r"(?=[\w+/\-]{0,80}[0-9])(?=[\w+/\-]{0,80}[a-z])(?=[\w+/\-]{0,80}[A-Z][\w+/\-]{0,80}[A-Z])"
_MIXED_PART = r"(?=[\w\-]{0,80}[0-9])(?=[\w\-]{0,80}[A-Za-z])"
_NOT_BLANK = r"(?!\[redacted\])"
_PASS = rf"(?!(?:low|high|band)[_-])(?:[a-z0-9]{{1,20}}[_-])?pass{_SEPARATOR}"
_NOT_PUBLIC = r"(?<!public )(?<!primary )(?<!partition )(?<!idempotency )"
# Between a header's name and value: as in a header, or as the pair that clients print.
_HEADER = rf"(?:{_SEPARATOR}|[\"']\s*,\s*b?[\"'])"
# A part of a path that is named like a secret or a hook, with the number that some services put before the secret.
_PATH = (
    r"/(?:tokens?|secrets?|api[_-]?keys?|access[_-]?tokens?|auth|hooks?|webhooks?|webhookb2|services|workflows|triggers"
    r"|integration)/(?:\d{6,25}/)?"
)
_PATH_HINTS = ("/token", "/secret", "/api", "/access", "/auth", "hook", "/services", "/workflows", "/triggers", "/integration")
# A secret's name contains one of these; so does what a pattern of names matches.
_NAME_HINTS = ("key", "passw", "passphrase", "passcode", "pwd", "secret", "credential", "token", "jwt")


class _Rule(NamedTuple):
    """A pattern, and texts one of which is in everything that it matches, in small letters: without one it is not searched.

    Of a match, its first group is kept, if it has one, and the rest is blanked.
    """

    hints: tuple[str, ...]
    pattern: re.Pattern[str]

    def concerns(self, text: str) -> bool:
        """Whether the pattern may match in a text; `text`: in small letters (`small`)."""
        return any(hint in text for hint in self.hints)

    def applied(self, text: str) -> str:
        """Return the text without what the pattern matches."""
        return self.pattern.sub(rf"\1{BLANK}" if self.pattern.groups else BLANK, text)


class _BasicRule(_Rule):
    """Blanks what follows "basic" if it is user:password in base64 (RFC 7617)."""

    def applied(self, text: str) -> str:
        """Return the text without logins."""
        return self.pattern.sub(_without_password, text)


RULES: Final = (
    _Rule(
        ("private key",),
        re.compile(
            r"-----BEGIN (?:[A-Z0-9 ]+ )?PRIVATE KEY(?: BLOCK)?-----"
            r"(?:[^\"]*?-----END (?:[A-Z0-9 ]+ )?PRIVATE KEY(?: BLOCK)?-----|[^\"]*)"
        ),
    ),
    _BasicRule(("basic",), re.compile(r"(\bbasic\s+)([A-Za-z0-9+/]{6,}={0,2})(?![A-Za-z0-9+/=])", re.I)),
    _Rule(("://",), re.compile(r"(\b[a-z][a-z0-9+.\-]{0,30}://)[^\s/?#\"'\\<>@]+(?:@[^\s/?#\"'\\<>@]*)*(?=@)", re.I)),
    _Rule(
        (*_NAME_HINTS, "sig", "auth", "code"),
        re.compile(rf"([?&;](?:{_KEY_NAMES}|key|sig|signature|auth|code|jwt)=){_VALUE}", re.I),
    ),
    # "authorization: rule x (planner)" is a rule of the gate; a header names one of IANA's schemes, or is a token.
    _Rule(("authorization",), re.compile(rf"(\b(?:proxy-)?authorization{_HEADER}(?:{_SCHEMES})\s+){_VALUE}", re.I)),
    _Rule(
        ("authorization",),
        re.compile(rf"(\b(?:proxy-)?authorization{_HEADER})(?=[^\s\"']*[0-9_+/=.])[^\s,;&\"'\\<>]{{8,}}", re.I),
    ),
    _Rule(
        ("authorization",),
        re.compile(rf"(\b(?:proxy-)?authorization{_HEADER}(?!rule\s)[a-z][\w-]{{1,30}}\s+){_MIXED}[^\s,;&\"'\\<>]{{8,}}", re.I),
    ),
    _Rule(("cookie",), re.compile(rf"(\b(?:set-)?cookies?{_HEADER})[^\"'\\\r\n]+", re.I)),
    _Rule(("cookie",), re.compile(r"(\bcookies?\s*=\s*)\{(?:[^}\"\\\r\n]|\\+[\"'])*\}", re.I)),
    _Rule(("digest",), re.compile(r"(\bdigest\b[^\r\n]{0,400}?\bresponse\s*=\s*\\*[\"']?)[0-9A-Za-z]{8,}", re.I)),
    _Rule(_NAME_HINTS, re.compile(rf"(\b{_KEY_NAMES}\s*=\s*\\*\"(?![:,}}\]\s]))(?!\[redacted\])[^\"\\\r\n]+", re.I)),
    _Rule(_NAME_HINTS, re.compile(rf"(\b{_KEY_NAMES}{_SEPARATOR})(?!\[redacted\]){_VALUE}", re.I)),
    _Rule(
        _NAME_HINTS,
        re.compile(
            rf"(\b{_WORDS}\s+(?:is\s+|was\s+)?)(?=[^\s\"'\\]*[0-9])(?=[^\s\"'\\]*[A-Za-z])[A-Za-z0-9_~+!#$%^*\-]{{8,}}", re.I
        ),
    ),
    _Rule(("pass",), re.compile(rf"(\b{_PASS}){_MIXED}[^\s,;&\"'\\<>]{{6,}}", re.I)),
    _Rule(("_pass",), re.compile(rf"(\b[A-Z0-9]{{1,20}}_PASS\s*=\s*){_VALUE}")),
    _Rule(
        ("pass",),
        re.compile(rf"(\b(?:user(?:name)?|login)\s*[=:]\s*[^\s\"'\\]{{1,80}}\s{{1,3}}{_PASS}){_VALUE}", re.I),
    ),
    _Rule(("pass=",), re.compile(rf"([?&;]pass={_NOT_BLANK}){_VALUE}", re.I)),
    _Rule(
        ("session", "sessid", "sid"),
        re.compile(rf"(\b\w{{0,20}}?(?:session(?:[_-]?id)?|sessid|sid){_SEPARATOR}){_MIXED}[A-Za-z0-9._~+/%\-]{{16,}}=*", re.I),
    ),
    _Rule(("key",), re.compile(rf"{_NOT_PUBLIC}(\bkey\s*=\s*\\*[\"']?){_MIXED_CASE}[A-Za-z0-9+/_\-]{{20,}}={{0,2}}")),
    _Rule(
        ("community",),
        re.compile(rf"(\bcommunity(?:[ _-]?string)?\s*=\s*\\*[\"']?){_NOT_BLANK}(?!\d+:\d){_VALUE}", re.I),
    ),
    _Rule(
        ("snmp",),
        re.compile(rf"(\bsnmp[^\r\n]{{0,40}}?\bcommunity(?:[ _-]?string)?(?:{_SEPARATOR}|\s+)){_NOT_BLANK}{_VALUE}", re.I),
    ),
    _Rule(("snmp",), re.compile(rf"(\bsnmp[a-z]{{2,12}}\s[^\r\n]{{0,80}}?\s-c\s+){_NOT_BLANK}{_VALUE}", re.I)),
    _Rule(_PATH_HINTS, re.compile(rf"({_PATH}){_MIXED_PART}[A-Za-z0-9_\-=]{{12,}}(?:/[A-Za-z0-9_\-]{{8,}})*", re.I)),
    _Rule(("/bot",), re.compile(r"(/bot)\d{6,12}:[A-Za-z0-9_\-]{20,}")),
    _Rule(("-u",), re.compile(r"((?:^|\s)-u\s+[^\s:\"'\\]+:)[^\s\"'\\]+")),
    _Rule(("@",), re.compile(r"((?:^|[\s/(\"'])[\w.+-]{1,40}:)[^\s/@:\"'\\<>]{4,}(?=@[A-Za-z0-9])")),
    _Rule(("bearer",), re.compile(r"(\bbearer\s+)(?=[^\s\"']*[0-9])(?=[^\s\"']*[A-Za-z])[A-Za-z0-9._~+/\-]{16,}=*", re.I)),
    _Rule(("bearer",), re.compile(r"(\bbearer\s+)[A-Za-z0-9_~+/\-]{20,}=*", re.I)),
    _Rule(("hooks.slack.com",), re.compile(r"(\bhooks\.slack\.com/(?:services|workflows|triggers)/)[A-Za-z0-9/]+", re.I)),
    _Rule(("eyj",), re.compile(r"\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]*")),
    _Rule(("akia", "asia", "aroa", "aida", "abia", "acca"), re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[A-Z0-9]{16}\b")),
    _Rule(
        ("gho_", "ghp_", "ghs_", "ghu_", "ghr_", "github_pat_", "gl", "npm_"),
        re.compile(
            r"\b(?:gh[opsur]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|gl[a-z]{1,5}-[A-Za-z0-9_\-]{16,}|npm_[A-Za-z0-9]{20,})"
        ),
    ),
    _Rule(
        ("dop_v1_", "doo_v1_", "whsec_", "shp", "dckr_pat_", "tok_", "pypi-", "atatt"),
        re.compile(r"\b(?:dop_v1_|doo_v1_|whsec_|shp(?:at|ca|pa|ss)_|dckr_pat_|tok_|pypi-|ATATT)[A-Za-z0-9_\-]{16,}=*"),
    ),
    _Rule(("sg.", "ya29.", "hvs.", "hvb."), re.compile(r"\b(?:SG|ya29|hvs|hvb)\.[A-Za-z0-9_\-]{16,}(?:\.[A-Za-z0-9_\-]{16,})?")),
    _Rule(("age-secret-key-1",), re.compile(r"\bAGE-SECRET-KEY-1[A-Z0-9]{16,}")),
    _Rule(
        ("sk-", "pk-", "rk-", "sk_", "pk_", "rk_"), re.compile(r"\b(?:sk|pk|rk)[-_](?=[A-Za-z0-9_\-]*[0-9])[A-Za-z0-9_\-]{16,}")
    ),
    _Rule(("sk-", "pk-", "rk-"), re.compile(r"\b(?:sk|pk|rk)-[A-Za-z]{20,}\b")),
    _Rule(("xox", "xapp-"), re.compile(r"\bxox[a-z]-[A-Za-z0-9\-]{10,}|\bxapp-[A-Za-z0-9\-]{10,}")),
    _Rule(("aiza",), re.compile(r"\bAIza[A-Za-z0-9_\-]{35}")),
    _Rule(("hf-", "hf_"), re.compile(r"\bhf[-_][A-Za-z0-9]{16,}")),
)
# Letters that a search without regard to case takes for one of ours, and str.lower() does not.
_FOLDED = str.maketrans({"\u0130": "i", "\u0131": "i", "\u017f": "s"})
_kept: set[str] = set()


def keep_secret(value: str) -> None:
    """Register a value that must never be written or shown by this process; too short ones (< 4 characters) are ignored."""
    if len(value) >= _SHORTEST:
        _kept.add(value)


def redacted(text: str) -> str:
    """Return the text without secrets; valid JSON stays valid."""
    for secret in sorted(_kept, key=len, reverse=True):
        text = text.replace(secret, BLANK)
    letters = small(text)
    for rule in RULES:
        if rule.concerns(letters):
            text = rule.applied(text)
    return text


def small(text: str) -> str:
    """Return the text in small letters; those that a pattern takes for ASCII letters are ASCII then."""
    return text.lower() if text.isascii() else text.translate(_FOLDED).lower()


def redact(value: Any) -> Any:
    """Return a copy of a JSON-like value without secrets, values of fields with a secret's name included."""
    if isinstance(value, dict):
        return {redacted(str(key)): _field(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redacted(str(value).encode("utf-8", "replace").decode())


def _field(name: str, item: Any) -> Any:
    if _is_secret(name) and item:
        return BLANK
    if isinstance(item, str) and _AMBIGUOUS_NAME.match(name):
        return str(redact(f"{name}={item}"))[len(name) + 1 :]
    return redact(item)


def _is_secret(name: str) -> bool:
    # The name of the environment variable or file that holds a key is not secret; the key is.
    return not name.endswith(("_env", "_file")) and bool(_NAME.search(name) or _TOKEN_NAME.match(name))


def _without_password(match: re.Match[str]) -> str:
    encoded = match[2].rstrip("=")
    try:
        decoded = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (ValueError, binascii.Error):
        return match[0]
    return match[1] + BLANK if b":" in decoded and decoded.isascii() else match[0]
