"""Whatever stands in a body or a parameter is taken as the contract says, or refused as it says."""

import json
from collections.abc import Callable
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.contract import OPERATIONS, Operation
from tests.refusals import assert_harmless, assert_silent
from tests.running import Running
from tests.silence import CANARY
from tests.wire import Answer, call

TAKEN = 409  # when the same name is given a second time
LIMIT = 1_048_576  # bytes of a body, by default
DEEP = b"[" * 50_000 + b"]" * 50_000

# JSON values, or what is none, that no property of a body takes.
VALUES = (
    *(b"NaN", b"Infinity", b"-Infinity", b"1e400", b"-1e400", b"0", b"1", b"1.0", b"-0"),
    *(b"2147483648", b"9223372036854775808", b"-9223372036854775809", b"9" * 5_000),
    *(b"[true]", b"[]", b"{}", DEEP, b'{"CANARY": "CANARY"}', b'["CANARY"]', b"", b"undefined"),
    *(b'"CANARY\\u0000"', b'"CANARY\\ud800"', b'"\\udc00\\ud800CANARY"', b'"CANARY\\ude00"'),
    *(b'"CANARY\xff"', b'"CANARY\xed\xa0\x80"', b'"CANARY\xc0\x80"', b'"CANARY\x00"', b'"CANARY'),
)
BODIES = (
    *(b"", b" ", b"null", b"true", b"1", b'"CANARY"', b"[]", b'["CANARY"]', b"{", b"{}{}", DEEP),
    *(b'{"CANARY"', b"{CANARY: 1}", b"{'title': 'CANARY'}", b'{"title": "CANARY",}', b"CANARY"),
    *(b'{"title": "a"} // CANARY', b"\x00", b"\xff\xfe", b"\xef\xbb\xbf{}", b'{"":1}'),
    *(b'{"CANARY": 1}', b'{"CANARY\\u0000": 1}', b'{"CANARY\\ud800": 1}', b'{"CANARY\xff": 1}'),
    *(b'{"owner_id": "CANARY"}', b'{"version": 7}', b'{"id": 1}', b'{"a/b~c": {"CANARY": NaN}}'),
    *(b'{"a":' * 50_000 + b"1" + b"}" * 50_000, json.dumps({"title": "a"}).encode("utf-16")),
)
TIMESTAMPS = (
    *("2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-01-01", "00:00:00Z", "1767225600"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9999-12-31T00:00:00Z"),
    *("0999-12-31T23:59:59Z", "9000-01-01T00:00:00Z", "10000-01-01T00:00:00Z"),
    *("2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T23:59:60Z", "P1D", "now"),
    *("2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+0100", "2026-01-01T00:00Z", ""),
    *("\u0662026-01-01T00:00:00Z", " 2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z CANARY"),
)
LAX = {
    "title": (b"1", b"true", b"null"),
    "notes": (b"1", b"null"),
    "done": (b'"true"', b'"1"', b'"yes"', b"null", b"0.0"),
    "priority": (b'"HIGH"', b'" high"', b"null", b'"CANARY"'),
    "due_at": tuple(json.dumps(text).encode() for text in TIMESTAMPS),
    "list_id": (b'"CANARY"', b"true", b'"019d2f6e-7c00-7000-8000-5d1e2f3a4b5"'),
    "ids": (b'["CANARY"]', b'"019d2f6e-7c00-7000-8000-3b5c8f0e7a11"', b"[null]", b"null"),
    "change": (b'{"done": null}', b'{"owner_id": "CANARY"}', b'{"version": 7}', b"null"),
    "name": (b"1", b"true", b"null", b'"' + b"x" * 51 + b'"'),
    "display_name": (b"1", b"false"),
    "locale": (b'"EN"', b'"CANARY"'),
}
# What may stand in a URL, and is the value of no parameter.
TEXTS = (
    *(
        "CANARY%00",
        "%00",
        "CANARY%ff",
        "%ed%a0%80CANARY",
        "%c0%80",
        "%zzCANARY",
        "CANARY%",
        "%2e%2e",
    ),
    *("..;CANARY", "9" * 400, "CANARY" * 500, "%F0%9F%98%80", "%E2%80%AE", "NaN", "1e400", "-1"),
    *("2147483648", "9223372036854775808", "%5B%5D", "null", "%22%22", "+1", "%20", "0.5", "01"),
)
INTEGERS = (*("0", "-1", "101", "2147483648", "4294967297", "9223372036854775808"), "9" * 5_000)
TAGS = ("CANARY", '"CANARY"', b"\xff\xfe", '"' + "9" * 1_000 + '"', "CANARY" * 1_000, ",", '"1', "")

with_a_body = pytest.mark.parametrize(
    "operation", [operation for operation in OPERATIONS if operation.body], ids=str
)
with_a_query = pytest.mark.parametrize(
    "operation", [operation for operation in OPERATIONS if operation.names("query")], ids=str
)
every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)
type Caller = Callable[..., Answer]


@pytest.fixture
def ask(server: Running) -> Caller:
    """Return a function that calls an operation correctly but for what it is given."""
    user = f"user-{uuid4()}"
    access = server.token(user)

    def ask(
        operation: Operation,
        body: bytes | None = None,
        query: str = "",
        lines: tuple[str | bytes, ...] = (),
        target: str | None = None,
    ) -> Answer:
        typed = [f"Content-Type: {operation.body.media_type}"] if operation.body else []
        token = server.refresh_token(user) if operation.takes_refresh else access
        example = operation.content.get("content")
        answer = call(
            server.api,
            operation.method,
            (target or operation.target(user)) + queried(operation, query),
            token,
            lines=[*typed, *lines],
            body=example if body is None else body.replace(b"CANARY", CANARY.encode()),
        )
        assert_harmless(answer)
        return answer

    return ask


def queried(operation: Operation, query: str) -> str:
    """Return a query with what the operation requires beside it, unless that is in it."""
    required = operation.query if f"?{operation.query.partition('=')[0]}=" not in query else ""
    parts = [required, query.removeprefix("?").replace("CANARY", CANARY)]
    return f"?{'&'.join(filter(None, parts))}" if any(parts) else ""


def with_value(operation: Operation, name: str, value: bytes) -> bytes:
    """Return the example of a body with one property written as given."""
    assert operation.body is not None
    others = {each: value for each, value in operation.body.example.items() if each != name}
    members = [json.dumps({each: value})[1:-1].encode() for each, value in others.items()]
    return b"{" + b", ".join([*members, json.dumps(name).encode() + b": " + value]) + b"}"


@with_a_body
def test_no_property_takes_a_value_of_another_type_or_one_that_is_no_json(
    operation: Operation, ask: Caller
) -> None:
    assert operation.body is not None
    for name in operation.body.properties:
        for value in {*VALUES, *LAX[name]} - ({b"{}"} if name == "change" else set()):
            body = with_value(operation, name, value)
            assert ask(operation, body).status in {400, 422}, (name, value[:40])


@with_a_body
def test_no_unknown_property_is_taken_whatever_its_value(operation: Operation, ask: Caller) -> None:
    for value in (*VALUES, b"null", b'"CANARY"', b"true"):
        assert ask(operation, with_value(operation, "CANARY", value)).status in {400, 422}


@with_a_body
def test_no_other_body_is_taken(operation: Operation, ask: Caller) -> None:
    for body in BODIES:
        assert ask(operation, body).status in {400, 422}, body[:40]


@with_a_body
def test_of_a_property_that_is_sent_twice_the_last_counts(
    operation: Operation, ask: Caller
) -> None:
    assert operation.body is not None
    name = next(iter(operation.body.example))
    last = json.dumps({name: operation.body.example[name]}).encode()
    sound = ask(operation, last).status
    for first in (b"[]", b'"CANARY\\u0000"', b'"CANARY"'):
        pair = b'"%s": %s' % (name.encode(), first)
        again = ask(operation, last.replace(b"{", b"{" + pair + b", ", 1))
        assert again.status in {sound, TAKEN}
    assert ask(operation, last.replace(b"}", b', "%s": []}' % name.encode())).status == 422


@with_a_body
def test_only_the_declared_media_type_unencoded_is_taken(
    operation: Operation, server: Running
) -> None:
    assert operation.body is not None
    token, body = server.token("alice"), operation.content["content"]
    typed = f"Content-Type: {operation.body.media_type}"
    refused = (
        (),
        ("Content-Type: text/plain",),
        ("Content-Type: multipart/form-data; boundary=x",),
        ("Content-Type: application/x-www-form-urlencoded",),
        ("Content-Type: CANARY",),
        ("Content-Type:",),
        (f"{typed}; charset=utf-16",),
        (f"{typed}, text/plain",),
        *(
            (typed, f"Content-Encoding: {coding}")
            for coding in ("gzip", "br", "CANARY", "gzip, br")
        ),
    )
    target = operation.target("alice")
    for lines in refused:
        for sent in (body, b"{CANARY", b"\x1f\x8b\x08"):
            answer = call(server.api, operation.method, target, token, lines=lines, body=sent)
            assert_harmless(answer)
            assert answer.status == 415, lines
    for lines in (
        (typed.upper(),),
        (f"{typed}; charset=UTF-8",),
        (typed, "Content-Encoding: identity"),
    ):
        answer = call(server.api, operation.method, target, token, lines=lines, body=body)
        assert answer.status in {200, 201, 404, TAKEN}


@with_a_body
def test_a_body_is_taken_up_to_the_limit_to_the_byte(operation: Operation, ask: Caller) -> None:
    example = operation.content["content"]
    sound = ask(operation, example).status
    assert ask(operation, b" " * (LIMIT - len(example)) + example).status in {sound, TAKEN}
    assert ask(operation, b" " * (LIMIT + 1 - len(example)) + example).status == 413
    assert ask(operation, b'{"title": "' + b"CANARY" * 400_000 + b'"}').status == 413


@every_operation
def test_no_path_takes_a_text_that_is_no_id(operation: Operation, ask: Caller) -> None:
    for name in operation.names("path"):
        expected = 403 if name == "user_id" else 422
        for text in TEXTS:
            answer = ask(operation, target=operation.path.replace(f"{{{name}}}", text))
            assert answer.status == expected, text


@with_a_query
def test_no_parameter_takes_a_text_that_is_not_a_value_of_it(
    operation: Operation, ask: Caller
) -> None:
    for name in set(operation.names("query")) - {"q"}:
        for text in TEXTS:
            assert ask(operation, query=f"?{name}={text}").status == 422, (name, text)
    for name in ("due_after", "due_before"):
        for text in map(quote, TIMESTAMPS):
            assert ask(operation, query=f"?{name}={text}").status == 422, text
    for text in INTEGERS:
        assert ask(operation, query=f"?limit={text}").status == 422
    for text in ("1", "0", "True", "yes", "", "on"):
        assert ask(operation, query=f"?done={text}").status == 422


@pytest.mark.parametrize("text", [*TEXTS, "%22", "-", "or", "%7C%26%21%28", "a%3A%2A", "%5C%27"])
def test_any_words_may_be_searched_for(text: str, ask: Caller) -> None:
    (operation,) = (each for each in OPERATIONS if each.id == "list_todos")
    assert ask(operation, query=f"?q={text}").status in {200, 422}


@with_a_query
def test_no_parameter_is_taken_twice(operation: Operation, ask: Caller) -> None:
    sound = {"done": "true", "limit": "5", "sort": "due_at", "priority": "high"}
    for name in operation.names("query"):
        value = sound.get(name, quote("2026-01-01T00:00:00Z"))
        assert ask(operation, query=f"?{name}={value}&{name}={value}").status == 422
        assert ask(operation, query=f"?{name}={value}&%{ord(name[0]):x}{name[1:]}=1").status == 422


@every_operation
def test_no_unknown_parameter_is_taken(operation: Operation, ask: Caller) -> None:
    queries = ["CANARY=1", "CANARY", "=CANARY", "%ff=1", "a%00=1", "%ed%a0%80", "limit%00=1"]
    queries += ["&".join(f"CANARY{number}=1" for number in range(300))]
    for query in queries:
        assert ask(operation, query=f"?{query}").status == 422
    assert ask(operation, query=f"?CANARY={'x' * 100_000}").status == 414
    assert ask(operation, query="?&&").status in {200, 201, 204, 404}


@every_operation
def test_a_header_that_is_no_list_of_tags_is_harmless(operation: Operation, ask: Caller) -> None:
    for name in operation.names("header"):
        for tag in TAGS:
            text = tag if isinstance(tag, bytes) else tag.replace("CANARY", CANARY).encode()
            answer = ask(operation, lines=(name.encode() + b": " + text,))
            assert answer.status in {200, 404, 412, 422}


def test_nothing_that_is_refused_is_logged(server: Running, ask: Caller) -> None:
    for operation in OPERATIONS:
        if operation.body:
            ask(operation, with_value(operation, "CANARY", b'"CANARY\\ud800"'))
            ask(operation, with_value(operation, operation.body.properties[0], b'"CANARY\\n"'))
        ask(operation, query="?CANARY=CANARY%00")
        ask(operation, lines=(f"If-Match: {CANARY}", f"X-Any: {CANARY}"))
    assert_silent(server)
