"""One request, in process: what a server would hand to the application, and what it answers."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from scripts.agreement.request import Request


class ReachedError(Exception):
    """An implementation was reached; it carries the function's name."""


@dataclass(frozen=True)
class Answer:
    """What the server said: `reached` names the implementation, if the request came so far."""

    status: int
    body: str
    reached: str = ""


async def ask(app: Any, request: Request) -> Answer:
    """Send a request; an exception of the application is an answer, too."""
    messages: list[Any] = []
    bodies = [{"type": "http.request", "body": request.body, "more_body": False}]

    async def receive() -> Any:
        return bodies.pop() if bodies else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        messages.append(message)

    try:
        await app(_scope(request), receive, send)
    except ReachedError as reached:
        return Answer(0, "", str(reached))
    except Exception as error:  # noqa: BLE001 - whatever it is, the server failed
        return Answer(500, f"{type(error).__name__}: {error}")
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return Answer(messages[0]["status"], body.decode("utf-8", "replace"))


def _scope(request: Request) -> dict[str, Any]:
    path, _, query = request.target.partition("?")
    headers = [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in request.headers]
    if request.body:
        headers.append((b"content-length", b"%d" % len(request.body)))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("api.test", 80),
    }
