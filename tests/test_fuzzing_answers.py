"""What scripts/fuzz compares: answers, but for what varies by itself or was asked for."""

import json
import re
from random import Random
from typing import Any

import httpx2
import pytest

from scripts.agreement.request import Request
from scripts.fuzzing import ids
from scripts.fuzzing.actors import Credential, actor, credential
from scripts.fuzzing.answers import Answer, differences, leaves
from scripts.fuzzing.kinds import Kind
from scripts.fuzzing.probes.access import broken
from scripts.fuzzing.witness import leaked

CHANCE = Random(1)  # noqa: S311 - the same in every run
KIND = Kind(("todo",), "/todos", parameters={"todo_id"})


def answer(body: Any = None, status: int = 200, **headers: str) -> Answer:
    content = b"" if body is None else json.dumps(body).encode()
    return Answer(status, tuple((k.replace("_", "-"), v) for k, v in headers.items()), content)


def differing(found: Answer, *controls: Answer) -> list[str]:
    return differences(leaves(found), [leaves(each) for each in controls])


def test_alike_answers_have_no_difference() -> None:
    assert differing(answer({"a": [1, {"b": None}]}), *[answer({"a": [1, {"b": None}]})] * 2) == []


@pytest.mark.parametrize(
    ("found", "place"),
    [
        (answer({"a": 1}, 404), "status"),
        (answer({"a": 2}), "body /a"),
        (answer({"a": 1, "b": 1}), "body /b"),
        (answer({}), "body /a"),
        (answer({"a": 1}, etag='"1"'), "header etag"),
        (answer(), "body /a"),
    ],
)
def test_a_difference_is_named(found: Answer, place: str) -> None:
    assert place in differing(found, answer({"a": 1}), answer({"a": 1}))


def test_dates_and_ids_of_requests_are_no_difference() -> None:
    one = answer({}, date="Mon", x_request_id="1", server="a", x_ratelimit_remaining="4")
    assert differing(one, answer({}), answer({})) == []


def test_what_varies_among_controls_is_no_difference() -> None:
    told = [answer({"id": n, "detail": f"no thing, see {n}"}) for n in range(3)]
    assert differing(*told) == []
    assert differing(answer({"id": 9, "detail": "it is hers, see 9"}), *told) == ["body /detail"]


def test_a_list_of_another_length_is_a_difference() -> None:
    assert differing(answer([1, 2]), answer([1]), answer([1])) == ["body /-", "body /1"]


def test_the_id_that_is_asked_for_is_no_difference() -> None:
    found = leaves(answer({"path": "/todos/17", "id": 17}), [17])
    controls = [leaves(answer({"path": f"/todos/{n}", "id": n}), [n]) for n in (901, 902)]
    assert differences(found, controls) == []
    # A number that happens to be the id is still compared as what it is.
    found = leaves(answer({"code": 1}), [1])
    assert differences(found, [leaves(answer({"code": 1}), [901])] * 2) == []


def test_text_that_is_no_json_is_compared_by_lines() -> None:
    one, other = (Answer(200, (), text) for text in (b"a\nb", b"a\nc"))
    assert differing(one, other, other) == ["line 2"]


@pytest.mark.parametrize(
    "found",
    [
        answer({"id": "t-1"}),
        answer({"todo_id": "t-1"}),
        answer({"todoId": "t-1"}),
        answer({"data": {"id": "t-1"}}),
        answer("t-1"),
        answer(location="/todos/t-1"),
        answer({}, location="https://api.test/v1/todos/t-1/"),
    ],
)
def test_ids_of_what_was_created_are_read(found: Answer) -> None:
    assert ids.created(KIND, "", found) == "t-1"


def test_the_place_of_an_id_may_be_told() -> None:
    assert ids.created(KIND, "/made/0/key", answer({"made": [{"key": 5}], "id": 1})) == 5


@pytest.mark.parametrize("like", [17, "17", "019d2f6e-7c00-7000-8000-3b5c8f0e7a11", "pat_a1b2c3"])
def test_an_id_that_nothing_has_is_of_the_same_shape(like: ids.Id) -> None:
    made = ids.stranger(like, CHANCE)
    assert made != like
    assert type(made) is type(like)
    if not str(like).isdecimal():
        assert re.sub(r"[0-9a-z]", "x", str(made)) == re.sub(r"[0-9a-z]", "x", str(like))


def test_texts_and_ids_of_the_other_user_are_noticed_unless_they_were_sent() -> None:
    alice = actor("alice", Credential("X-Key", "k", "a"), httpx2.Client(), "", CHANCE)
    alice.ids.add("019d2f6e-7c00-7000-8000-3b5c8f0e7a11")
    plain = Request("GET", "/todos")
    mark = alice.canary()
    assert leaked(alice, plain, answer({"todos": []})) is None
    assert "a text" in str(leaked(alice, plain, answer({"title": f"My {mark.upper()}"})))
    assert "header link" in str(leaked(alice, plain, answer({}, link=f"<{mark}>")))
    assert "an id" in str(leaked(alice, plain, answer([*alice.ids])))
    assert leaked(alice, Request("GET", f"/todos?q={mark}"), answer({"q": mark})) is None


@pytest.mark.parametrize(
    ("text", "header", "value", "user_id"),
    [
        ("opaque", "Authorization", "Bearer opaque", None),
        ("a.eyJzdWIiOiAiYWRhIn0.c", "Authorization", "Bearer a.eyJzdWIiOiAiYWRhIn0.c", "ada"),
        ("ada=opaque", "Authorization", "Bearer opaque", "ada"),
        ("7=opaque==", "Authorization", "Bearer opaque==", 7),
        ("opaque==", "Authorization", "Bearer opaque==", None),
        ("X-Api-Key: key", "X-Api-Key", "key", None),
        ("ada=cookie: session=1", "cookie", "session=1", "ada"),
    ],
)
def test_credentials_are_read(text: str, header: str, value: str, user_id: str | None) -> None:
    found = credential(text)
    assert (found.header, found.value, found.user_id) == (header, value, user_id)


def test_requests_are_shown_without_secrets() -> None:
    proof = credential("ada=Bearer-of-secrets")
    shown = actor("bob", proof, httpx2.Client(), "", CHANCE).curl(Request("GET", "/todos"))
    assert shown.endswith('"$API"/todos -H "Authorization: Bearer $BOB"')
    assert "secrets" not in shown


def test_broken_credentials_are_nearly_right() -> None:
    # review: allow FH601: no key has signed this token
    value = "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLW9mLW5vYm9keQ"
    changed, unsigned = [made for _, made in broken(value)]
    assert [a == b for a, b in zip(changed, value, strict=True)].count(False) == 1
    assert unsigned.endswith(".eyJzdWIiOiJhZGEifQ.")
    assert [made for _, made in broken("key")] == ["Aey"]
