"""What a request refers to beyond its path: what another user owns is as what never existed."""

from collections.abc import Iterator
from uuid import uuid4

import httpx2
import pytest

from tests.running import Running
from tests.test_access import identity, owned

MERGE = {"Content-Type": "application/merge-patch+json"}


@pytest.fixture
def alice(server: Running) -> Iterator[httpx2.Client]:
    """Lend a client of a user of the test's own."""
    with server.client(f"alice-{uuid4()}") as client:
        yield client


@pytest.fixture
def bob(server: Running) -> Iterator[httpx2.Client]:
    """Lend a client of another user of the test's own."""
    with server.client(f"bob-{uuid4()}") as client:
        yield client


def ids(client: httpx2.Client) -> dict[str, str]:
    """Store one thing of each kind; return their ids, by the names of their parameters."""
    return {name: path.rpartition("/")[2] for name, path in owned(client).items()}


def everything(client: httpx2.Client, user: dict[str, str]) -> list[object]:
    """Return all that a user has."""
    paths = ["lists", "tags", "todos", "todos/summary", f"todos/{user['todo_id']}/tags"]
    return [client.get(f"/api/{path}").json() for path in paths]


def test_a_todo_is_put_into_no_list_of_another_user(
    alice: httpx2.Client, bob: httpx2.Client
) -> None:
    theirs, mine = ids(alice), ids(bob)
    todo = f"/api/todos/{mine['todo_id']}"
    before = everything(alice, theirs), everything(bob, mine)
    for method, path, pointer in (
        ("POST", "/api/todos", "#/list_id"),
        ("PUT", todo, "#/list_id"),
        ("PATCH", todo, "#/list_id"),
        ("PATCH", "/api/todos", "#/change/list_id"),
    ):
        foreign, missing = (
            refer(bob, method, path, mine["todo_id"], list_id)
            for list_id in (theirs["list_id"], str(uuid4()))
        )
        assert identity(foreign) == identity(missing)
        assert foreign.status_code == 422
        assert [place["pointer"] for place in foreign.json()["errors"]] == [pointer]
    assert (everything(alice, theirs), everything(bob, mine)) == before


def refer(
    client: httpx2.Client, method: str, path: str, todo_id: str, list_id: str
) -> httpx2.Response:
    """Ask for todos to be in a list."""
    if method == "PATCH" and path == "/api/todos":
        body: dict[str, object] = {"ids": [todo_id], "change": {"list_id": list_id}}
    else:
        body = {"title": "Mine", "list_id": list_id}
    headers = MERGE if method == "PATCH" and path != "/api/todos" else {}
    return client.request(method, path, json=body, headers=headers)


def test_a_batch_with_a_todo_of_another_user_is_refused_whole(
    alice: httpx2.Client, bob: httpx2.Client
) -> None:
    theirs, mine = ids(alice), ids(bob)
    before = everything(alice, theirs), everything(bob, mine)
    for batch in ([mine["todo_id"]], []):
        for change in ({"done": True}, {}, {"list_id": mine["list_id"]}, {"list_id": None}):
            foreign, missing = (
                bob.patch("/api/todos", json={"ids": [*batch, other], "change": change})
                for other in (theirs["todo_id"], str(uuid4()))
            )
            assert identity(foreign) == identity(missing)
            assert foreign.status_code == 404
        foreign, missing = (
            bob.delete("/api/todos", params={"ids": ",".join([*batch, other])})
            for other in (theirs["todo_id"], str(uuid4()))
        )
        assert identity(foreign) == identity(missing)
        assert foreign.status_code == 404
    assert (everything(alice, theirs), everything(bob, mine)) == before


def test_no_tag_and_no_todo_of_another_user_is_attached_or_detached(
    alice: httpx2.Client, bob: httpx2.Client
) -> None:
    theirs, mine = ids(alice), ids(bob)
    before = everything(alice, theirs), everything(bob, mine)
    for method in ("PUT", "DELETE"):
        for link in ("{0[todo_id]}/tags/{1[tag_id]}", "{1[todo_id]}/tags/{0[tag_id]}"):
            never = dict.fromkeys(theirs, str(uuid4()))
            foreign, missing = (
                bob.request(method, f"/api/todos/{link.format(mine, other)}")
                for other in (theirs, never)
            )
            assert identity(foreign) == identity(missing)
            assert foreign.status_code == 404
    assert (everything(alice, theirs), everything(bob, mine)) == before


def test_filters_by_what_another_user_owns_find_nothing(
    alice: httpx2.Client, bob: httpx2.Client
) -> None:
    theirs, _ = ids(alice), ids(bob)
    for name in ("list_id", "tag_id"):
        foreign, missing = (
            bob.get("/api/todos", params={name: each}) for each in (theirs[name], str(uuid4()))
        )
        assert identity(foreign) == identity(missing)
        assert foreign.json() == {"items": [], "next_cursor": None}


def test_nothing_that_another_user_does_shows(alice: httpx2.Client, bob: httpx2.Client) -> None:
    """Names, numbers, words and pages of one user are the same whatever another one stores."""
    mine = ids(bob)
    asked = ["/api/lists", "/api/lists?sort=name", "/api/tags", "/api/todos?q=mine"]
    asked += ["/api/todos/summary", f"/api/lists/{mine['list_id']}"]
    asked += [f"/api/todos?tag_id={mine['tag_id']}", f"/api/todos/{mine['todo_id']}/tags"]
    before = [identity(bob.get(each)) for each in asked]
    ids(alice)
    alice.post("/api/tags", json={"name": "another"})
    assert [identity(bob.get(each)) for each in asked] == before
    assert bob.post("/api/tags", json={"name": "another"}).status_code == 201
