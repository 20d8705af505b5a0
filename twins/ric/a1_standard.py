"""A1-P v2: the policy management service of O-RAN.WG2.A1AP, under /A1-P/v2."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from twins.ric.http_body import OBJECT_IN_OPENAPI, JsonObject
from twins.ric.policy_store import PolicyStore
from twins.ric.policy_types import STATUS_SCHEMA

PREFIX = "/A1-P/v2"


def standard_router(store: PolicyStore) -> APIRouter:
    """Return the routes of A1-P v2 over `store`."""
    router = APIRouter(prefix=PREFIX, tags=["A1-P v2"])
    policy = "/policytypes/{type_id}/policies/{policy_id}"

    @router.get("/policytypes")
    def get_all_policy_types() -> list[str]:
        return [policy_type.id for policy_type in store.types()]

    @router.get("/policytypes/{type_id}")
    def get_policy_type(type_id: str) -> dict[str, Any]:
        return {"policySchema": store.type(type_id).schema, "statusSchema": STATUS_SCHEMA}

    @router.get("/policytypes/{type_id}/policies")
    def get_all_policy_identities(type_id: str) -> list[str]:
        return store.ids(type_id)

    @router.put(policy, openapi_extra=OBJECT_IN_OPENAPI)
    def put_policy(
        type_id: str,
        policy_id: str,
        body: JsonObject,
        notificationDestination: str | None = None,  # noqa: N803
    ) -> Response:
        created = store.put(type_id, policy_id, body, notificationDestination)
        location = {"Location": f"{PREFIX}/policytypes/{type_id}/policies/{policy_id}"} if created else None
        return JSONResponse(body, 201 if created else 200, headers=location)

    @router.get(policy)
    def get_policy(type_id: str, policy_id: str, response: Response) -> dict[str, Any]:
        policy = store.get(type_id, policy_id)
        response.headers["ETag"] = f'"{policy.version}"'  # A1AP has no versions; RFC 9110 clause 8.8.3
        return policy.body

    @router.delete(policy, status_code=204)
    def delete_policy(type_id: str, policy_id: str) -> Response:
        store.delete(type_id, policy_id)
        return Response(status_code=204)

    @router.get(policy + "/status")
    def get_policy_status(type_id: str, policy_id: str) -> dict[str, Any]:
        return store.get(type_id, policy_id).status

    return router
