"""Many todos at once: changed, deleted, counted and searched."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.running import Running

PAST, FUTURE = "2020-01-01T00:00:00Z", "8000-01-01T00:00:00Z"


@pytest.fixture
def client(server: Running) -> Iterator[httpx2.Client]:
    """Lend a client of a user of the test's own."""
    with server.client(f"user-{uuid4()}") as client:
        yield client


def created(client: httpx2.Client, **content: object) -> dict[str, Any]:
    answer = client.post("/api/todos", json={"title": "Todo", **content})
    assert answer.status_code == 201
    return dict(answer.json())


def several(client: httpx2.Client, count: int) -> list[str]:
    return [created(client)["id"] for _ in range(count)]


def change(client: httpx2.Client, ids: list[str], **values: object) -> httpx2.Response:
    return client.patch("/api/todos", json={"ids": ids, "change": values})


def stored(client: httpx2.Client) -> list[dict[str, Any]]:
    return list(client.get("/api/todos", params={"limit": 100}).json()["items"])


def test_several_todos_are_changed_alike(client: httpx2.Client) -> None:
    first, second, third, other = several(client, 4)
    answer = change(client, [third, first, second], done=True, due_at=FUTURE)
    assert answer.status_code == 200
    todos = answer.json()["items"]
    assert [todo["id"] for todo in todos] == [third, first, second]
    assert {(todo["done"], todo["due_at"], todo["version"]) for todo in todos} == {
        (True, FUTURE, 2)
    }
    assert [client.get(f"/api/todos/{each['id']}").json() for each in todos] == todos
    assert client.get(f"/api/todos/{other}").json()["version"] == 1
    assert change(client, [second]).json()["items"] == [todos[2]]


def test_a_hundred_todos_are_changed_and_deleted_and_no_more(client: httpx2.Client) -> None:
    ids = several(client, 100)
    assert len(change(client, ids, done=True).json()["items"]) == 100
    assert change(client, [*ids, str(uuid4())], done=False).status_code == 422
    too_many = client.delete("/api/todos", params={"ids": ",".join([*ids, str(uuid4())])})
    assert too_many.status_code == 422
    assert client.delete("/api/todos", params={"ids": ",".join(ids)}).status_code == 204
    assert stored(client) == []


def test_if_one_todo_is_missing_none_is_touched(client: httpx2.Client) -> None:
    ids, never = several(client, 3), str(uuid4())
    before = stored(client)
    assert change(client, [*ids, never], done=True).status_code == 404
    assert change(client, [never, *ids]).status_code == 404
    deleted = client.delete("/api/todos", params={"ids": ",".join([*ids, never])})
    assert deleted.status_code == 404
    assert stored(client) == before


@pytest.mark.parametrize("twice", [str.lower, str.upper])
def test_an_id_is_given_once(client: httpx2.Client, twice: Any) -> None:
    (one,) = several(client, 1)
    assert change(client, [one, one], done=True).status_code == 422
    assert client.delete("/api/todos", params={"ids": f"{one},{one}"}).status_code == 422
    assert client.delete("/api/todos", params={"ids": twice(one)}).status_code == 204


@pytest.mark.parametrize("ids", ["", "x", ",", "ids"])
def test_what_is_no_list_of_ids_is_refused(client: httpx2.Client, ids: str) -> None:
    for answer in (
        client.delete("/api/todos", params={"ids": ids}),
        client.delete("/api/todos"),
        change(client, [], done=True),
        change(client, [ids], done=True),
        client.patch("/api/todos", json={"change": {"done": True}}),
    ):
        assert answer.status_code == 422
        assert answer.json()["errors"]


def test_bulk_changes_at_once_are_all_counted(client: httpx2.Client) -> None:
    ids = several(client, 10)
    with ThreadPoolExecutor(10) as threads:
        turns = [ids[number:] + ids[:number] for number in range(10)]
        answers = list(threads.map(lambda turn: change(client, turn, done=True), turns))
    assert [answer.status_code for answer in answers] == [200] * 10
    assert {todo["version"] for todo in stored(client)} == {11}


def test_a_user_begins_with_nothing_to_count(client: httpx2.Client) -> None:
    assert client.get("/api/todos/summary").json() == {
        "total": 0,
        "done": 0,
        "overdue": 0,
        "by_priority": {"low": 0, "normal": 0, "high": 0},
    }


def test_todos_are_counted(client: httpx2.Client) -> None:
    created(client, priority="high", due_at=PAST)
    created(client, priority="high", due_at=PAST, done=True)
    created(client, due_at=FUTURE)
    created(client, due_at=PAST)
    created(client, done=True)
    assert client.get("/api/todos/summary").json() == {
        "total": 5,
        "done": 2,
        "overdue": 2,
        "by_priority": {"low": 0, "normal": 3, "high": 2},
    }


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("plants", ["Buy milk", "Water the plants"]),
        ("PLANTS -milk", ["Water the plants"]),
        ('"the plants"', ["Water the plants"]),
        ("milk or fern", ["Buy milk", "Water the plants"]),
        ("plant", []),
        ("&", []),
        ("%", []),
        ("' or 1=1 --", []),
    ],
)
def test_todos_are_searched_for_words(client: httpx2.Client, words: str, found: list[str]) -> None:
    created(client, title="Water the plants", notes="The fern too.")
    created(client, title="Buy milk", notes="And plants")
    items = client.get("/api/todos", params={"q": words}).json()["items"]
    assert [todo["title"] for todo in items] == found


def test_a_search_is_paged(client: httpx2.Client) -> None:
    ids = [created(client, title=f"Plant {number}")["id"] for number in range(5)]
    created(client, title="Milk")
    query = {"q": "plant", "sort": "created_at"}
    first = client.get("/api/todos", params={**query, "limit": 3}).json()
    cursor = first["next_cursor"]
    rest = client.get("/api/todos", params={**query, "cursor": cursor}).json()
    assert [todo["id"] for todo in first["items"] + rest["items"]] == ids
    other = client.get("/api/todos", params={**query, "q": "milk", "cursor": cursor})
    assert other.status_code == 422
