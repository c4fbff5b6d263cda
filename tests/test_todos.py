"""Todos, one by one: what is stored is what was sent, and nobody's change is lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from tests.running import Running

WHOLE = {
    "title": "Water the plants",
    "notes": "The fern too.\nAnd the \U0001f335.",
    "done": True,
    "priority": "high",
    "due_at": "2026-12-01T18:00:00.123456Z",
}
DEFAULTS = {"notes": "", "done": False, "priority": "normal", "due_at": None}
MERGE = {"Content-Type": "application/merge-patch+json"}
STALE = ['"2"', 'W/"1"', '"3", W/"1"', '"01"', '"abc"', "1", '"1', "x", '"' + "9" * 40 + '"']
CURRENT = ['"1"', "*", '"7", "1"', 'W/"1", "1"']


@pytest.fixture
def client(server: Running) -> Iterator[httpx2.Client]:
    """Lend a client of a user of the test's own."""
    with server.client(f"user-{uuid4()}") as client:
        yield client


@pytest.fixture
def todo(client: httpx2.Client) -> dict[str, Any]:
    """Return a todo of the client's, at its first version."""
    return created(client, WHOLE)


def created(client: httpx2.Client, content: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/api/todos", json=content)
    assert answer.status_code == 201
    return dict(answer.json())


def patched(client: httpx2.Client, todo: dict[str, Any], change: dict[str, Any]) -> httpx2.Response:
    return client.patch(path(todo), json=change, headers=MERGE)


def path(todo: dict[str, Any]) -> str:
    return f"/api/todos/{todo['id']}"


def content(todo: dict[str, Any]) -> dict[str, Any]:
    return {name: todo[name] for name in WHOLE}


def test_a_todo_is_returned_as_it_was_sent(client: httpx2.Client) -> None:
    answer = client.post("/api/todos", json=WHOLE)
    todo = answer.json()
    assert answer.status_code == 201
    assert content(todo) == WHOLE
    assert todo["version"] == 1
    assert todo["created_at"] == todo["updated_at"]
    assert UUID(todo["id"]).version == 7


def test_a_new_todo_says_where_it_is_and_which_version_it_has(client: httpx2.Client) -> None:
    answer = client.post("/api/todos", json=WHOLE)
    assert answer.headers["location"] == path(answer.json())
    assert answer.headers["etag"] == '"1"'
    again = client.get(answer.headers["location"])
    assert (again.status_code, again.json()) == (200, answer.json())
    assert again.headers["etag"] == '"1"'


def test_a_title_is_enough(client: httpx2.Client) -> None:
    assert content(created(client, {"title": "Rest"})) == {"title": "Rest", **DEFAULTS}


@pytest.mark.parametrize("title", ["x" * 200, "\U0001f600" * 200, " ", "'; DROP TABLE todo; --"])
def test_a_title_at_its_bounds_is_kept_as_it_is(client: httpx2.Client, title: str) -> None:
    assert client.get(path(created(client, {"title": title}))).json()["title"] == title


def test_notes_at_their_bound_are_kept_as_they_are(client: httpx2.Client) -> None:
    notes = "\u20ac\r\n\t" * 2500
    assert created(client, {"title": "Long", "notes": notes})["notes"] == notes


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-12-01T18:00:00+05:30", "2026-12-01T12:30:00Z"),
        ("2026-12-01t18:00:00.5z", "2026-12-01T18:00:00.500000Z"),
        ("2026-12-01T18:00:00.1234567Z", "2026-12-01T18:00:00.123456Z"),
        ("1000-01-01T00:00:00Z", "1000-01-01T00:00:00Z"),
        ("8999-12-31T23:59:59.999999Z", "8999-12-31T23:59:59.999999Z"),
    ],
)
def test_times_are_returned_in_utc_to_the_microsecond(
    client: httpx2.Client, sent: str, kept: str
) -> None:
    assert created(client, {"title": "Then", "due_at": sent})["due_at"] == kept


def test_a_todo_that_is_held_is_confirmed(client: httpx2.Client, todo: dict[str, Any]) -> None:
    for tags in ('"1"', 'W/"1"', '"8", "1"', "*"):
        answer = client.get(path(todo), headers={"If-None-Match": tags})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == '"1"'
        assert "content-type" not in answer.headers
    for tags in ('"2"', "1", '"01"', "x"):
        assert client.get(path(todo), headers={"If-None-Match": tags}).json() == todo


def test_head_is_get_without_the_body(client: httpx2.Client, todo: dict[str, Any]) -> None:
    for target in ("/api/todos", path(todo), f"/api/todos/{uuid4()}"):
        head, get = client.head(target), client.get(target)
        assert (head.status_code, head.content) == (get.status_code, b"")
        assert lasting(head) == lasting(get)


def lasting(answer: httpx2.Response) -> list[tuple[str, str]]:
    """Return the headers that do not depend on the time."""
    return [field for field in answer.headers.multi_items() if field[0] != "date"]


def test_replacing_resets_what_is_left_out(client: httpx2.Client, todo: dict[str, Any]) -> None:
    answer = client.put(path(todo), json={"title": "Anew"})
    replaced = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert content(replaced) == {"title": "Anew", **DEFAULTS}
    assert (replaced["id"], replaced["created_at"]) == (todo["id"], todo["created_at"])
    assert replaced["updated_at"] > todo["updated_at"]
    assert client.get(path(todo)).json() == replaced


@pytest.mark.parametrize("field", list(WHOLE))
def test_a_change_of_one_field_leaves_the_others_alone(client: httpx2.Client, field: str) -> None:
    todo = created(client, {"title": "Before"})
    answer = patched(client, todo, {field: WHOLE[field]})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert content(answer.json()) == {**content(todo), field: WHOLE[field]}
    assert client.get(path(todo)).json() == answer.json()


def test_null_clears_what_may_be_null_and_is_refused_elsewhere(
    client: httpx2.Client, todo: dict[str, Any]
) -> None:
    assert patched(client, todo, {"done": False}).json()["due_at"] == WHOLE["due_at"]
    assert patched(client, todo, {"due_at": None}).json()["due_at"] is None
    for field in ("title", "notes", "done", "priority"):
        refused = patched(client, todo, {field: None})
        assert refused.status_code == 422
        assert [each["pointer"] for each in refused.json()["errors"]] == [f"#/{field}"]


def test_an_empty_change_changes_nothing_and_still_asks_for_the_version(
    client: httpx2.Client, todo: dict[str, Any]
) -> None:
    answer = patched(client, todo, {})
    assert (answer.status_code, answer.json(), answer.headers["etag"]) == (200, todo, '"1"')
    for tags, status in (('"1"', 200), ('"2"', 412), ('W/"1"', 412), ("*", 200)):
        headers = {**MERGE, "If-Match": tags}
        assert client.patch(path(todo), json={}, headers=headers).status_code == status
    missing = client.patch(f"/api/todos/{uuid4()}", json={}, headers=MERGE)
    assert missing.status_code == 404


@pytest.mark.parametrize("tags", CURRENT)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_change_goes_ahead_when_the_version_is_named(
    client: httpx2.Client, todo: dict[str, Any], method: str, tags: str
) -> None:
    assert conditional(client, method, todo, tags) in {200, 204}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_change_of_any_other_version_is_refused(
    client: httpx2.Client, todo: dict[str, Any], method: str
) -> None:
    for tags in STALE:
        assert conditional(client, method, todo, tags) == 412
    assert client.get(path(todo)).json() == todo
    assert patched(client, todo, {"done": False}).status_code == 200
    assert conditional(client, method, todo, '"1"') == 412


def conditional(client: httpx2.Client, method: str, todo: dict[str, Any], tags: str) -> int:
    """Return the status of a change that names versions."""
    media_type = "application/json" if method == "PUT" else MERGE["Content-Type"]
    body = b"" if method == "DELETE" else b'{"title": "Changed"}'
    headers = {"If-Match": tags, "Content-Type": media_type}
    return client.request(method, path(todo), content=body, headers=headers).status_code


def test_conditions_on_several_lines_are_one_list(
    client: httpx2.Client, todo: dict[str, Any]
) -> None:
    for tags, status in ((('"8"', '"9"'), 412), (('"8"', '"1"'), 200)):
        lines = [*MERGE.items(), *(("If-Match", tag) for tag in tags)]
        assert client.patch(path(todo), json={}, headers=lines).status_code == status


def test_of_many_changes_to_one_version_exactly_one_goes_ahead(
    client: httpx2.Client, todo: dict[str, Any]
) -> None:
    def change(number: int) -> httpx2.Response:
        headers = {**MERGE, "If-Match": '"1"'}
        return client.patch(path(todo), json={"title": f"Change {number}"}, headers=headers)

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(change, range(20)))
    assert sorted(answer.status_code for answer in answers) == [200, *[412] * 19]
    (winner,) = (answer.json() for answer in answers if answer.status_code == 200)
    assert client.get(path(todo)).json() == winner
    assert winner["version"] == 2


def test_changes_without_a_condition_are_all_counted(
    client: httpx2.Client, todo: dict[str, Any]
) -> None:
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: patched(client, todo, {"done": True}), range(20)))
    assert sorted(answer.json()["version"] for answer in answers) == list(range(2, 22))


def test_a_deleted_todo_is_gone(client: httpx2.Client, todo: dict[str, Any]) -> None:
    other = created(client, {"title": "Stays"})
    answer = client.delete(path(todo))
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE"):
        assert conditional(client, method, todo, "*") == 404
    assert client.get("/api/todos").json()["items"] == [other]
