"""The A1 policy management service (R1 interface), under /a1-policy-management/v1.

Policies are addressed by their id alone; POST takes the policy with its metadata, PUT the policy object only. A registered
service that misses its keepalive is deregistered and its policies are deleted.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from twins.ric.http_body import OBJECT_IN_OPENAPI, JsonObject
from twins.ric.policy_store import Policy, PolicyStore
from twins.ric.policy_types import STATUS_SCHEMA
from twins.ric.problem import ProblemError
from twins.ric.services import ServiceRegistry

PREFIX = "/a1-policy-management/v1"
RIC_ID = "embedded-ric"


def _text(body: dict[str, Any], field: str, default: str | None = None) -> str:
    value = body.get(field, default)
    if not isinstance(value, str) or (default is None and not value):
        raise ProblemError(400, f"{field}={value!r}: a string is required")
    return value


def _by_id(store: PolicyStore, policy_id: str) -> Policy:
    for policy in store.all():
        if policy.id == policy_id:
            return policy
    raise ProblemError(404, f"policyId={policy_id!r} does not exist")


def _create(store: PolicyStore, body: dict[str, Any]) -> tuple[str, Policy]:
    ric, type_id = _text(body, "nearRtRicId"), _text(body, "policyTypeId")
    policy_id = _text(body, "policyId", "") or str(uuid4())
    policy_object = body.get("policyObject")
    if ric != RIC_ID:
        raise ProblemError(404, f"nearRtRicId={ric!r} is unknown; known: {RIC_ID}")
    if not isinstance(policy_object, dict):
        raise ProblemError(400, "policyObject: a JSON object is required")
    if any(policy.id == policy_id for policy in store.all()):
        raise ProblemError(409, f"policyId={policy_id!r} exists; PUT /policies/{policy_id} replaces it")
    service, transient = _text(body, "serviceId", ""), body.get("transient", False)
    store.put(type_id, policy_id, policy_object)
    policy = store.get(type_id, policy_id)
    policy.service, policy.transient = service, transient is True
    return policy_id, policy


def management_router(store: PolicyStore, services: ServiceRegistry) -> APIRouter:
    """Return the routes of the policy management service over `store`."""
    router = APIRouter(prefix=PREFIX, tags=["A1 policy management"])
    _add_types(router, store)
    _add_policies(router, store)
    _add_services(router, services)
    return router


def _add_types(router: APIRouter, store: PolicyStore) -> None:
    @router.get("/status")
    def get_status() -> dict[str, str]:
        return {"status": "success"}

    @router.get("/rics")
    def get_rics() -> dict[str, Any]:
        types = [policy_type.id for policy_type in store.types()]
        return {"rics": [{"ricId": RIC_ID, "managedElementIds": [], "state": "AVAILABLE", "policyTypeIds": types}]}

    @router.get("/policy-types")
    def get_policy_types() -> list[dict[str, str]]:
        return [{"policyTypeId": policy_type.id, "nearRtRicId": RIC_ID} for policy_type in store.types()]

    @router.get("/policy-types/{type_id}")
    def get_policy_type_definition(type_id: str) -> dict[str, Any]:
        return {"policySchema": store.type(type_id).schema, "statusSchema": STATUS_SCHEMA}


def _add_policies(router: APIRouter, store: PolicyStore) -> None:
    @router.get("/policies")
    def get_policy_ids(policyTypeId: str | None = None, serviceId: str | None = None) -> list[dict[str, str]]:  # noqa: N803
        return [
            {"policyId": policy.id, "nearRtRicId": RIC_ID}
            for policy in store.all()
            if policyTypeId in (None, policy.type_id) and serviceId in (None, policy.service)
        ]

    @router.post("/policies", status_code=201, openapi_extra=OBJECT_IN_OPENAPI)
    def create_policy(body: JsonObject) -> Response:
        policy_id, _ = _create(store, body)
        answer = {**body, "policyId": policy_id}
        return JSONResponse(answer, 201, headers={"Location": f"{PREFIX}/policies/{policy_id}"})

    @router.get("/policies/{policy_id}")
    def get_policy(policy_id: str, response: Response) -> dict[str, Any]:
        policy = _by_id(store, policy_id)
        response.headers["ETag"] = f'"{policy.version}"'
        return policy.body

    @router.put("/policies/{policy_id}", openapi_extra=OBJECT_IN_OPENAPI)
    def update_policy(policy_id: str, body: JsonObject) -> dict[str, Any]:
        store.put(_by_id(store, policy_id).type_id, policy_id, body)
        return body

    @router.delete("/policies/{policy_id}", status_code=204)
    def delete_policy(policy_id: str) -> Response:
        store.delete(_by_id(store, policy_id).type_id, policy_id)
        return Response(status_code=204)

    @router.get("/policies/{policy_id}/status")
    def get_policy_status(policy_id: str) -> dict[str, Any]:
        return _by_id(store, policy_id).status


def _add_services(router: APIRouter, services: ServiceRegistry) -> None:
    @router.get("/services")
    def get_services(serviceId: str | None = None) -> dict[str, Any]:  # noqa: N803
        return {"serviceList": services.listing(serviceId)}

    @router.put("/services", openapi_extra=OBJECT_IN_OPENAPI)
    def put_service(body: JsonObject) -> Response:
        created = services.register(body)
        return JSONResponse({}, 201 if created else 200)

    @router.delete("/services/{service_id}", status_code=204)
    def delete_service(service_id: str) -> Response:
        services.remove(service_id)
        return Response(status_code=204)

    @router.put("/services/{service_id}/keepalive")
    def keep_alive_service(service_id: str) -> dict[str, Any]:
        services.keep_alive(service_id)
        return {}
