"""Secrets are blanked wherever they are, JSON stays JSON, and ordinary text of this field stays as it is."""

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.text.base_url import base_url
from policies.text.redaction import BLANK, RULES, keep_secret, redact, redacted, small

# The shapes are put together here, so that no secret scanner takes this file for a leak.
AWS = "AKIA" + "IOSFODNN7EXAMPLE"
GITHUB = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
GITHUB_FINE = "github_pat_" + "11ABCDEFG0abcdefghijkl_abcdefghijklmnopqrstuvwxyz"
OPENAI = "sk-" + "proj-4f8hQ2abcdEFGH1234ijkl"
SLACK = "xoxb-" + "123456789012-abcdefGHIJKL"
JWT = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
PEM = (
    "-----BEGIN PRIVATE KEY-----\n"
    + "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n"
    + "-----END PRIVATE KEY-----"
)
TOKEN = "aB3dE6gH9jK2" + "mN5pQ8rS1tU4vW7xY0zA"
PREFIXES = ("dop" + "_v1_", "wh" + "sec_", "shp" + "at_", "dckr" + "_pat_", "py" + "pi-", "hv" + "s.", "ya" + "29.", "gl" + "rt-")
BASIC = base64.b64encode(b"operator:hunter22").decode()

CASES = {
    "login in a URL": ("http://operator:hunter22@ran.example:8710/x", "hunter22"),
    "user alone in a URL": ("no answer from https://t0ken1234567@ran.example/x", "t0ken1234567"),
    "login with a second at": ("http://user:p@ss1234@host/x", "ss1234"),
    "access token in a query": ("GET /x?access_token=abc123def&limit=2", "abc123def"),
    "api key in a query": ("GET /x?limit=2&api_key=abc123def", "abc123def"),
    "short key in a query": ("https://host/x?key=abc123def", "abc123def"),
    "authorization header": ("Authorization: Bearer abcdefghijklmnop", "abcdefghijklmnop"),
    "authorization header without a scheme": ("Authorization: 3f9c21aa77", "3f9c21aa77"),
    "authorization header, other scheme": ("proxy-authorization: Digest abcdef", "abcdef"),
    "bearer alone": ("sent Bearer 4f8hQ2abcdEFGH12", "4f8hQ2abcdEFGH12"),
    "basic alone": (f"sent Basic {BASIC} to it", BASIC),
    "cookie": ("Cookie: session=abcdef; other=1", "abcdef"),
    "assignment": ("password=hunter22, then", "hunter22"),
    "assignment with a prefix": ("export RAN_CLIENT_SECRET=hunter22", "hunter22"),
    "aws": (f"key {AWS} used", AWS),
    "aws secret": ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG", "wJalrXUtnFEMI"),
    "github": (f"remote: {GITHUB}", GITHUB),
    "github, fine grained": (GITHUB_FINE, "11ABCDEFG0"),
    "openai": (f"401 for {OPENAI}", OPENAI),
    "slack": (SLACK, "abcdefGHIJKL"),
    "slack webhook": ("https://hooks.slack.com/services/T000/B000/XXXXabcd", "XXXXabcd"),
    **{f"prefix {prefix}": (f"401 for {prefix}{TOKEN}", TOKEN) for prefix in PREFIXES},
    "a key of an account": (f"AccountName=a;AccountKey={TOKEN}==", TOKEN),
    "a name in one word": (f"PGPASSWORD={TOKEN}", TOKEN),
    "a subscription key": (f"Ocp-Apim-Subscription-Key: {TOKEN}", TOKEN),
    "a value with spaces": ('password="correct horse battery"', "battery"),
    "a password in a sentence": ("the password is hunter22", "hunter22"),
    "a token as an option": (f"--token {TOKEN}", TOKEN),
    "a login as an option": ("curl -u operator:hunter22 host", "hunter22"),
    "a login without a scheme": ("operator:hunter22@ran.example", "hunter22"),
    "a digest": ('Authorization: Digest username="op", response="0123456789abcdef"', "0123456789abcdef"),
    "a pgp key": (f"-----BEGIN PGP PRIVATE KEY BLOCK-----\n{TOKEN}\n-----END PGP PRIVATE KEY BLOCK-----", TOKEN),
    "pass": ("smtp connect with pass=hunter22!", "hunter22"),
    "pass with a prefix": ("export SMTP_PASS=correcthorse", "correcthorse"),
    "pass after a user": ("user=operator pass=correcthorse", "correcthorse"),
    "pass in a query": ("GET /x?user=op&pass=correcthorse", "correcthorse"),
    "session": ("session=9f8aQ2bcdeFGH1234 resumed", "9f8aQ2bcdeFGH1234"),
    "session id": ("JSESSIONID=0A1B2C3D4E5F60718293A4B5C6D7E8F9", "0A1B2C3D4E5F"),
    "key alone": (f"key={TOKEN}", TOKEN),
    "snmp community": ("community=s3cretRO", "s3cretRO"),
    "snmp community in a configuration": ("snmp-server community private RO", "private"),
    "snmp community of a command": ("snmpwalk -v2c -c private 10.0.0.1 sysDescr", "private"),
    "token in a path": (f"GET /api/token/{TOKEN}/rows", TOKEN),
    "secret of a hook": (f"https://chat.example/hooks/{TOKEN.lower()}", TOKEN.lower()),
    "telegram": (f"https://api.telegram.org/bot123456789:{TOKEN}abcdefghij/sendMessage", TOKEN),
    "discord": (f"https://discord.com/api/webhooks/123456789012345678/{TOKEN}", TOKEN),
    "slack trigger": (f"https://hooks.slack.com/triggers/T0001AAAA/1234567890123/{TOKEN.lower()}", TOKEN.lower()),
    "cookies of a client": (f"cookies={{'sid': '{TOKEN}'}}", TOKEN),
    "cookie in a list of headers": ("[('cookie', 'a=hunter22; b=1')]", "hunter22"),
    "authorization in a list of headers": ("[(b'authorization', b'Bearer hunter22')]", "hunter22"),
    "authorization in capitals": (f"AUTHORIZATION: BASIC {BASIC}", BASIC),
    "authorization, scheme of a vendor": ("aUtHoRiZaTiOn: GenieKey eb243592-faa2-4ba2", "eb243592"),
    "jwt": (f"token was {JWT}.", JWT[:30]),
    "pem": (f"key:\n{PEM}\nend", "MC4CAQAw"),
    "pem that was cut": (PEM[:60], "MC4CAQAw"),
}
ORDINARY = (
    "radio bearer establishment failed on DRB 5",
    "Bearer reconfiguration of DRB.PdcpSduDelayDl.Filter_5QI",
    "the default bearer characteristics are those of 5QI 9",
    "basic service set, basic throughput 25.0 Mbit/s",
    "Basic scheduling of URLLC",
    "the token budget of 4096, the secret of 5G, password123 is refused; a credential file of 12 kB",
    "change by 1000:alice at 12:30, 3 of 4 passed; the key 3f2a9c0d4b5e6f708192a3b4c5d6e7f8 with 6 records",
    "token bucket with 1500 bytes; tokens: 1700 in, 200 out",
    "the key performance indicators DRB.UEThpDl=25.3 and RRU.PrbTotDl=81",
    "http://127.0.0.1:8710/A1-P/v2/policytypes/ORAN_SliceSLATarget_2.0.0?limit=20&after=7",
    "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1,RRMPolicyRatio=eMBB",
    "set rRMPolicyMinRatio to 40 % for S-NSSAI sst=1 sd=0A0B0C",
    "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "risk-averse task-scheduler-configuration of disk-usage-monitoring",
    "contact noc@operator.example about cell S1C1 @ 18:00",
    "keep URLLC delay below 10 ms in the stadium tonight",
    "public key -----BEGIN PUBLIC KEY----- is not a secret",
    "pass=3 of 5, pass=12/12, pass=yes, pass=passed; low_pass=40Hz, bypass=enabled2",
    "key=DRB.UEThpDl, key=DRB.PdcpSduVolumeDL.SNSSAI.01, key=S1C1, sort key=value-of-2026-06-06T18:00",
    "twinpilot-journal key=3f2a9c0d4b5e6f708192a3b4c5d6e7f8 seq=7 hash=9f86d081884c7d65 signature=kept",
    "public key=AAAAC3NzaC1lZDI1NTE5AAAAIJ known",
    "session=3, PDU session=pdu-5 of 5QI 9, session: 2026-06-06T18:00:00+00:00, the RRC session ended",
    "the community of users near the stadium, community: O-RAN, BGP community=65000:100",
    "GET /auth/login, /token/refresh, /hooks/pre-commit, /services/management, /webhooks/2026-06-06",
    "http://127.0.0.1:8710/A1-P/v2/policytypes/ORAN_SliceSLATarget_2.0.0/policies/p-20260606-abc",
    "authorization: rule site7-planners-configure-with-approval (planner) may do this",
    "cookies are refused; the beam session keeps 12 of 64 beams",
    "authorization: rule planners-configure-with-approval (planner) may do this with a human's approval",
    "authorization: forbidden by most-of-the-network-needs-an-engineer",
)


@pytest.mark.parametrize(("text", "secret"), CASES.values(), ids=CASES)
def test_a_secret_is_blanked(text, secret):
    clean = redacted(text)
    assert secret not in clean and BLANK in clean
    assert redacted(clean) == clean


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_stays_as_it_is(text):
    assert redacted(text) == text


@pytest.mark.parametrize(("text", "secret"), CASES.values(), ids=CASES)
def test_a_secret_inside_json_is_blanked_and_json_stays_json(text, secret):
    document = json.dumps({"a": [text, {"b": text}], "n": 1.5})
    clean = json.loads(redacted(document))
    assert secret not in json.dumps(clean) and clean["n"] == 1.5
    assert secret not in redacted(json.dumps(document))


@pytest.mark.parametrize("rule", RULES, ids=[rule.hints[0] for rule in RULES])
@settings(max_examples=25, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(st.data())
def test_a_text_that_a_pattern_matches_is_not_passed_over(rule, data):
    assert rule.concerns(small(data.draw(st.from_regex(rule.pattern))))


@pytest.mark.parametrize(
    "text",
    ["PA\u017f\u017fWORD=hunter22", "CREDENT\u0130AL=hunter22", "credent\u0131al=hunter22", "\u212aEY_TO\u212aEN=hunter22"],
)
def test_a_letter_that_a_search_takes_for_another_one_hides_nothing(text):
    assert redacted(text) != text


@pytest.mark.parametrize(
    "text",
    [
        "eyJa.",
        "a-",
        "a_b=",
        "digest ",
        "password is ",
        "a:b@",
        "http://",
        " -u a",
        "Basic ",
        "pass=",
        "user=a pass=",
        "session=",
        "key=",
        "/token/",
        "/token/1",
        "snmp community",
        "snmpget -c",
        "cookies={",
        "authorization: a ",
    ],
)
def test_a_text_that_a_peer_repeats_without_end_does_not_hold_us(text):
    assert redacted(text * 40_000)


def nested(values):
    names = st.text() | st.sampled_from(["password", "token", "Authorization", "cookie=", "url"])
    return st.recursive(values, lambda inner: st.lists(inner) | st.dictionaries(names, inner))


@given(nested(st.text() | st.integers() | st.sampled_from([*(text for text, _ in CASES.values()), "password=", "token:"])))
def test_json_of_any_form_stays_json(value):
    assert type(json.loads(redacted(json.dumps(value)))) is type(value)


def test_a_field_that_is_named_like_a_secret_is_blanked():
    value = {
        "api_key": "abc",
        "nested": [{"password": "p"}],
        "tokens": 17,
        "api_key_env": "NAME",
        "credentials_file": "/x",
        "token": "",
    }
    assert redact(value) == {"api_key": BLANK, "nested": [{"password": BLANK}], "tokens": 17, "api_key_env": "NAME",
                             "credentials_file": "/x", "token": ""}  # fmt: skip


def test_a_field_with_an_ambiguous_name_is_blanked_if_its_value_looks_like_a_secret():
    value = {"pass": "hunter22", "session": "9f8aQ2bcdeFGH1234", "key": TOKEN, "community": "private"}
    assert redact(value) == dict.fromkeys(value, BLANK)
    harmless = {"pass": "3 of 5", "session": "pdu-5", "key": "DRB.UEThpDl", "community": "65000:100", "low_pass": "filter12"}
    assert redact(harmless) == harmless


def test_a_registered_secret_is_blanked_wherever_it_is():
    keep_secret("correct horse battery")
    assert redacted("it said correct horse battery to us") == f"it said {BLANK} to us"
    keep_secret("abc")
    assert redacted("abc") == "abc"


@pytest.mark.parametrize(
    "url", ["http://user:hunter22@host", "https://hunter22@host:1", "http://host/x?token=hunter22", "http://host#hunter22"]
)
def test_credentials_in_a_url_are_refused_without_repeating_them(url):
    with pytest.raises(ValueError, match="refused; give the URL alone") as caught:
        base_url(url)
    assert "hunter22" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:8710", "https://ran.example/prefix/"])
def test_an_ordinary_url_is_taken(url):
    assert base_url(url) == url
