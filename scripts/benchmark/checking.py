"""The check of answers: an answer counts only if it has the right status and the right content."""

import json
from collections.abc import Mapping
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from typing import Any
from uuid import UUID

from scripts.benchmark.dataset import Dataset
from scripts.benchmark.figures import BenchmarkError
from scripts.benchmark.operations import PAGE_SIZE, STATUS, Operation
from scripts.benchmark.workload import Request

FIELDS = {"id", "title", "notes", "done", "priority", "due_at", "created_at", "updated_at"}
FIELDS |= {"list_id", "version"}
TIMES = ("due_at", "created_at", "updated_at")
PATIENCE_S = 30


def fetch(port: int, request: Request) -> tuple[int, Any]:
    """Return the status and the JSON of an answer. Raises BenchmarkError for neither."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request(
            request.method, request.target, request.body or None, headers=request.headers
        )
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")
    except (OSError, HTTPException, ValueError) as error:
        raise BenchmarkError(f"no answer to {request.method}: {error!r}") from error
    finally:
        connection.close()


def require_shape(request: Request, status: int, body: Any) -> None:
    """Raise BenchmarkError unless an answer has the right status and the fields of a todo."""
    if status != STATUS[request.operation]:
        raise BenchmarkError(f"{request.method} {request.target} is answered {status}: {body}")
    paged = request.operation is Operation.PAGE
    shown = _shown(body) if paged else [body]
    whole = all(isinstance(each, dict) and each.keys() == FIELDS for each in shown)
    if not whole or len(shown) != (PAGE_SIZE if paged else 1):
        raise BenchmarkError(f"{request.method} {request.target} has no todo in its answer: {body}")
    if paged and not isinstance(body.get("next_cursor"), str):
        raise BenchmarkError(f"{request.target} leads to no next page: {body}")


def _shown(page: Any) -> list[Any]:
    items = page.get("items") if isinstance(page, dict) else None
    return items if isinstance(items, list) else []


def require_content(request: Request, body: Any, dataset: Dataset) -> None:
    """Raise BenchmarkError unless an answer says what is stored, and that is what was asked for."""
    if request.operation is Operation.PAGE:
        shown, stored = body["items"], dataset.newest(request.owner, request.skipped)
    else:
        row = dataset.row(request.owner, body["id"])
        shown, stored = [body], [row] if row else []
    if [comparable(each) for each in shown] != [comparable(each) for each in stored]:
        raise BenchmarkError(
            f"{request.target}: the answer {shown} is not what is stored: {stored}"
        )
    if request.operation in {Operation.GET, Operation.PATCH} and body["id"] != request.todo_id:
        raise BenchmarkError(f"{request.target}: the answer is another todo: {body}")
    if any(body[name] != value for name, value in request.content.items()):
        raise BenchmarkError(f"{request.target}: {request.content} was not stored: {body}")


def comparable(todo: Mapping[str, Any]) -> dict[str, Any]:
    """Return a todo, of a row or of JSON, in one spelling, with times to the millisecond.

    JavaScript keeps no more of a time.
    """
    times = {name: _time(todo[name]) for name in TIMES}
    return {**todo, **times, "id": str(UUID(str(todo["id"])))}


def _time(value: str | datetime | None) -> int | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return round(moment.timestamp() * 1_000_000) // 1_000
