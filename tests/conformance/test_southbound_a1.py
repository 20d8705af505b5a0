"""Every A1 dialect passes the same suite against the embedded near-RT RIC, and the dialect is determined by probing."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler

import httpx
import pytest
from southbound_suite import SLA, A1SouthboundSuite, sla_policy
from trap_server import Proxy, TrapServer, send

from tools.oran.a1_client import A1Client
from tools.oran.a1_connect import connect_a1
from tools.oran.a1_management_client import Keepalive, ManagementA1Client
from tools.oran.a1_osc_client import OscA1Client
from tools.oran.a1_southbound import await_enforced
from tools.oran.peer import PeerError
from tools.oran.policy_status import parse_status
from twins.network import InvalidChangeError, UnknownObjectError
from twins.ric.server import EmbeddedRan
from twins.system.scenario.presets import small_scenario
from twins.system.system_network import SystemNetwork

DIALECTS = {
    "A1-P v2": ("a1", "/unused", A1Client),
    "OSC": ("osc", "/a1-p", OscA1Client),
    "OSC mediator under the standard prefix": ("osc", "/A1-P/v2", OscA1Client),
    "policy management service": ("management", "/unused", ManagementA1Client),
}


@pytest.fixture(params=DIALECTS, scope="module")
def peer(request):
    face, prefix, kind = DIALECTS[request.param]
    with EmbeddedRan(SystemNetwork(small_scenario()), faces=(face,), osc_prefix=prefix) as ran:
        yield ran.url, kind


class TestEveryDialect(A1SouthboundSuite):
    @pytest.fixture
    def a1(self, peer):
        url, kind = peer
        client = connect_a1(url)
        assert type(client) is kind
        yield client
        for policy_id in client.ids(SLA):
            client.delete(SLA, policy_id)
        client.close()


def test_a_refusal_by_the_peer_is_an_invalid_change_even_without_a_reason(peer):
    """The peer tells a schema that allows anything, so that the client's own check lets everything pass."""
    url, _ = peer

    def without_schema(handler: BaseHTTPRequestHandler, method: str, path: str) -> bool:
        answer = httpx.get(url + path, trust_env=False) if method == "GET" else None
        body = answer.json() if answer is not None and answer.status_code == 200 else None
        kept = {"policySchema", "create_schema"} & set(body) if isinstance(body, dict) else set()
        if kept:
            send(handler, 200, json.dumps(body | {name: {"type": "object"} for name in kept}).encode())
        return bool(kept)

    with Proxy(url, without_schema) as proxy:
        a1 = connect_a1(proxy.url)
        with pytest.raises(InvalidChangeError):
            a1.put(SLA, "p-1", {"scope": 1})
        assert any(method in ("PUT", "POST") for method, _, _ in proxy.requests), "it was never sent"
        assert a1.ids(SLA) == ()
        a1.close()


@pytest.mark.parametrize("double_encoded", [False, True])
@pytest.mark.parametrize(
    ("face", "path"), [("a1", "/A1-P/v2/policytypes/{}/policies/p-1"), ("osc", "/a1-p/policytypes/{}/policies/p-1")]
)
def test_the_embedded_ric_posts_status_changes_to_clients_that_want_them(face, path, double_encoded):
    """TwinPilot asks for the status; other clients of the embedded near-RT RIC may be notified."""
    posted = threading.Event()

    def script(handler, number):
        send(handler, 204)
        posted.set()

    with (
        EmbeddedRan(SystemNetwork(small_scenario()), faces=(face,), double_encode_callbacks=double_encoded) as ran,
        TrapServer(script) as listener,
    ):
        types = httpx.get(ran.url + path.partition("/{}")[0], trust_env=False).json()
        place = path.format(SLA if face == "a1" else types[0])
        to = {"notificationDestination": listener.url}
        assert httpx.put(ran.url + place, params=to, json=sla_policy(), trust_env=False).status_code in (200, 201, 202)
        assert posted.wait(600)
        assert parse_status(json.loads(listener.requests[0][2])).enforced


def test_a_service_that_misses_its_keepalive_loses_its_policies_and_a_live_service_does_not():
    with EmbeddedRan(SystemNetwork(small_scenario()), faces=("management",)) as ran:
        alive = ManagementA1Client(ran.url, service_id="alive")
        lost = ManagementA1Client(ran.url, service_id="lost")
        keepalive = Keepalive(alive, interval_s=1)
        lost.register(1)
        alive.put(SLA, "p-alive", sla_policy())
        lost.put(SLA, "p-lost", sla_policy())
        deadline = time.monotonic() + 600
        while "p-lost" in alive.ids(SLA) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert alive.ids(SLA) == ("p-alive",)
        assert keepalive.failure is None
        with pytest.raises(UnknownObjectError):
            lost.keep_alive()
        keepalive.close()


def test_a_request_to_a_locked_ric_is_retried():
    def script(handler: BaseHTTPRequestHandler, number: int) -> None:
        if number <= 2:
            send(handler, 423, b'{"title": "Locked", "status": 423}', "application/problem+json")
        else:
            send(handler, 200, b'{"ok": 1}')

    with TrapServer(script) as trap:
        assert ManagementA1Client(trap.url).get(SLA, "p") == {"ok": 1}


def test_a_policy_that_never_is_enforced_ends_at_the_deadline():
    waiting = json.dumps({"enforceStatus": "NOT_ENFORCED", "enforceReason": "OTHER_REASON"}).encode()
    with TrapServer(lambda handler, number: send(handler, 200, waiting)) as trap:
        with pytest.raises(PeerError, match=r"not enforced after 0\.3 s"):
            await_enforced(A1Client(trap.url), SLA, "p", deadline_s=0.3)
        assert len(trap.requests) > 1, "it was asked once only"


def test_an_interface_without_policy_types_has_to_be_configured():
    with (
        TrapServer(lambda handler, number: send(handler, 404 if "rics" in handler.path else 200, b"[]")) as trap,
        pytest.raises(PeerError, match="set the dialect"),
    ):
        connect_a1(trap.url)


def test_osc_types_can_be_registered_by_the_client():
    def script(handler: BaseHTTPRequestHandler, number: int) -> None:
        send(handler, 201 if handler.command == "PUT" else 200, b"[]")

    with TrapServer(script) as trap:
        OscA1Client(trap.url).register_type(20100, "Mine_1.0.0", "mine", {"type": "object"})
        method, path, body = trap.requests[0]
        assert (method, path) == ("PUT", "/a1-p/policytypes/20100")
        assert set(json.loads(body)) == {"name", "description", "policy_type_id", "create_schema"}
