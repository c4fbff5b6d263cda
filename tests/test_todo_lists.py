"""Lists of todos: filtered, in order, and paged without skipping or repeating any."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.running import Running

SORTS = ("created_at", "-created_at", "updated_at", "-updated_at", "due_at", "-due_at")
MERGE = {"Content-Type": "application/merge-patch+json"}
# Ties, never, and times whose text does not sort as they do.
DUES = (
    "2026-06-01T00:00:00Z",
    None,
    "2026-06-01T02:00:00+02:00",
    "2026-05-31T23:59:59.999999Z",
    "2027-01-01T00:00:00+14:00",
    None,
    "2026-12-31T23:00:00-05:00",
)
FILTERS: tuple[dict[str, Any], ...] = (
    {"done": True},
    {"done": False},
    {"priority": "high"},
    {"priority": "low", "done": True},
    {"due_after": "2026-06-01T00:00:00Z"},
    {"due_before": "2026-06-01T00:00:00Z"},
    {"due_after": "2026-05-31T00:00:00Z", "due_before": "2026-06-01T05:30:00+05:30"},
    {"due_after": "2026-06-01T00:00:00Z", "done": False, "priority": "normal"},
    {"due_after": "2030-01-01T00:00:00Z"},
    {"due_after": "2027-01-01T00:00:00Z", "due_before": "2026-01-01T00:00:00Z"},
)


@pytest.fixture
def client(server: Running) -> Iterator[httpx2.Client]:
    """Lend a client of a user of the test's own."""
    with server.client(f"user-{uuid4()}") as client:
        yield client


def created(client: httpx2.Client, number: int) -> dict[str, Any]:
    content = {
        "title": f"Todo {number}",
        "done": number % 3 == 0,
        "priority": ("low", "normal", "high")[number % 4 % 3],
        "due_at": DUES[number % len(DUES)],
    }
    answer = client.post("/api/todos", json=content)
    assert answer.status_code == 201
    return dict(answer.json())


def parsed(text: str) -> datetime:
    return datetime.fromisoformat(text)


def seeded(client: httpx2.Client) -> list[dict[str, Any]]:
    """Store 27 todos, of which every fifth was changed later."""
    todos = [created(client, number) for number in range(27)]
    for number in range(0, 27, 5):
        target = f"/api/todos/{todos[number]['id']}"
        todos[number] = client.patch(target, json={"notes": "Later"}, headers=MERGE).json()
    return todos


def in_order(todos: list[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    """Sort as the contract says: never comes after all times, and ids decide between equals."""
    column = sort.removeprefix("-")

    def key(todo: dict[str, Any]) -> tuple[bool, float, str]:
        value = todo[column]
        return value is None, parsed(value).timestamp() if value else 0, todo["id"]

    return sorted(todos, key=key, reverse=sort.startswith("-"))


def page(client: httpx2.Client, **query: Any) -> tuple[list[dict[str, Any]], str | None]:
    given = {name: value for name, value in query.items() if value is not None}
    answer = client.get("/api/todos", params=given)
    assert answer.status_code == 200
    return answer.json()["items"], answer.json()["next_cursor"]


def pages(client: httpx2.Client, **query: Any) -> Iterator[list[dict[str, Any]]]:
    """Follow the cursors from the first page to the last."""
    cursor, more = None, True
    while more:
        items, cursor = page(client, **query, cursor=cursor)
        yield items
        more = cursor is not None


def test_a_user_begins_with_an_empty_list(client: httpx2.Client) -> None:
    assert client.get("/api/todos").json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("limit", [1, 7, 100])
@pytest.mark.parametrize("sort", SORTS)
def test_paging_skips_and_repeats_nothing_while_others_are_added(
    client: httpx2.Client, sort: str, limit: int
) -> None:
    todos = in_order(seeded(client), sort)
    added, walked = set[str](), list[dict[str, Any]]()
    for items in pages(client, sort=sort, limit=limit):
        assert len(items) <= limit
        walked += items
        if len(added) < 5:
            added.add(created(client, len(added))["id"])
    assert [todo for todo in walked if todo["id"] not in added] == todos
    assert len({todo["id"] for todo in walked}) == len(walked)
    assert walked == in_order(walked, sort)


def test_paging_goes_on_where_the_last_todo_of_a_page_was_deleted(client: httpx2.Client) -> None:
    todos = in_order([created(client, number) for number in range(9)], "due_at")
    for taken in (3, 6):
        items, cursor = page(client, sort="due_at", limit=taken)
        client.delete(f"/api/todos/{items[-1]['id']}")
        rest, end = page(client, sort="due_at", limit=100, cursor=cursor)
        assert ([todo["id"] for todo in rest], end) == (
            [todo["id"] for todo in todos[taken:]],
            None,
        )
        todos.remove(items[-1])


def test_the_newest_come_first_unless_asked_otherwise_and_twenty_at_a_time(
    client: httpx2.Client,
) -> None:
    todos = in_order(seeded(client), "-created_at")
    items, cursor = page(client)
    assert items == todos[:20]
    assert page(client, cursor=cursor) == (todos[20:], None)


def test_a_full_last_page_has_no_cursor(client: httpx2.Client) -> None:
    for number in range(4):
        created(client, number)
    assert [len(items) for items in pages(client, limit=2)] == [2, 2]
    assert [len(items) for items in pages(client, limit=4)] == [4]


def meets(todo: dict[str, Any], query: dict[str, Any]) -> bool:
    """Tell whether a todo passes filters: `due_after` includes its time, `due_before` does not."""
    due = parsed(todo["due_at"]) if todo["due_at"] else None
    after, before = query.get("due_after"), query.get("due_before")
    same = all(todo[name] == query[name] for name in ("done", "priority") if name in query)
    late = after is None or (due is not None and due >= parsed(after))
    return same and late and (before is None or (due is not None and due < parsed(before)))


def test_filters_choose_the_todos_that_meet_all_of_them(client: httpx2.Client) -> None:
    todos = seeded(client)
    for query in FILTERS:
        expected = [todo for todo in todos if meets(todo, query)]
        for sort in SORTS:
            walked = [
                todo for items in pages(client, **query, sort=sort, limit=3) for todo in items
            ]
            assert walked == in_order(expected, sort)


def test_a_cursor_is_for_its_own_list(client: httpx2.Client, server: Running) -> None:
    for number in range(6):
        created(client, number)
    query = {"done": "false", "sort": "due_at", "due_after": "2026-01-01T00:00:00Z"}
    _, cursor = page(client, **query, limit=1)
    assert cursor is not None
    others: list[dict[str, Any]] = [
        {**query, "done": "true"},
        {**query, "sort": "-due_at"},
        {**query, "sort": "created_at"},
        {**query, "priority": "high"},
        {**query, "due_after": "2026-01-01T00:00:00.000001Z"},
        {"done": "false", "sort": "due_at", "due_before": "2026-01-01T00:00:00Z"},
        {},
    ]
    altered = (cursor[:-1], cursor + "A", cursor[1:], cursor.swapcase(), "A" * len(cursor))
    others += [{**query, "cursor": each} for each in altered]
    asked = [client.get("/api/todos", params={"cursor": cursor, **other}) for other in others]
    with server.client(f"user-{uuid4()}") as stranger:
        asked.append(stranger.get("/api/todos", params={**query, "cursor": cursor}))
    for answer in asked:
        assert answer.status_code == 422
        assert [place["parameter"] for place in answer.json()["errors"]] == ["cursor"]


def test_a_cursor_keeps_its_place_whatever_the_limit(client: httpx2.Client) -> None:
    for number in range(9):
        created(client, number)
    first, cursor = page(client, sort="due_at", limit=2)
    second, cursor = page(client, sort="due_at", limit=3, cursor=cursor)
    third, cursor = page(client, sort="due_at", limit=100, cursor=cursor)
    assert first + second + third == page(client, sort="due_at")[0]
    assert cursor is None
