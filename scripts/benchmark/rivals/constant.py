"""An ASGI application that always says the same: what the HTTP server alone costs."""

import json

from starlette.types import Receive, Scope, Send

TODO = {
    "id": "019b7749-9c00-7000-8000-000000000000",
    "title": "Water plant number 0",
    "notes": "The fern too, and whatever else looks thirsty.",
    "done": False,
    "priority": "normal",
    "due_at": None,
    "list_id": None,
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-01T00:00:00Z",
    "version": 1,
}
ONE = json.dumps(TODO).encode()
PAGE = json.dumps({"items": [TODO] * 20, "next_cursor": "20"}).encode()


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a todo, or a page of them; a body is taken in and not looked at."""
    if scope["type"] != "http":
        return
    message = await receive()
    while message.get("more_body"):
        message = await receive()
    collection = scope["path"] == "/api/todos"
    body = PAGE if collection and scope["method"] == "GET" else ONE
    status = 201 if scope["method"] == "POST" else 200
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
