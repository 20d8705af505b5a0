"""The OSC dialect of A1: types are numbers, changes are answered with 202, a schema violation with 400 and an empty body.

The deployed mediator uses the prefix /A1-P/v2, its older interface /a1-p: the prefix is a parameter.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import Response

from twins.ric.http_body import OBJECT_IN_OPENAPI, JsonObject
from twins.ric.policy_store import PolicyStore
from twins.ric.policy_types import PolicyType
from twins.ric.problem import ProblemError

TypeNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]


def _by_number(store: PolicyStore, number: int) -> PolicyType:
    for policy_type in store.types():
        if policy_type.number == number:
            return policy_type
    raise ProblemError(404, f"policy_type_id={number} is not registered")


def osc_router(store: PolicyStore, prefix: str = "/a1-p") -> APIRouter:
    """Return the routes of the OSC dialect over `store`."""
    router = APIRouter(prefix=prefix, tags=["A1 OSC dialect"])

    @router.get("/healthcheck")
    def healthcheck() -> Response:
        return Response(status_code=200)

    @router.get("/policytypes")
    def get_all_policy_types() -> list[int]:
        return [policy_type.number for policy_type in store.types()]

    @router.get("/policytypes/{type_id}")
    def get_policy_type(type_id: TypeNumber) -> dict[str, Any]:
        policy_type = _by_number(store, type_id)
        return {
            "name": policy_type.id,
            "description": policy_type.description,
            "policy_type_id": policy_type.number,
            "create_schema": policy_type.schema,
        }

    _add_policies(router, store)
    return router


def _add_policies(router: APIRouter, store: PolicyStore) -> None:
    policy = "/policytypes/{type_id}/policies/{policy_id}"

    @router.get("/policytypes/{type_id}/policies")
    def get_all_instances_for_type(type_id: TypeNumber) -> list[str]:
        return store.ids(_by_number(store, type_id).id)

    @router.put(policy, status_code=202, openapi_extra=OBJECT_IN_OPENAPI)
    def create_or_replace_policy_instance(
        type_id: TypeNumber,
        policy_id: str,
        body: JsonObject,
        notificationDestination: str | None = None,  # noqa: N803
    ) -> Response:
        policy_type = _by_number(store, type_id)
        try:
            store.put(policy_type.id, policy_id, body, notificationDestination)
        except ProblemError as problem:
            if problem.status == 400:
                return Response(status_code=400)
            raise
        return Response(status_code=202)

    @router.get(policy)
    def get_policy_instance(type_id: TypeNumber, policy_id: str, response: Response) -> dict[str, Any]:
        policy = store.get(_by_number(store, type_id).id, policy_id)
        response.headers["ETag"] = f'"{policy.version}"'
        return policy.body

    @router.delete(policy, status_code=202)
    def delete_policy_instance(type_id: TypeNumber, policy_id: str) -> Response:
        store.delete(_by_number(store, type_id).id, policy_id)
        return Response(status_code=202)

    @router.get(policy + "/status")
    def get_policy_instance_status(type_id: TypeNumber, policy_id: str) -> dict[str, Any]:
        return store.get(_by_number(store, type_id).id, policy_id).status
