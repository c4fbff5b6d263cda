"""Cross-origin requests: which origins may read the API's answers (the Fetch standard, CORS).

Starlette's own middleware is not used: it gives some of its fields to origins that are not
configured, answers their preflights before authentication does, and has answers of plain text.
"""

from collections.abc import Awaitable, Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from impl.core import contract

# What a page may read without being told (Fetch, section 3.2.6).
READABLE = {
    "cache-control", "content-language", "content-length", "content-type", "expires",
    "last-modified", "pragma",
}  # fmt: skip
MAX_AGE_S = 600
VARY = (b"vary", b"Origin")


class CrossOrigin:
    """The outermost ASGI layer: adds what lets pages of the given origins read an answer.

    A preflight from one of them is answered here, with the same for every path; whatever comes
    from elsewhere is left to the application, and its answer as it is. What may be sent and
    read is what the contract declares.
    """

    def __init__(self, app: ASGIApp, origins: Iterable[str], document: contract.Document) -> None:
        self._app = app
        declared = contract.response_headers(document)
        exposed = [name for name in sorted(declared) if name.lower() not in READABLE]
        self._fields = {
            origin.encode(): [
                (b"access-control-allow-origin", origin.encode()),
                (b"access-control-allow-credentials", b"true"),
                (b"access-control-expose-headers", ", ".join(exposed).encode()),
                VARY,
            ]
            for origin in origins
        }
        methods = {operation.method for operation in contract.operations(document)}
        headers = contract.request_headers(document)
        self._policy = [
            (b"access-control-allow-methods", ", ".join(sorted(methods)).encode()),
            (b"access-control-allow-headers", ", ".join(sorted(headers)).encode()),
            (b"access-control-max-age", b"%d" % MAX_AGE_S),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = [value for name, value in scope["headers"] if name == b"origin"]
        fields = self._fields.get(sent[0]) if len(sent) == 1 else None
        if fields and scope["method"] == "OPTIONS" and _is_preflight(scope):
            await self._answer(fields, send)
        else:
            await self._app(scope, receive, _adding(fields or [VARY], send))

    async def _answer(self, fields: list[tuple[bytes, bytes]], send: Send) -> None:
        headers = [field for field in fields if b"expose" not in field[0]] + self._policy
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _is_preflight(scope: Scope) -> bool:
    return any(name == b"access-control-request-method" for name, _ in scope["headers"])


def _adding(fields: list[tuple[bytes, bytes]], send: Send) -> Send:
    def adding(message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *fields]}
        return send(message)

    return adding
