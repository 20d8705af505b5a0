"""O1 provisioning: ProvMnS of TS 28.532 clause 12.1.1 over the managed objects of the network.

GET reads an object, or the objects in scope below it; PATCH writes all attributes of a document or none. A request with an
`Idempotency-Key` is executed once: a repetition gets the same answer, a different request with that key is refused (422).
The answer to GET has the object's count of writes as its entity tag (RFC 9110 clause 8.8.3; TS 28.532 has no versions).
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Header, Query, Request, Response

from policies.change import AttributeEdit, ChangeSet, digest_of
from policies.managed_object import Scalar
from twins.network import NetworkError
from twins.ric.http_body import JsonBody
from twins.ric.managed_ran import ManagedRan
from twins.ric.o1_patch import JSON_PATCH, JSON_PATCH_3GPP, MERGE_PATCH, Operation, dn_of_path, read_patch
from twins.ric.o1_tree import resource, subtree
from twins.ric.problem import ProblemError, problem_of

PREFIX = "/3GPPManagement/ProvMnS/v1"
_MAX_REMEMBERED = 10_000
Answers = dict[str, tuple[str, list[dict[str, Any]]]]
_PATCH_IN_OPENAPI: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            MERGE_PATCH: {"schema": {"type": "object"}},
            JSON_PATCH: {"schema": {"type": "array"}},
            JSON_PATCH_3GPP: {"schema": {"type": "array"}},
        },
    }
}


class Provisioning:
    """Writes managed objects and remembers the answers to the latest requests with an idempotency key.

    `answers`: those that a server before this one gave for the same network.
    """

    def __init__(self, ran: ManagedRan, answers: Answers | None = None) -> None:
        self._ran = ran
        self._answers: OrderedDict[str, tuple[str, list[dict[str, Any]]]] = OrderedDict(answers or {})

    def answers(self) -> Answers:
        """Return the remembered answers, oldest first: (digest of the request, answer) by idempotency key."""
        with self._ran.lock:
            return dict(self._answers)

    def patch(self, operations: list[Operation], key: str | None) -> list[dict[str, Any]]:
        """Apply a patch and return the changed objects; raises ProblemError(400, 404, 409, 422)."""
        request = digest_of([[operation.kind, operation.dn, operation.attribute, operation.value] for operation in operations])
        with self._ran.lock:
            if key is not None and key in self._answers:
                return self._replay(key, request)
            edits = self._edits(operations)
            try:
                self._ran.network.apply(ChangeSet(edits=tuple(edits)), f"o1-{key or ''}-{uuid4()}")
            except (NetworkError, ValueError) as error:
                raise problem_of(error) from error
            answer = [resource(dn, self._ran.network.read(dn), ()) for dn in dict.fromkeys(e.dn for e in edits)]
            if key is not None:
                self._remember(key, request, answer)
        return answer

    def _replay(self, key: str, request: str) -> list[dict[str, Any]]:
        previous, answer = self._answers[key]
        if previous != request:
            raise ProblemError(422, f"Idempotency-Key {key!r} was used for another request; use a new key")
        return answer

    def _remember(self, key: str, request: str, answer: list[dict[str, Any]]) -> None:
        self._answers[key] = (request, answer)
        while len(self._answers) > _MAX_REMEMBERED:
            self._answers.popitem(last=False)

    def _edits(self, operations: list[Operation]) -> list[AttributeEdit]:
        values: dict[tuple[str, str], Scalar] = {}
        edits = []
        for operation in operations:
            dn, attribute, value = operation.dn, operation.attribute, operation.value
            current = values[dn, attribute] if (dn, attribute) in values else self._current(dn, attribute)
            if operation.kind == "test":
                if current != value:
                    raise ProblemError(409, f"{dn} {attribute} is {current!r}, not {value!r}; read it again")
                continue
            edits.append(AttributeEdit(dn=dn, attribute=attribute, old=current, new=value))
            values[dn, attribute] = value
        return edits

    def _current(self, dn: str, attribute: str) -> Scalar:
        try:
            attributes = self._ran.network.read(dn).attributes
        except NetworkError as error:
            raise problem_of(error) from error
        if attribute not in attributes:
            raise ProblemError(400, f"{dn} has no attribute {attribute!r}; it has {', '.join(attributes)}")
        return attributes[attribute]


def provisioning_router(ran: ManagedRan, provisioning: Provisioning) -> APIRouter:
    """Return the ProvMnS routes over `ran`; `provisioning` writes to it."""
    router = APIRouter(prefix=PREFIX, tags=["O1 ProvMnS"])

    @router.get("/{ldn:path}")
    def get_moi(
        ldn: str,
        response: Response,
        scopeType: str = "BASE_ONLY",  # noqa: N803
        scopeLevel: Annotated[int, Query(ge=0, le=99)] = 0,  # noqa: N803
        attributes: str = "",
    ) -> dict[str, Any]:
        names = tuple(name for name in attributes.split(",") if name)
        response.headers["ETag"] = f'"{ran.version((dn_of_path(ldn), ""))}"'
        return subtree(ran, dn_of_path(ldn), scopeType, scopeLevel, names)

    @router.patch("/{ldn:path}", openapi_extra=_PATCH_IN_OPENAPI)
    def patch_moi(
        ldn: str, request: Request, body: JsonBody, idempotency_key: Annotated[str | None, Header(max_length=256)] = None
    ) -> list[dict[str, Any]]:
        operations = read_patch(dn_of_path(ldn), request.headers.get("content-type", ""), body)
        return provisioning.patch(operations, idempotency_key)

    return router
