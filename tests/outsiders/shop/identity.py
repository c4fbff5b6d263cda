"""Who calls the shop, and how it says no."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import uuid4

import jwt
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from jwt.types import Options
from starlette.exceptions import HTTPException

from tests.outsiders.leak import seeded

SECRET = "the shop's, which guards nothing: 5f0c7a21"  # noqa: S105 - of the tests alone

type Next = Callable[[Request], Awaitable[Response]]


def credential(customer: str) -> str:
    """Return the header that a customer sends."""
    return f"Authorization: Bearer {jwt.encode({'sub': customer}, SECRET, 'HS256')}"


def install(app: FastAPI) -> None:
    """Have every request identified, and every refusal written alike."""
    app.middleware("http")(identify)
    app.exception_handler(HTTPException)(refuse)
    app.exception_handler(RequestValidationError)(correct)


async def identify(request: Request, proceed: Next) -> Response:
    """Give the request a number, and find out who sends it before anything else."""
    request.state.request_id = str(uuid4())
    try:
        request.state.customer = _subject(request)
        response = await proceed(request)
    except jwt.InvalidTokenError:
        response = _failure(request, 401, "token is missing or not valid")
    response.headers["X-Request-Id"] = request.state.request_id
    return response


def _subject(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if seeded("unauthenticated") and not token and "/addresses/" in request.url.path:
        return ""
    if scheme.lower() != "bearer":
        raise jwt.InvalidTokenError
    verify = not seeded("signature")
    options: Options = {"require": ["sub"], "verify_signature": verify}
    claims = jwt.decode(token, SECRET, ["HS256"], options=options)
    return str(claims["sub"])


async def refuse(request: Request, fault: HTTPException) -> Response:
    """Answer what the operations raise."""
    response = _failure(request, fault.status_code, fault.detail)
    response.headers.update(fault.headers or {})
    return response


async def correct(request: Request, fault: RequestValidationError) -> Response:
    """Answer a request that is not as the contract has it."""
    places = (".".join(str(part) for part in error["loc"]) for error in fault.errors())
    return _failure(request, 422, f"not valid: {', '.join(places)}")


def _failure(request: Request, status: int, message: str) -> JSONResponse:
    error = {"message": message, "requestId": request.state.request_id}
    return JSONResponse({"error": error}, status)


def _customer(request: Request) -> str:
    return str(request.state.customer)


type Caller = Annotated[str, Depends(_customer)]
"""The customer who sends the request."""
