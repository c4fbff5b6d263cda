"""The private port: whether the server lives, whether it is ready, and what its API is."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.middleware.base import RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

# The pages' scripts would fetch a logo from elsewhere, which tells that host who reads the API.
OWN_ORIGIN = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:"


class Pinged(Protocol):
    """Something that is there or not."""

    async def ping(self) -> None:
        """Raise a problem unless it answers."""
        ...


def application(
    contract: Path, written: Path, serving: Callable[[], bool], needed: Iterable[Pinged]
) -> FastAPI:
    """Return the management application.

    `contract` is the contract as JSON, `written` the file that it was written in; `serving` says
    whether the API takes requests, and `needed` is what it cannot answer them without. Served are
    `/livez`, `/readyz` (200 or 503), `/docs`, `/redoc`,
    `/openapi.json` and `/openapi.yaml`. The pages show the API and do not call it: its port
    answers other origins only where they are configured.
    """
    document = json.loads(contract.read_bytes())
    app: FastAPI = FastAPIOffline(
        title=document["info"]["title"], swagger_ui_parameters={"supportedSubmitMethods": []}
    )
    # FastAPI would replace a schema that is merely set by one of the routes that it knows.
    app.openapi = lambda: document  # type: ignore[method-assign]  # the documented way
    app.middleware("http")(_confined)

    async def livez(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_: Request) -> Response:
        if serving() and all([await _reachable(each) for each in needed]):
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "not ready"}, status_code=503)

    async def openapi_yaml(_: Request) -> Response:
        return FileResponse(written, media_type="application/yaml")

    app.add_route("/livez", livez, include_in_schema=False)
    app.add_route("/readyz", readyz, include_in_schema=False)
    app.add_route("/openapi.yaml", openapi_yaml, include_in_schema=False)
    return app


async def _confined(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    response.headers["Content-Security-Policy"] = OWN_ORIGIN
    return response


async def _reachable(needed: Pinged) -> bool:
    try:
        await needed.ping()
    except HTTPException:
        return False
    return True
