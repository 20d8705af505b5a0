"""No request breaks the embedded RAN: whatever comes in, the answer is never a 500 and errors are problem details."""

from __future__ import annotations

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error

from twins.ric.server import EmbeddedRan, PortInUseError
from twins.system.scenario.presets import small_scenario
from twins.system.system_network import SystemNetwork

RAN = EmbeddedRan(SystemNetwork(small_scenario()), xapp_delay_s=0.0)
schema = schemathesis.openapi.from_asgi("/openapi.json", RAN.app)
PMS = "/a1-policy-management/v1"
PROVMNS = "/3GPPManagement/ProvMnS/v1"
CELL = "/ManagedElement=S1/GNBDUFunction=1/NRCellDU=S1C1"


@pytest.fixture(scope="module", autouse=True)
def _closed_at_the_end():
    yield
    RAN.close()


@pytest.fixture(scope="module")
def client():
    with httpx.Client(base_url=RAN.url, trust_env=False, timeout=600) as client:
        yield client


@schema.exclude(path_regex="/embedded/v1/advance").parametrize()
@settings(max_examples=8, suppress_health_check=list(HealthCheck), database=None)
def test_no_request_within_the_openapi_description_is_a_server_error(case):
    case.call_and_validate(checks=(not_a_server_error,))


TARGETS = [
    ("PUT", "/A1-P/v2/policytypes/ORAN_SliceSLATarget_1.0.0/policies/p"),
    ("PUT", "/a1-p/policytypes/20008/policies/p"),
    ("POST", PMS + "/policies"),
    ("PUT", PMS + "/services"),
    ("PATCH", PROVMNS + CELL),
    ("POST", "/embedded/v1/advance"),
    ("POST", "/embedded/v1/disturbances"),
]
BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"42",
    b'"text"',
    b"\xff\xfe",
    b'{"a": NaN}',
    b'{"seconds": 1e999}',
    b'{"seconds": -1}',
    b'{"a": "\\ud800"}',
    b"[" * 50_000 + b"]" * 50_000,
    b'{"n": ' + b"9" * 10_000 + b"}",
    b'{"attributes": {"nRPCI": {"deep": []}}}',
    b'[{"op": "move", "path": "/attributes/nRPCI", "value": 1}]',
    b'[{"op": "replace", "path": "#/attributes/nRPCI"}]',
    b'{"serviceId": 7}',
    b'{"nearRtRicId": "x", "policyTypeId": [], "policyObject": 3}',
]


@pytest.mark.parametrize(("method", "path"), TARGETS)
def test_malformed_bodies_are_the_callers_fault(client, method, path):
    for body in BODIES:
        for kind in ("application/json", "application/json-patch+json", "application/merge-patch+json", "text/plain"):
            answer = client.request(method, path, content=body, headers={"Content-Type": kind})
            assert 400 <= answer.status_code < 500, (body[:40], kind, answer.status_code)
            osc_refusal = path.startswith("/a1-p/") and answer.content == b""
            assert osc_refusal or answer.headers["content-type"] == "application/problem+json"


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(TARGETS), st.binary(max_size=60))
def test_random_bytes_are_the_callers_fault(client, target, body):
    method, path = target
    assert client.request(method, path, content=body).status_code < 500


@pytest.mark.parametrize(("method", "path"), TARGETS)
def test_a_body_above_the_limit_is_refused(client, method, path):
    assert client.request(method, path, content=b" " * (1 << 20) + b"{}").status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/A1-P/v2/policytypes/none", 404),
        ("GET", "/A1-P/v2/nowhere", 404),
        ("POST", "/A1-P/v2/policytypes", 405),
        ("GET", "/a1-p/policytypes/0", 400),
        ("GET", "/a1-p/policytypes/x", 400),
        ("GET", PMS + "/policies/none/status", 404),
        ("GET", PMS + "/services?serviceId=none", 404),
        ("GET", PROVMNS + "/ManagedElement=None", 404),
        ("GET", PROVMNS + "/", 400),
        ("GET", PROVMNS + "/not-a-name", 400),
        ("GET", PROVMNS + CELL + "?scopeType=ALL", 400),
        ("GET", PROVMNS + CELL + "?scopeLevel=-1", 400),
        ("PATCH", PROVMNS + CELL, 400),
        ("GET", "/pm/v1/reports?after=x", 400),
        ("GET", "/pm/v1/reports?limit=100000", 400),
    ],
)
def test_errors_are_problem_details_with_their_own_status(client, method, path, status):
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["detail"]


def test_a_media_type_that_is_no_patch_is_unsupported(client):
    assert client.patch(PROVMNS + CELL, json={"attributes": {"nRPCI": 8}}).status_code == 415


def test_a_port_in_use_is_one_clear_line():
    port = int(RAN.url.rsplit(":", 1)[1])
    with pytest.raises(PortInUseError, match=f"cannot listen on 127.0.0.1:{port}.*--port") as caught:
        EmbeddedRan(SystemNetwork(small_scenario()), port=port)
    assert "\n" not in str(caught.value)
