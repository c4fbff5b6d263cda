"""A refresh token is exchanged once; a grant goes on in one line, or ends."""

from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
import pytest

from tests.grants import (
    CLIENTS,
    PATH,
    assert_refused,
    at_once,
    exchanged,
    refresh,
    said,
    successor,
)
from tests.running import Running, serving


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run a server of several processes."""
    with serving(tmp_path_factory.mktemp("workers"), "--workers=2") as running:
        yield running


def grants(server: Running, user_id: str, **query: str) -> list[dict[str, str]]:
    """Return what a user is told of their grants."""
    with server.client(user_id) as client:
        return list(client.get("/api/tokens", params=query).json()["items"])


def test_a_refresh_token_is_exchanged_for_both_tokens(server: Running, owner: str) -> None:
    answer = refresh(server.api, server.refresh_token(owner, ["todos:read"]))
    assert answer.headers["cache-control"] == "no-store"
    response = answer.json()
    assert response.keys() == {
        *("access_token", "token_type", "expires_in"),
        *("refresh_token", "refresh_expires_in", "scope"),
    }
    assert (response["token_type"], response["expires_in"]) == ("Bearer", 900)
    assert response["scope"] == said(response["access_token"])["scope"] == "todos:read"
    assert 2_591_990 <= response["refresh_expires_in"] <= 2_592_000


def test_an_access_token_permits_what_the_grant_does_and_no_more(
    server: Running, owner: str
) -> None:
    response = exchanged(server.api, server.refresh_token(owner, ["todos:read"]))
    with server.client(owner) as client:
        client.headers["authorization"] = f"Bearer {response['access_token']}"
        assert client.get("/api/todos").status_code == 200
        assert client.post("/api/todos", json={"title": "Milk"}).status_code == 403
        assert client.get("/api/tokens").status_code == 403


def test_each_refresh_token_is_followed_by_the_next_until_the_same_end(
    server: Running, owner: str
) -> None:
    line = [server.refresh_token(owner)]
    for _ in range(5):
        line.append(successor(server.api, line[-1]))
    claims = [said(token) for token in line]
    assert [each["generation"] for each in claims] == [0, 1, 2, 3, 4, 5]
    assert len({each["jti"] for each in claims}) == len(set(line)) == 6
    assert len({(each["grant"], each["exp"], each["sub"]) for each in claims}) == 1


def test_a_refresh_token_that_was_exchanged_and_followed_ends_its_grant_when_it_is_used_again(
    server: Running, owner: str
) -> None:
    first = server.refresh_token(owner)
    second = successor(server.api, first)
    third = successor(server.api, second)
    for stolen in (first, third, second, first):
        assert_refused(refresh(server.api, stolen))
    told = [line for line in server.log.read_text().splitlines() if said(first)["grant"] in line]
    assert len(told) == 1
    assert "reused" in told[0]
    assert "client='127.0.0.1'" in told[0]


def test_an_ended_grant_leaves_the_others_of_its_user_alone(server: Running, owner: str) -> None:
    lost, kept = server.refresh_token(owner), server.refresh_token(owner)
    following = successor(server.api, kept)
    successor(server.api, successor(server.api, lost))
    assert_refused(refresh(server.api, lost))
    assert refresh(server.api, following).status_code == 200


def test_an_answer_that_was_lost_is_given_again(server: Running, owner: str) -> None:
    token = server.refresh_token(owner)
    url = urlsplit(server.api)
    for _ in range(3):
        lost = HTTPConnection(str(url.hostname), url.port)
        lost.request("POST", PATH, headers={"Authorization": f"Bearer {token}"})
        lost.close()
    following = {successor(server.api, token) for _ in range(3)}
    assert len(following) == 1
    assert refresh(server.api, following.pop()).status_code == 200


def test_of_many_who_exchange_a_token_at_once_all_get_the_same(
    workers: Running, owner: str
) -> None:
    token = workers.refresh_token(owner)
    for generation in range(4):
        answers = at_once(workers.api, [token] * CLIENTS)
        assert [each.status_code for each in answers] == [200] * CLIENTS
        (token,) = {each.json()["refresh_token"] for each in answers}
        assert said(token)["generation"] == generation + 1
    assert len(grants(workers, owner)) == 1


def test_of_many_who_use_a_grant_at_once_no_two_go_on_apart(workers: Running, owner: str) -> None:
    tokens = [workers.refresh_token(owner)]
    for _ in range(3):
        tokens.append(successor(workers.api, tokens[-1]))
    answers = at_once(workers.api, tokens[-2:] * (CLIENTS // 2))
    given = {each.json()["refresh_token"] for each in answers if each.status_code == 200}
    assert {said(token)["generation"] for token in given} <= {3, 4}
    assert len(given) == len({said(token)["generation"] for token in given})
    for token in (*tokens, *given):
        assert_refused(refresh(workers.api, token))


def test_a_grant_goes_on_when_the_server_is_started_anew(tmp_path: Path, owner: str) -> None:
    with serving(tmp_path) as running:
        first = running.refresh_token(owner)
        second = successor(running.api, first)
    with serving(tmp_path) as running:
        third = successor(running.api, second)
        assert successor(running.api, second) == third
        assert_refused(refresh(running.api, first))
        assert_refused(refresh(running.api, third))


def test_a_grant_is_listed_with_what_its_owner_may_know(server: Running, owner: str) -> None:
    token = server.refresh_token(owner, ["todos:write", "todos:read"])
    assert grants(server, owner) == []
    second = successor(server.api, token)
    (before,) = grants(server, owner)
    successor(server.api, second)
    (grant,) = grants(server, owner)
    assert grant.keys() == {"id", "scope", "created_at", "last_used_at", "expires_at"}
    assert (grant["id"], grant["scope"]) == (said(token)["grant"], "todos:read todos:write")
    assert before["last_used_at"] < grant["last_used_at"] < grant["expires_at"]
    assert {key: before[key] for key in ("created_at", "expires_at")}.items() <= grant.items()


def test_grants_are_listed_page_by_page_the_newest_first(server: Running, owner: str) -> None:
    tokens = [server.refresh_token(owner) for _ in range(5)]
    for token in tokens:
        successor(server.api, token)
    found: list[str] = []
    with server.client(owner) as client:
        page = client.get("/api/tokens", params={"limit": 2}).json()
        found += [each["id"] for each in page["items"]]
        while page["next_cursor"]:
            query = {"limit": 2, "cursor": page["next_cursor"]}
            page = client.get("/api/tokens", params=query).json()
            found += [each["id"] for each in page["items"]]
    assert found == [said(token)["grant"] for token in reversed(tokens)]


def test_a_grant_ends_when_its_owner_ends_it(server: Running, owner: str) -> None:
    first = server.refresh_token(owner)
    response = exchanged(server.api, first)
    with server.client(owner) as client:
        path = f"/api/tokens/{said(first)['grant']}"
        assert client.delete(path).status_code == 204
        assert client.delete(path).status_code == 404
    assert grants(server, owner) == []
    for token in (response["refresh_token"], first, response["refresh_token"]):
        assert_refused(refresh(server.api, token))
    assert grants(server, owner) == []


def test_another_user_sees_and_ends_nothing_of_a_grant(server: Running, owner: str) -> None:
    first = server.refresh_token(owner)
    second = successor(server.api, first)
    with server.client(f"bob-{owner}") as bob:
        foreign = bob.delete(f"/api/tokens/{said(first)['grant']}")
        missing = bob.delete(f"/api/tokens/{UUID(int=7)}")
        assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)
        assert foreign.status_code == 404
        assert bob.get("/api/tokens").json() == {"items": [], "next_cursor": None}
    assert refresh(server.api, second).status_code == 200


def test_what_is_sent_beside_the_token_changes_nothing(server: Running, owner: str) -> None:
    headers = {"Authorization": f"Bearer {server.refresh_token(owner, [])}"}
    body = {"scope": "todos:read", "grant_type": "refresh_token"}
    address = f"{server.api}{PATH}"
    with httpx2.Client(headers=headers, trust_env=False) as client:
        assert client.post(address, params={"scope": "todos:read"}).status_code == 422
        assert client.post(address, headers={"Accept": "text/html"}).status_code == 406
        answer = client.post(address, data=body)
    assert (answer.status_code, answer.json()["scope"]) == (200, "")
    assert said(answer.json()["refresh_token"])["generation"] == 1
