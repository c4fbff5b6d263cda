"""Error documents: the one table of problem types, and how each error becomes a response.

Format: RFC 9457 (Problem Details for HTTP APIs), `application/problem+json`.
"""

import json
import logging
import traceback
from collections.abc import Awaitable, Collection, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple
from uuid import uuid4

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEDIA_TYPE = "application/problem+json"

logger = logging.getLogger("freehold.errors")


class ProblemType(NamedTuple):
    """What all problems of one status share: a URI that names them, a title, a default detail."""

    uri: str
    title: str
    detail: str


_DETAILS = {
    400: ("bad-request", "The request is not well-formed."),
    401: ("unauthorized", "A valid access token is needed: 'Authorization: Bearer <token>'."),
    403: ("forbidden", "The access token does not permit this request."),
    404: ("not-found", "There is nothing here for the caller."),
    405: ("method-not-allowed", "This path supports only the methods in the header 'Allow'."),
    406: ("not-acceptable", "No media type in the header 'Accept' can be produced here."),
    408: ("request-timeout", "The request took too long to arrive."),
    409: ("conflict", "The request conflicts with the present state of the resource."),
    410: ("gone", "What was here has been removed for good."),
    411: ("length-required", "The request must declare the length of its body."),
    412: ("precondition-failed", "The resource is not at the version named; read it again."),
    413: ("content-too-large", "The body of the request is larger than this API accepts."),
    414: ("uri-too-long", "The address of the request is longer than this API accepts."),
    415: ("unsupported-media-type", "The body's media type or encoding is not accepted here."),
    422: ("unprocessable-content", "The request is well-formed, but some values are not valid."),
    428: ("precondition-required", "The header 'If-Match' must name the version to change."),
    429: ("too-many-requests", "The caller sent too many requests; wait before the next one."),
    431: ("request-header-fields-too-large", "The headers are larger than this API accepts."),
    500: ("internal-server-error", "The server failed; quote the correlation id to report it."),
    501: ("not-implemented", "This operation is not implemented yet."),
    503: ("service-unavailable", "The service cannot answer right now; try again shortly."),
    504: ("gateway-timeout", "A service that the answer depends on did not answer in time."),
    507: ("insufficient-storage", "The service has no room left to store the request."),
}

TYPES: Mapping[int, ProblemType] = {
    status: ProblemType(f"urn:problem-type:freehold:{slug}", HTTPStatus(status).phrase, detail)
    for status, (slug, detail) in _DETAILS.items()
}


def type_of(status: int) -> ProblemType:
    """Return the problem type of a status; `about:blank` for one outside the table.

    Source: RFC 9457, section 4.2.1 (the title of `about:blank` is the status phrase).
    """
    if status in TYPES:
        return TYPES[status]
    phrase = HTTPStatus(status).phrase if status in HTTPStatus else "Error"
    return ProblemType("about:blank", phrase, f"The request failed with status {status}.")


class Problem(HTTPException):
    """An error that the API answers as `application/problem+json`.

    Shapes: `status` is 400 to 599; `detail` is a sentence for the client, by default the
    type's own; each member of `errors` is `{"pointer": "#/a/0", "detail": ...}` for a fault in
    the body, or `{"parameter": name, "in": "query", "detail": ...}`. Nothing in them may
    repeat a value that the client sent.
    """

    def __init__(
        self,
        status: int,
        detail: str | None = None,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail or type_of(status).detail, headers)
        self.errors = errors
        self.correlation_id = uuid4().hex if status == 500 else None


class Forbidden(Problem):
    """403: the caller is known and may not do this."""

    def __init__(
        self, detail: str | None = None, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(403, detail, headers=headers)


class InsufficientScope(Forbidden):
    """403: the token lacks scopes (RFC 6750, section 3.1).

    The detail names those that are `missing`; the challenge names all that are `needed`, as they
    are written by RFC 6749, section 3.3.
    """

    def __init__(self, missing: Collection[str], needed: Collection[str]) -> None:
        scope = f', scope="{" ".join(sorted(needed))}"' if needed else ""
        super().__init__(
            f"The scope of the access token lacks {', '.join(sorted(missing))}.",
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope"{scope}'},
        )


class NotFound(Problem):
    """404: nothing here for the caller, whether or not another user has it."""

    def __init__(self) -> None:
        super().__init__(404)


class PreconditionFailed(Problem):
    """412: the resource is not at the version that `If-Match` names."""

    def __init__(self) -> None:
        super().__init__(412)


class UnknownReference(Problem):
    """422: the request refers to what is not there, whether or not another user has it."""

    def __init__(self) -> None:
        super().__init__(422, "The request refers to something that is not there.")


class Unavailable(Problem):
    """503: the service cannot answer now. `retry_after` is in seconds."""

    def __init__(self, *, retry_after: int = 1) -> None:
        super().__init__(503, headers={"Retry-After": str(retry_after)})


def document(problem: Problem) -> dict[str, object]:
    """Return the members of a problem document, in the order in which they are sent."""
    kind = type_of(problem.status_code)
    members: dict[str, object] = {
        "type": kind.uri,
        "title": kind.title,
        "status": problem.status_code,
        "detail": problem.detail,
    }
    if problem.errors:
        members["errors"] = [dict(error) for error in problem.errors]
    if problem.correlation_id:
        members["correlation_id"] = problem.correlation_id
    return members


def response(problem: Problem) -> Response:
    """Return the response that a problem is answered with, its own headers included."""
    # Escaped to ASCII: a pointer may hold a lone surrogate, which UTF-8 cannot carry.
    content = json.dumps(document(problem), separators=(",", ":"))
    return Response(content, problem.status_code, problem.headers, MEDIA_TYPE)


def answer(error: Exception) -> Response:
    """Return the response to any exception; log it when it is a failure of ours (500)."""
    if not isinstance(error, HTTPException) or error.status_code == 500:
        return _failure(error)
    if isinstance(error, Problem):
        return response(error)
    if error.status_code < 400:
        return Response(status_code=error.status_code, headers=error.headers)
    # A framework's detail is not ours to vouch for, so the type's own takes its place.
    return response(Problem(error.status_code, headers=error.headers))


def _failure(error: Exception) -> Response:
    problem = error if isinstance(error, Problem) else Problem(500)
    logger.error("correlation_id=%s\n%s", problem.correlation_id, _trace(error))
    return response(problem)


def _trace(error: BaseException) -> str:
    """Describe an exception by types and frames: its text may carry a row, a body or a token."""
    return "\n".join(
        f"{type(relative).__module__}.{type(relative).__qualname__}\n"
        f"{''.join(traceback.format_tb(relative.__traceback__))}".rstrip()
        for relative in _family(error)
    )


def _family(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, its causes and the members of its groups, each once."""
    pending, seen = [error], set[int]()
    while pending:
        relative = pending.pop()
        if id(relative) in seen:
            continue
        seen.add(id(relative))
        yield relative
        context = None if relative.__suppress_context__ else relative.__context__
        pending += [cause for cause in (relative.__cause__ or context,) if cause]
        pending += relative.exceptions if isinstance(relative, BaseExceptionGroup) else ()


async def _answer_http(_: Request, error: Exception) -> Response:
    return answer(error)


async def _answer_invalid(_: Request, __: Exception) -> Response:
    return response(Problem(422))


def install(app: FastAPI) -> None:
    """Make an application answer its errors as problem documents.

    Exceptions that are no HTTP errors pass through it unanswered: `ErrorBoundary`, which must be
    the outermost layer, answers them.
    """
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(RequestValidationError, _answer_invalid)


class ResponseAbortedError(Exception):
    """Tells the server to cut the connection; it carries nothing, since the server logs it."""


class ErrorBoundary:
    """The outermost ASGI layer: no exception of a request leaves it with its text.

    An exception before the response begins is answered; one amid the response aborts the
    connection, so that the client cannot take a part for the whole.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection; scopes other than `http` pass untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        progress = _Progress(send)
        try:
            await self._app(scope, receive, progress.send)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - the last layer that can keep values from the log
            reply = answer(error)
        else:
            return
        # Outside the handler, so that no context ties the new exception to the one with values.
        if not progress.started:
            await reply(scope, receive, send)
        elif not progress.complete:
            raise ResponseAbortedError


class _Progress:
    """Passes a response on and remembers how far it came."""

    __slots__ = ("_last", "_send", "started")

    _last: Message

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    def send(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            self.started = True
        self._last = message
        return self._send(message)

    @property
    def complete(self) -> bool:
        is_body = self._last["type"] == "http.response.body"
        return is_body and not self._last.get("more_body", False)
