"""Lists: what todos are put into, and what becomes of these when a list goes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from tests.running import Running

MERGE = {"Content-Type": "application/merge-patch+json"}


@pytest.fixture
def client(server: Running) -> Iterator[httpx2.Client]:
    """Lend a client of a user of the test's own."""
    with server.client(f"user-{uuid4()}") as client:
        yield client


def created(client: httpx2.Client, name: str = "Garden") -> dict[str, Any]:
    answer = client.post("/api/lists", json={"name": name})
    assert answer.status_code == 201
    return dict(answer.json())


def todo(client: httpx2.Client, **content: object) -> dict[str, Any]:
    answer = client.post("/api/todos", json={"title": "Todo", **content})
    assert answer.status_code == 201
    return dict(answer.json())


def path(made: dict[str, Any]) -> str:
    return f"/api/lists/{made['id']}"


def test_a_list_is_stored_and_says_where_it_is(client: httpx2.Client) -> None:
    answer = client.post("/api/lists", json={"name": "Garden \U0001f335"})
    made = answer.json()
    assert answer.headers["location"] == path(made)
    assert answer.headers["etag"] == '"1"'
    assert (made["name"], made["open_todos"], made["version"]) == ("Garden \U0001f335", 0, 1)
    assert UUID(made["id"]).version == 7
    again = client.get(path(made))
    assert (again.json(), again.headers["etag"]) == (made, '"1"')


def test_a_list_tells_how_many_of_its_todos_are_open(client: httpx2.Client) -> None:
    garden, empty = created(client), created(client, "Empty")
    todos = [todo(client, list_id=garden["id"], done=number == 0) for number in range(4)]
    todo(client)
    assert client.get(path(garden)).json()["open_todos"] == 3
    assert client.get(path(empty)).json()["open_todos"] == 0
    client.patch(f"/api/todos/{todos[1]['id']}", json={"done": True}, headers=MERGE)
    client.patch(f"/api/todos/{todos[2]['id']}", json={"list_id": None}, headers=MERGE)
    renamed = client.patch(path(garden), json={"name": "Yard"}, headers=MERGE)
    assert (renamed.json()["open_todos"], renamed.headers["etag"]) == (1, '"2"')
    listed = client.get("/api/lists", params={"sort": "name"}).json()["items"]
    assert [(each["name"], each["open_todos"]) for each in listed] == [("Empty", 0), ("Yard", 1)]


@pytest.mark.parametrize("sort", ["created_at", "-created_at", "name", "-name"])
def test_lists_are_paged_in_the_order_asked_for(client: httpx2.Client, sort: str) -> None:
    names = ["b", "a", "c", "a", "d", "a", "e"]
    made = [created(client, name) for name in names]
    column = sort.removeprefix("-")
    expected = sorted(made, key=lambda each: (each[column], each["id"]), reverse=sort[0] == "-")
    walked: list[Any] = []
    cursor: dict[str, str] = {}
    while cursor or not walked:
        page = client.get("/api/lists", params={"sort": sort, "limit": 2, **cursor}).json()
        walked += page["items"]
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
    assert walked == expected


def test_todos_are_filtered_by_their_list(client: httpx2.Client) -> None:
    garden = created(client)
    inside = [todo(client, list_id=garden["id"]) for _ in range(3)]
    todo(client)
    found = client.get("/api/todos", params={"list_id": garden["id"], "sort": "created_at"})
    assert found.json()["items"] == inside


def test_a_todo_moves_from_list_to_list(client: httpx2.Client) -> None:
    one, other = created(client), created(client)
    moved = todo(client, list_id=one["id"])
    target = f"/api/todos/{moved['id']}"
    patched = client.patch(target, json={"list_id": other["id"]}, headers=MERGE).json()
    assert (patched["list_id"], patched["version"]) == (other["id"], 2)
    assert client.put(target, json={"title": "Anew"}).json()["list_id"] is None
    replaced = client.put(target, json={"title": "Anew", "list_id": one["id"]})
    assert replaced.json()["list_id"] == one["id"]
    assert client.get(target).json() == replaced.json()


def test_a_list_that_is_deleted_leaves_its_todos_without_one(client: httpx2.Client) -> None:
    garden, other = created(client), created(client)
    inside, elsewhere = todo(client, list_id=garden["id"]), todo(client, list_id=other["id"])
    assert client.delete(path(garden)).status_code == 204
    left = client.get(f"/api/todos/{inside['id']}")
    assert (left.json()["list_id"], left.headers["etag"]) == (None, '"2"')
    assert left.json()["updated_at"] > inside["updated_at"]
    assert client.get(f"/api/todos/{elsewhere['id']}").json() == elsewhere
    for method in ("GET", "DELETE"):
        assert client.request(method, path(garden)).status_code == 404


@pytest.mark.parametrize("tags", ['"2"', 'W/"1"', "x"])
def test_a_list_of_another_version_is_left_alone(client: httpx2.Client, tags: str) -> None:
    garden = created(client)
    inside = todo(client, list_id=garden["id"])
    headers = {"If-Match": tags}
    assert client.delete(path(garden), headers=headers).status_code == 412
    renaming = client.patch(path(garden), json={"name": "x"}, headers={**MERGE, **headers})
    assert renaming.status_code == 412
    assert client.get(path(garden)).json() == {**garden, "open_todos": 1}
    assert client.get(f"/api/todos/{inside['id']}").json() == inside
    assert client.delete(path(garden), headers={"If-Match": '"1"'}).status_code == 204


def test_of_todos_that_come_while_a_list_goes_none_is_left_in_it(client: httpx2.Client) -> None:
    """Each is refused, or is in the list before that goes and then in none."""
    for _ in range(5):
        garden = created(client)

        def add(number: int, list_id: object = garden["id"]) -> httpx2.Response:
            if number == 8:
                return client.delete(f"/api/lists/{list_id}")
            return client.post("/api/todos", json={"title": "x", "list_id": list_id})

        with ThreadPoolExecutor(16) as threads:
            answers = list(threads.map(add, range(16)))
        assert answers[8].status_code == 204
        for answer in answers[:8] + answers[9:]:
            assert answer.status_code in {201, 422}
            if answer.status_code == 201:
                stored = client.get(answer.headers["location"]).json()
                assert (stored["list_id"], stored["version"]) == (None, 2)
        assert client.get("/api/todos", params={"list_id": garden["id"]}).json()["items"] == []
