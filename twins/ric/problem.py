"""Errors as RFC 7807 problem details, as required by A1-P and R1.

Every error of the embedded server is a `ProblemError`: status, title, detail in one line, and the `violations` of the network's
rules, if any. Malformed input is a client error (4xx); a 500 would be a defect of this server.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from policies.text.validation import validation_text
from policies.violation import Violation
from twins.network import InvalidChangeError, NetworkError, StaleEditError, UnknownObjectError


class ProblemError(Exception):
    """A request that cannot be served: HTTP status, one-line detail, violated rules."""

    def __init__(self, status: int, detail: str, violations: list[Violation] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.violations = violations or []


def problem_of(error: NetworkError | ValueError) -> ProblemError:
    """Return the problem for a network's error: 404 unknown object, 409 stale edit, 400 otherwise."""
    if isinstance(error, UnknownObjectError):
        return ProblemError(404, str(error))
    if isinstance(error, StaleEditError):
        return ProblemError(409, str(error))
    if isinstance(error, InvalidChangeError):
        return ProblemError(400, str(error), error.violations)
    return ProblemError(400, str(error))


def problem_response(status: int, detail: str, violations: list[Violation] | None = None) -> JSONResponse:
    """Return an application/problem+json response; invalid characters in `detail` are replaced."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail.encode("utf-8", "replace").decode(),
    }
    if violations:
        body["violations"] = [violation.model_dump() for violation in violations]
    return JSONResponse(body, status, media_type="application/problem+json")


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every error of `app` with problem+json."""

    @app.exception_handler(ProblemError)
    def _problem(_: Request, error: ProblemError) -> Response:
        return problem_response(error.status, error.detail, error.violations)

    @app.exception_handler(HTTPException)
    def _http(_: Request, error: HTTPException) -> Response:
        response = problem_response(error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(RequestValidationError)
    def _validation(_: Request, error: RequestValidationError) -> Response:
        return problem_response(400, validation_text(error, "the request"))
