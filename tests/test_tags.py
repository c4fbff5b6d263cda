"""Tags: names that are an owner's once, and the todos that are marked with them."""

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


@pytest.fixture
def todo(client: httpx2.Client) -> str:
    """Return the path of a todo."""
    return str(client.post("/api/todos", json={"title": "Todo"}).headers["location"])


def created(client: httpx2.Client, name: str = "outdoors") -> dict[str, Any]:
    answer = client.post("/api/tags", json={"name": name})
    assert answer.status_code == 201
    return dict(answer.json())


def path(tag: dict[str, Any]) -> str:
    return f"/api/tags/{tag['id']}"


def names(client: httpx2.Client, target: str, **query: Any) -> list[str]:
    """Follow the cursors from the first page to the last."""
    walked: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get(target, params={**query, **cursor}).json()
        walked += [each["name"] for each in page["items"]]
        if page["next_cursor"] is None:
            return walked
        cursor = {"cursor": page["next_cursor"]}


def test_a_tag_is_stored_and_confirmed(client: httpx2.Client) -> None:
    answer = client.post("/api/tags", json={"name": "outdoors"})
    tag = answer.json()
    assert (answer.headers["location"], answer.headers["etag"]) == (path(tag), '"1"')
    assert UUID(tag["id"]).version == 7
    assert client.get(path(tag)).json() == tag
    held = client.get(path(tag), headers={"If-None-Match": '"1"'})
    assert (held.status_code, held.headers["etag"]) == (304, '"1"')


def test_a_name_is_given_once(client: httpx2.Client, server: Running) -> None:
    tag, other = created(client), created(client, "indoors")
    for refused in (
        client.post("/api/tags", json={"name": "outdoors"}),
        client.patch(path(other), json={"name": "outdoors"}, headers=MERGE),
    ):
        assert refused.status_code == 409
        assert refused.headers["content-type"] == "application/problem+json"
    same = client.patch(path(tag), json={"name": "outdoors"}, headers=MERGE)
    assert (same.status_code, same.json()["version"]) == (200, 2)
    assert created(client, "Outdoors")["name"] == "Outdoors"
    with server.client(f"user-{uuid4()}") as stranger:
        assert created(stranger)["name"] == "outdoors"


def test_of_many_tags_of_one_name_exactly_one_is_stored(client: httpx2.Client) -> None:
    with ThreadPoolExecutor(10) as threads:
        answers = threads.map(lambda _: client.post("/api/tags", json={"name": "x"}), range(10))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 9]
    assert names(client, "/api/tags") == ["x"]


def test_tags_are_listed_by_name(client: httpx2.Client) -> None:
    given = [f"tag {number:02}" for number in range(23)]
    for name in reversed(given):
        created(client, name)
    assert names(client, "/api/tags") == names(client, "/api/tags", limit=5) == given


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_tag_of_another_version_is_left_alone(client: httpx2.Client, method: str) -> None:
    tag = created(client)
    content = b"" if method == "DELETE" else b'{"name": "x"}'
    for tags, status in (('"2"', 412), ('W/"1"', 412), ('"1"', None)):
        headers = {**MERGE, "If-Match": tags}
        answer = client.request(method, path(tag), content=content, headers=headers)
        assert answer.status_code == status or (status is None and answer.is_success)


def test_a_tag_is_attached_however_often_and_detached_once(
    client: httpx2.Client, todo: str
) -> None:
    tag = created(client)
    link = f"{todo}/tags/{tag['id']}"
    assert client.get(f"{todo}/tags").json() == {"items": [], "next_cursor": None}
    assert client.put(link).status_code == 204
    attached = client.get(f"{todo}/tags").json()["items"]
    assert [(each["id"], each["name"]) for each in attached] == [(tag["id"], tag["name"])]
    assert client.put(link).status_code == 204
    assert client.get(f"{todo}/tags").json()["items"] == attached
    assert client.delete(link).status_code == 204
    assert client.delete(link).status_code == 404
    assert client.get(f"{todo}/tags").json()["items"] == []
    assert client.get(path(tag)).json() == tag


def test_what_is_not_there_is_attached_to_nothing(client: httpx2.Client, todo: str) -> None:
    tag, never = created(client), uuid4()
    for link in (f"{todo}/tags/{never}", f"/api/todos/{never}/tags/{tag['id']}"):
        for method in ("PUT", "DELETE"):
            assert client.request(method, link).status_code == 404
    assert client.get(f"/api/todos/{never}/tags").status_code == 404


def test_the_tags_of_a_todo_are_paged_by_name(client: httpx2.Client, todo: str) -> None:
    other = client.post("/api/todos", json={"title": "Other"}).headers["location"]
    for name in ("c", "a", "e", "b", "d"):
        tag = created(client, name)
        client.put(f"{todo}/tags/{tag['id']}")
        client.put(f"{other}/tags/{tag['id']}")
    created(client, "unused")
    assert names(client, f"{todo}/tags", limit=2) == ["a", "b", "c", "d", "e"]
    cursor = client.get(f"{todo}/tags", params={"limit": 2}).json()["next_cursor"]
    assert client.get(f"{other}/tags", params={"cursor": cursor}).status_code == 422


def test_todos_are_filtered_by_their_tags(client: httpx2.Client, todo: str) -> None:
    tag, unused = created(client), created(client, "unused")
    client.post("/api/todos", json={"title": "Untagged"})
    client.put(f"{todo}/tags/{tag['id']}")
    found = client.get("/api/todos", params={"tag_id": tag["id"]}).json()["items"]
    assert [f"/api/todos/{each['id']}" for each in found] == [todo]
    assert client.get("/api/todos", params={"tag_id": unused["id"]}).json()["items"] == []
    done = client.get("/api/todos", params={"tag_id": tag["id"], "done": "true"})
    assert done.json()["items"] == []


def test_a_link_goes_with_its_tag_and_with_its_todo(client: httpx2.Client, todo: str) -> None:
    gone, stays = created(client, "gone"), created(client, "stays")
    for tag in (gone, stays):
        client.put(f"{todo}/tags/{tag['id']}")
    assert client.delete(path(gone)).status_code == 204
    assert names(client, f"{todo}/tags") == ["stays"]
    assert client.delete(todo).status_code == 204
    assert client.get(f"{todo}/tags").status_code == 404
    assert client.get("/api/todos", params={"tag_id": stays["id"]}).json()["items"] == []
    assert client.get(path(stays)).json() == stays
