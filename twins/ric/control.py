"""The control API of the embedded network, which real networks do not have: advance time, inject disturbances, read the clock.

All routes are under /embedded/v1, to distinguish them from O-RAN interfaces.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from policies.text.validation import validation_text
from twins.network import NetworkError
from twins.ric.http_body import OBJECT_IN_OPENAPI, JsonObject
from twins.ric.managed_ran import ManagedRan
from twins.ric.problem import ProblemError, problem_of

MAX_ADVANCE_S = 7 * 24 * 3600.0


def _seconds(body: dict[str, Any]) -> float:
    seconds = body.get("seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= MAX_ADVANCE_S:
        raise ProblemError(400, f"seconds={seconds!r}: a number 0..{MAX_ADVANCE_S:g} (network time) is required")
    if not math.isfinite(seconds):
        raise ProblemError(400, f"seconds={seconds!r} is not finite")
    return float(seconds)


def control_router(ran: ManagedRan, inject: Callable[[dict[str, Any]], None]) -> APIRouter:
    """Return the control routes; `inject(body)` injects a disturbance into the network or raises ValueError."""
    router = APIRouter(prefix="/embedded/v1", tags=["Embedded control (not O-RAN)"])

    @router.get("/clock")
    def get_clock() -> dict[str, Any]:
        card = ran.card()
        return {"now": card.now.isoformat(), "granularity_s": card.granularity_s, "last": ran.pm.last}

    @router.post("/advance", openapi_extra=OBJECT_IN_OPENAPI)
    def advance(body: JsonObject) -> dict[str, Any]:
        card = ran.advance(_seconds(body))
        return {"now": card.now.isoformat(), "granularity_s": card.granularity_s, "last": ran.pm.last}

    @router.post("/disturbances", status_code=201, openapi_extra=OBJECT_IN_OPENAPI)
    def post_disturbance(body: JsonObject) -> Response:
        try:
            with ran.lock:
                inject(body)
        except ValidationError as error:
            raise ProblemError(400, validation_text(error, "disturbance")) from error
        except (NetworkError, ValueError) as error:
            raise problem_of(error) from error
        return JSONResponse(body, 201)

    return router
