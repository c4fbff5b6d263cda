"""Profiles: everybody has one of their own, and nobody reaches another's."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx2
import pytest

from tests.running import Running
from tests.wire import Answer, call

MERGE = {"Content-Type": "application/merge-patch+json"}
ODD_IDS = (
    "auth0|5f7c8ec7c33c6c004bbafe82",
    "a/b",
    "..",
    ".",
    "../bob",
    "a%2Fb",
    "%00",
    "a?b#c&d=e+f",
    "ada@example.com",
    "';--",
    '"\\<>{}',
    "~" * 128,
)


@pytest.fixture
def user() -> str:
    """Return a user whom no other test knows."""
    return f"user-{uuid4()}"


@pytest.fixture
def client(server: Running, user: str) -> Iterator[httpx2.Client]:
    """Lend a client of the user."""
    with server.client(user) as client:
        yield client


def changed(client: httpx2.Client, user: str, change: dict[str, Any], **headers: str) -> Any:
    """Change the user's profile and return the response."""
    return client.patch(f"/api/users/{user}", json=change, headers={**MERGE, **headers})


def called(
    server: Running, method: str, target: str, token: str, lines: tuple[str, ...] = ()
) -> Answer:
    """Send a request whose target no client has tidied up; with a PATCH, a change of name."""
    if method != "PATCH":
        return call(server.api, method, target, token, lines=lines)
    typed = [*lines, f"Content-Type: {MERGE['Content-Type']}"]
    taken = b'{"display_name": "Taken"}'
    return call(server.api, method, target, token, lines=typed, body=taken)


def encoded(text: str) -> str:
    """Write every character as its percent-encoding."""
    return "".join(f"%{octet:02x}" for octet in text.encode())


def test_a_profile_is_there_from_the_first_request_on(client: httpx2.Client, user: str) -> None:
    answer = client.get(f"/api/users/{user}")
    profile = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    assert profile["created_at"] == profile["updated_at"]
    assert {name: profile[name] for name in ("display_name", "locale", "version")} == {
        "display_name": None,
        "locale": None,
        "version": 1,
    }
    assert client.get(f"/api/users/{user}").json() == profile


def test_a_profile_is_changed_field_by_field_and_cleared(client: httpx2.Client, user: str) -> None:
    first = changed(client, user, {"display_name": "Ada \U0001f98a"})
    assert (first.status_code, first.json()["display_name"]) == (200, "Ada \U0001f98a")
    second = changed(client, user, {"locale": "en-GB"}).json()
    assert (second["display_name"], second["locale"]) == ("Ada \U0001f98a", "en-GB")
    third = changed(client, user, {"display_name": None})
    assert (third.json()["display_name"], third.json()["locale"]) == (None, "en-GB")
    assert third.json()["updated_at"] > second["updated_at"]
    assert third.json()["created_at"] == second["created_at"]
    assert third.headers["etag"] == '"4"'
    assert client.get(f"/api/users/{user}").json() == third.json()


@pytest.mark.parametrize(
    "change",
    [
        {"display_name": ""},
        {"display_name": "x" * 101},
        {"display_name": "two\nlines"},
        {"display_name": 1},
        {"locale": "english"},
        {"locale": "en_GB"},
        {"locale": ""},
        {"locale": "en-GB\n"},
        {"version": 7},
        {"owner_id": "bob"},
        {"user_id": "bob"},
    ],
)
def test_a_profile_takes_only_what_the_contract_allows(
    client: httpx2.Client, user: str, change: dict[str, Any]
) -> None:
    before = client.get(f"/api/users/{user}").json()
    assert changed(client, user, change).status_code == 422
    assert client.get(f"/api/users/{user}").json() == before


def test_an_empty_change_changes_nothing(client: httpx2.Client, user: str) -> None:
    before = client.get(f"/api/users/{user}").json()
    answer = changed(client, user, {})
    assert (answer.status_code, answer.json(), answer.headers["etag"]) == (200, before, '"1"')


def test_a_profile_that_is_held_is_confirmed(client: httpx2.Client, user: str) -> None:
    target = f"/api/users/{user}"
    for tags in ('"1"', 'W/"1"', "*"):
        answer = client.get(target, headers={"If-None-Match": tags})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"1"')
    assert client.get(target, headers={"If-None-Match": '"2"'}).status_code == 200


@pytest.mark.parametrize("known", [True, False])
def test_a_change_asks_for_the_version_that_was_read(
    client: httpx2.Client, user: str, *, known: bool
) -> None:
    """A profile that nobody has read yet is at version 1, as it would have been read."""
    if known:
        client.get(f"/api/users/{user}")
    for tags in ('"2"', 'W/"1"', "x"):
        assert changed(client, user, {"locale": "de"}, **{"If-Match": tags}).status_code == 412
    assert changed(client, user, {"locale": "de"}, **{"If-Match": '"1"'}).json()["version"] == 2
    assert changed(client, user, {"locale": "fr"}, **{"If-Match": '"1"'}).status_code == 412
    assert changed(client, user, {"locale": "fr"}, **{"If-Match": "*"}).json()["version"] == 3


@pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH"])
def test_another_users_profile_is_forbidden_whether_or_not_there_is_one(
    server: Running, client: httpx2.Client, user: str, method: str
) -> None:
    before = changed(client, user, {"display_name": "Mine"}).json()
    token = server.token(f"stranger-{uuid4()}")
    answers = set()
    for owner in (user, encoded(user), f"nobody-{uuid4()}", "bob%00", "%ff", "", "%2e%2e"):
        for condition in ((), ('If-Match: "1"', 'If-None-Match: "2"'), ("Accept: text/html",)):
            answer = called(server, method, f"/api/users/{owner}", token, condition)
            answers.add((bool(owner), answer.status, answer.body))
            assert "www-authenticate" not in answer.headers
    assert {(named, status) for named, status, _ in answers} == {(True, 403), (False, 404)}
    assert len(answers) == 2
    assert client.get(f"/api/users/{user}").json() == before


@pytest.mark.parametrize("odd", ODD_IDS)
def test_any_subject_of_a_token_finds_its_own_profile_by_its_encoded_path(
    server: Running, odd: str
) -> None:
    token = server.token(odd)
    for target in (quote(odd, safe=""), encoded(odd)):
        answer = called(server, "PATCH", f"/api/users/{target}", token)
        assert (answer.status, b'"display_name":"Taken"' in answer.body) == (200, True)
        assert called(server, "GET", f"/api/users/{target}", token).status == 200


@pytest.mark.parametrize(
    ("subject", "segment"),
    [
        ("a/b", "a/b"),
        ("a%2Fb", "a%2Fb"),
        ("a/b", "a%252Fb"),
        ("bob", "x/../bob"),
        ("bob", "%2e/bob"),
        ("bob", "bob%20"),
        ("bob", "BOB"),
        ("bob", "bob%00"),
        ("bob", "bob;x"),
        ("bob", "bob/"),
        ("a+b", "a%20b"),
        ("a%20b", "a%20b"),
    ],
)
def test_no_other_spelling_than_the_encoded_one_names_a_user(
    server: Running, subject: str, segment: str
) -> None:
    token = server.token(subject)
    answer = called(server, "GET", f"/api/users/{segment}", token)
    assert answer.status in {403, 404}


def test_dots_that_nobody_encoded_are_a_name_and_no_way_up(server: Running) -> None:
    token = server.token("..")
    assert called(server, "GET", "/api/users/..", token).status == 200
    assert called(server, "GET", "/api/users/../users/..", token).status == 404
