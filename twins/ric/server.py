"""The embedded RAN: near-RT RIC (A1), O1 endpoint and PM reports over HTTP on loopback, in front of a system twin.

1. `EmbeddedRan(network)` starts uvicorn in a separate thread and serves at `.url`; it is a context manager.
2. All A1 dialects share one policy store; `faces` selects the dialects to serve, so that clients can be tested against each.
3. `osc_prefix="/A1-P/v2"` serves the OSC dialect under the prefix of the deployed mediator.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import TracebackType
from typing import Any, Literal

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

from policies.kpi import KpiFrame
from twins.network import Twin
from twins.ric.a1_management import management_router
from twins.ric.a1_osc import osc_router
from twins.ric.a1_standard import standard_router
from twins.ric.control import control_router
from twins.ric.managed_ran import ManagedRan
from twins.ric.o1_provisioning import Provisioning, provisioning_router
from twins.ric.operations import inventory_router, pm_router
from twins.ric.policy_store import PolicyStore, callback_body
from twins.ric.problem import ProblemError, install_problem_handlers, problem_response
from twins.ric.services import ServiceRegistry
from twins.ric.snapshot import RanSnapshot

Face = Literal["a1", "osc", "management"]
FACES: tuple[Face, ...] = ("a1", "osc", "management")


class PortInUseError(OSError):
    """The server cannot listen on the port; the message includes the remedy."""


def _listen(host: str, port: int) -> socket.socket:
    try:
        listening = socket.create_server((host, port), backlog=256)
    except (OSError, OverflowError) as error:
        raise PortInUseError(f"cannot listen on {host}:{port} ({error}); give another --port, or 0 for any free one") from error
    # Accepted connections inherit this option; asyncio sets it only on sockets created with proto=TCP. Without it every answer
    # waits 40 ms for the peer's delayed acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


class EmbeddedRan:
    """The server; `close()` (or leaving the context) stops it.

    network: the managed twin; from now on it must only be accessed through `ran` and its lock.
    port: 0 for any free port. history: earlier measurements of the network, served as its oldest PM reports. xapp_delay_s: wall
    seconds until a policy is enforced. double_encode_callbacks: post policy status as JSON in a JSON string, as some near-RT RICs
    do. resumed: the state of a server before this one, which goes on here. save: called with the state before any request that
    may have changed it is answered, and after each decision of the xApp. instance: what tells this network from others; empty: as
    the resumed state says, else the twin. Raises PortInUseError.
    """

    def __init__(
        self,
        network: Twin[Any],
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        history: KpiFrame | None = None,
        faces: tuple[Face, ...] = FACES,
        osc_prefix: str = "/a1-p",
        xapp_delay_s: float = 0.02,
        double_encode_callbacks: bool = False,
        resumed: RanSnapshot | None = None,
        save: Callable[[RanSnapshot], None] | None = None,
        instance: str = "",
    ) -> None:
        self._socket = _listen(host, port)
        self.url = f"http://{host}:{self._socket.getsockname()[1]}"
        self._double_encode = double_encode_callbacks
        self._save, self._saving = save, threading.Lock()
        if resumed is not None:
            network.restore(resumed.network)
        self.ran = ManagedRan(network, history, instance or (resumed.instance if resumed else ""))
        if resumed is not None:
            self.ran.pm.renumber(resumed.last_period)
        self._provisioning = Provisioning(self.ran, resumed.answers if resumed else None)
        policies = resumed.policies if resumed else ()
        self._policies = PolicyStore(self.ran, xapp_delay_s, self._notify, policies=policies, changed=self.persist)
        self._services = ServiceRegistry(self._policies)
        self.app = self._build(faces, osc_prefix)
        config = uvicorn.Config(self.app, log_level="critical", lifespan="off", timeout_graceful_shutdown=2)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="embedded-ran", daemon=True
        )
        self._thread.start()
        self._await_start()

    def _await_start(self) -> None:
        deadline = time.monotonic() + 20
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise PortInUseError(f"the embedded RAN did not start at {self.url}; check whether the port is free")
            time.sleep(0.005)

    def _build(self, faces: tuple[Face, ...], osc_prefix: str) -> FastAPI:
        app = FastAPI(title="TwinPilot embedded RAN", version="1.0.0")
        install_problem_handlers(app)
        app.middleware("http")(self._persist_before_answering)
        if "a1" in faces:
            app.include_router(standard_router(self._policies))
        if "osc" in faces:
            app.include_router(osc_router(self._policies, osc_prefix))
        if "management" in faces:
            app.include_router(management_router(self._policies, self._services))
        app.include_router(provisioning_router(self.ran, self._provisioning))
        app.include_router(pm_router(self.ran))
        app.include_router(inventory_router(self.ran))
        app.include_router(control_router(self.ran, self._inject))
        return app

    def snapshot(self) -> RanSnapshot:
        """Return the state of network, near-RT RIC and O1 endpoint at one moment."""
        with self.ran.lock:
            return RanSnapshot(
                network=self.ran.network.snapshot(),
                policies=tuple(replace(policy) for policy in self._policies.all()),
                answers=self._provisioning.answers(),
                last_period=self.ran.pm.last,
                instance=self.ran.instance,
            )

    def persist(self) -> None:
        """Hand the state to `save`, one call at a time, so that no older state comes after a newer one."""
        if self._save is not None:
            with self._saving:
                self._save(self.snapshot())

    async def _persist_before_answering(self, request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await answer(request)
        if self._save is not None and request.method not in ("GET", "HEAD", "OPTIONS"):
            try:
                await run_in_threadpool(self.persist)
            except OSError as error:
                return problem_response(507, f"the network's state cannot be saved: {error}")
        return response

    def _inject(self, body: dict[str, Any]) -> None:
        from twins.system.scenario.disturbance import Disturbance

        network: Any = self.ran.network
        if not hasattr(network, "inject"):
            raise ProblemError(409, "this network takes no disturbances; serve a system twin")
        network.inject(Disturbance.model_validate(body))

    def _notify(self, destination: str, status: dict[str, Any]) -> None:
        """Post a policy status; delivery failures are ignored (O-RAN.WG2.A1AP: best effort)."""
        body = callback_body(status, self._double_encode)
        try:
            httpx.post(destination, content=body, headers={"Content-Type": "application/json"}, timeout=2)
        except (httpx.HTTPError, httpx.InvalidURL):
            return

    def close(self) -> None:
        """Stop serving; the network is not changed."""
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self._services.close()
        self._policies.close()
        self._socket.close()

    def __enter__(self) -> EmbeddedRan:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
