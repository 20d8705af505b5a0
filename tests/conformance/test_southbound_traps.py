"""Peers that answer garbage, too much, too slowly, partially or not at all cause a typed error each, without blocking."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler

import pytest
from trap_server import TrapServer, send

from policies.change import AttributeEdit
from tools.oran.a1_client import A1Client
from tools.oran.a1_management_client import ManagementA1Client
from tools.oran.a1_osc_client import OscA1Client
from tools.oran.o1_client import O1Client
from tools.oran.oran_network import OranNetwork
from tools.oran.peer import PeerError, PeerSettings
from tools.oran.pm_client import PmClient
from twins.network import InvalidChangeError, NetworkUnavailableError

QUICK = PeerSettings(timeout_s=0.3, attempts=2, backoff_s=0.01, max_body_bytes=1 << 20)
CALLS = {
    "A1 types": lambda url: A1Client(url, QUICK).types(),
    "A1 schema": lambda url: A1Client(url, QUICK).schema("T"),
    "A1 policy": lambda url: A1Client(url, QUICK).get("T", "p"),
    "A1 status": lambda url: A1Client(url, QUICK).status("T", "p"),
    "OSC types": lambda url: OscA1Client(url, QUICK).types(),
    "management types": lambda url: ManagementA1Client(url, QUICK).types(),
    "O1 read": lambda url: O1Client(url, QUICK).read("ManagedElement=S1"),
    "PM pull": lambda url: list(PmClient(url, QUICK).deliveries(None)),
    "inventory": lambda url: OranNetwork(url, dialect="a1", settings=QUICK).describe(),
}
GARBAGE = {
    "HTML": (b"<html><body>Welcome to nginx!</body></html>", "text/html"),
    "truncated JSON": (b'{"policySchema": {"type": "obj', "application/json"),
    "wrong type": (b"42", "application/json"),
    "wrong items": (b'[{"a": 1}, null, true]', "application/json"),
    "empty": (b"", "application/json"),
    "not UTF-8": (b"\xff\xfe\x00", "application/json"),
    "nested without end": (b"[" * 100_000, "application/json"),
    "huge": (b" " * (2 << 20), "application/json"),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_is_one_typed_error_that_names_the_peer_and_the_request(call, garbage):
    body, kind = GARBAGE[garbage]
    with TrapServer(lambda handler, number: send(handler, 200, body, kind)) as trap:
        with pytest.raises(PeerError) as caught:
            CALLS[call](trap.url)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 600


@pytest.mark.parametrize("call", CALLS)
def test_an_error_names_peer_request_and_remedy(call):
    with TrapServer(lambda handler, number: send(handler, 200, b"<html>", "text/html")) as trap:
        with pytest.raises(PeerError) as caught:
            CALLS[call](trap.url)
        assert trap.url in str(caught.value)
        assert "GET /" in str(caught.value)
        assert "check that the URL" in str(caught.value)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_an_attribute_that_is_not_a_finite_number_is_a_typed_error(value):
    body = f'{{"id": "S1", "attributes": {{"nRPCI": {value}}}}}'.encode()
    with TrapServer(lambda handler, number: send(handler, 200, body)) as trap, pytest.raises(PeerError, match="check the peer's"):
        O1Client(trap.url, QUICK).read("ManagedElement=S1")


def test_an_unreachable_peer_is_reported_with_its_url():
    with pytest.raises(NetworkUnavailableError, match=r"http://127\.0\.0\.1:9.*start the peer or correct its URL"):
        A1Client("http://127.0.0.1:9", QUICK).types()


def test_a_wrong_url_is_refused_at_once():
    with pytest.raises(ValueError, match="http://HOST:PORT"):
        A1Client("ric.example:8080")


def test_a_slow_peer_is_not_waited_for():
    released, answered = threading.Event(), threading.Event()

    def script(handler: BaseHTTPRequestHandler, number: int) -> None:
        released.wait(60)
        answered.set()

    with TrapServer(script) as trap:
        with pytest.raises(PeerError, match="no usable answer"):
            A1Client(trap.url, QUICK).types()
        assert not answered.is_set()
        released.set()


def test_a_peer_that_drips_is_cut_off():
    finished = threading.Event()

    def script(handler: BaseHTTPRequestHandler, number: int) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        try:
            for _ in range(600):
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.1)
            finished.set()
        except OSError:  # the client has hung up
            pass

    with TrapServer(script) as trap:
        with pytest.raises(PeerError, match="too slowly"):
            O1Client(trap.url, QUICK).read("ManagedElement=S1")
        assert not finished.is_set(), "it was read to the end"


def test_a_connection_that_closes_in_the_middle_is_retried_if_that_is_harmless():
    def script(handler: BaseHTTPRequestHandler, number: int) -> None:
        if number > 1:
            send(handler, 200, b'["T"]')
            return
        handler.send_response(200)
        handler.send_header("Content-Length", "500")
        handler.end_headers()
        handler.wfile.write(b'["T')

    with TrapServer(script) as trap:
        assert A1Client(trap.url, QUICK).types() == ("T",)
        assert len(trap.requests) == 2


def test_a_write_with_unknown_outcome_is_not_sent_twice():
    def script(handler: BaseHTTPRequestHandler, number: int) -> None:
        handler.wfile.flush()

    edit = AttributeEdit(dn="ManagedElement=S1", attribute="a", old=1, new=2)
    with TrapServer(script) as trap:
        with pytest.raises(PeerError, match="read back the current values"):
            O1Client(trap.url, QUICK).write([edit])
        assert len(trap.requests) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_an_overloaded_peer_is_retried_with_the_same_request(status):
    schema = json.dumps({"policySchema": {"type": "object"}}).encode()

    def script(handler: BaseHTTPRequestHandler, number: int) -> None:
        if handler.command == "GET":
            send(handler, 200, schema)
        else:
            send(handler, status if number < 4 else 201, b"{}")

    with TrapServer(script) as trap:
        A1Client(trap.url, PeerSettings(backoff_s=0.01)).put("T", "p", {"a": 1})
        puts = [request for request in trap.requests if request[0] == "PUT"]
        assert len(puts) == 3
        assert len(set(puts)) == 1


def test_a_refusal_with_an_empty_body_is_still_a_refusal():
    def script(handler: BaseHTTPRequestHandler, number: int) -> None:
        send(handler, 200, b'{"policySchema": {}}') if handler.command == "GET" else send(handler, 400)

    with TrapServer(script) as trap, pytest.raises(InvalidChangeError, match="empty body"):
        A1Client(trap.url, QUICK).put("T", "p", {})


def test_a_status_that_was_encoded_twice_is_understood():
    twice = json.dumps(json.dumps({"enforceStatus": "ENFORCED"})).encode()
    with TrapServer(lambda handler, number: send(handler, 200, twice)) as trap:
        assert A1Client(trap.url, QUICK).status("T", "p").enforced


def test_the_dialect_of_a_schema_is_honoured():
    # prefixItems exists in 2020-12 only: a draft-07 validator would ignore it and let the body through.
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "properties": {"a": {"prefixItems": [{"type": "string"}]}},
    }
    body = json.dumps({"policySchema": schema}).encode()
    with TrapServer(lambda handler, number: send(handler, 200, body)) as trap:
        with pytest.raises(InvalidChangeError, match="not of type 'string'"):
            A1Client(trap.url, QUICK).put("T", "p", {"a": [1]})
        assert [method for method, _, _ in trap.requests] == ["GET"]


@pytest.mark.parametrize(
    "schema",
    [
        {"$schema": "https://vendor.example/own-dialect"},
        {"type": 7},
        {"properties": {"a": {"$ref": "http://127.0.0.1:9/schema.json"}}},
    ],
)
def test_a_schema_that_cannot_be_used_is_the_peers_fault_and_nothing_is_fetched_for_it(schema):
    body = json.dumps({"policySchema": schema}).encode()
    with (
        TrapServer(lambda handler, number: send(handler, 200, body)) as trap,
        pytest.raises(PeerError, match="report it to the vendor"),
    ):
        A1Client(trap.url, QUICK).put("T", "p", {"a": 1})
