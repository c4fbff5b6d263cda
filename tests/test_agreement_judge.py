"""The judge of scripts/fidelity, on requests whose validity is known."""

from typing import Any

import pytest
import yaml

from scripts.agreement.judge import Judge, Verdict
from scripts.agreement.patterns import python
from scripts.agreement.request import Request
from scripts.agreement.styles import UnreadableError

NUMBERS = "{type: array, items: {type: integer}, maxItems: 2}"
POINT = (
    "{type: object, additionalProperties: false, required: [x], "
    "properties: {x: {type: integer}, y: {type: string}}}"
)
FORM = "application/x-www-form-urlencoded"


def document(text: str, version: str = "3.1.0") -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text)
    return {"openapi": version, "info": {"title": "Probe", "version": "1"}, **found}


def with_parameter(location: str, rest: str) -> Judge:
    path = "/things/{p}" if location == "path" else "/things"
    declared = f"{{name: p, in: {location}, {rest}}}"
    text = f"paths: {{'{path}': {{get: {{operationId: get, parameters: [{declared}]}}}}}}"
    return Judge(document(text))


def with_body(media_type: str, schema: str, version: str = "3.1.0", more: str = "") -> Judge:
    media = f"{{{media_type}: {{schema: {schema}}}}}"
    body = f"requestBody: {{required: true, content: {media}}}"
    text = f"paths: {{/things: {{post: {{operationId: make, {body}}}}}}}\n{more}"
    return Judge(document(text, version))


def post(judge: Judge, body: bytes, media_type: str) -> Verdict:
    headers = (("Content-Type", media_type),)
    return judge.judge(Request("POST", "/things", "", headers, body))


@pytest.mark.parametrize(
    ("rest", "valid", "invalid"),
    [
        (f"schema: {NUMBERS}", "1,2", "1,2,3"),
        ("schema: {type: integer}", "-1", "1,2"),
        ("schema: {type: integer}", "1.0", "01"),
        ("schema: {type: string, maxLength: 3}", "a,b", "a%20bc"),
        (f"style: label, schema: {NUMBERS}", ".1,2", "1,2"),
        (f"style: label, schema: {NUMBERS}", ".1.2", ".1.a"),
        (f"style: label, explode: true, schema: {NUMBERS}", ".1.2", ".1.2.3"),
        (f"style: matrix, schema: {NUMBERS}", ";p=1,2", ";q=1,2"),
        (f"style: matrix, explode: true, schema: {NUMBERS}", ";p=1;p=2", ";p=1;q=2"),
        (f"schema: {POINT}", "x,1,y,a", "x,1,z,a"),
        (f"explode: true, schema: {POINT}", "x=1,y=a", "x=a"),
        (f"style: label, explode: true, schema: {POINT}", ".x=1.y=a", ".y=a"),
        (f"style: matrix, schema: {POINT}", ";p=x,1", ";p=x,a"),
        (f"style: matrix, explode: true, schema: {POINT}", ";x=1;y=a", ";x=1;z=a"),
    ],
)
def test_a_path_parameter_is_read_by_its_style(rest: str, valid: str, invalid: str) -> None:
    judge = with_parameter("path", f"required: true, {rest}")
    assert judge.judge(Request("GET", f"/things/{valid}")) == Verdict(True, "", judge.operations[0])
    assert not judge.judge(Request("GET", f"/things/{invalid}")).valid


@pytest.mark.parametrize(
    ("rest", "valid", "invalid"),
    [
        (f"schema: {NUMBERS}", "p=1&p=2", "p=1&p=2&p=3"),
        (f"schema: {NUMBERS}", "", "p=1,2"),
        (f"required: true, schema: {NUMBERS}", "p=1", ""),
        (f"explode: false, schema: {NUMBERS}", "p=1,2", "p=1&p=2"),
        (f"explode: false, schema: {NUMBERS}", "p=1%2C2", "p=1,2,3"),
        (f"style: spaceDelimited, explode: false, schema: {NUMBERS}", "p=1%202", "p=1,2"),
        (f"style: spaceDelimited, explode: false, schema: {NUMBERS}", "p=1+2", "p=1+2+3"),
        (f"style: pipeDelimited, explode: false, schema: {NUMBERS}", "p=1|2", "p=1|a"),
        (f"style: deepObject, schema: {POINT}", "p[x]=1&p%5By%5D=a", "p[x]=1&p[z]=a"),
        (f"style: deepObject, schema: {POINT}", "q=1", "p[x][y]=1"),
        (f"schema: {POINT}", "x=1&y=a", "y=a"),
        (f"explode: false, schema: {POINT}", "p=x,1", "p=x,a"),
        ("schema: {type: integer}", "p=1", "p=1&p=2"),
        ("schema: {type: boolean}", "p=true", "p=True"),
        ("schema: {type: [integer, 'null']}", "p=null", "p="),
        ("schema: {type: [integer, string], minimum: 3}", "p=2a", "p=2&p=3"),
        ("schema: {type: string}", "p=2", "p=%ff"),
        ("schema: {type: integer}, allowEmptyValue: true", "p=", "p=a"),
        ("content: {application/json: {schema: {type: [object]}}}", "p=%7B%7D", "p=x"),
    ],
)
def test_a_query_parameter_is_read_by_its_style(rest: str, valid: str, invalid: str) -> None:
    judge = with_parameter("query", rest)
    assert judge.judge(Request("GET", "/things", valid)).reason == ""
    assert not judge.judge(Request("GET", "/things", invalid)).valid


@pytest.mark.parametrize(
    ("location", "rest", "valid", "invalid"),
    [
        ("header", f"schema: {NUMBERS}", "1, 2", "1, a"),
        ("header", f"schema: {POINT}", "x,1", "y,1"),
        ("header", f"explode: true, schema: {POINT}", "x=1", "x=a"),
        ("cookie", f"explode: false, schema: {NUMBERS}", "p=1,2; q=3", "p=1,2,3"),
        ("cookie", "required: true, schema: {type: integer}", "q=a; p=1", "q=1"),
    ],
)
def test_headers_and_cookies_are_read_by_their_style(
    location: str, rest: str, valid: str, invalid: str
) -> None:
    judge = with_parameter(location, rest)
    name = "P" if location == "header" else "Cookie"
    assert judge.judge(Request("GET", "/things", "", ((name, valid),))).reason == ""
    assert not judge.judge(Request("GET", "/things", "", ((name, invalid),))).valid


@pytest.mark.parametrize(
    ("declared", "sent", "schema", "valid", "invalid"),
    [
        ("application/json", "application/json", POINT, b'{"x": 1.0}', b'{"x": 1.5}'),
        ("application/json", "Application/JSON; charset=utf-8", POINT, b'{"x": 1}', b"{"),
        ("application/json", "application/json", "{}", b"null", b"NaN"),
        ("application/a+json", "application/a+json", POINT, b'{"x": 1}', b'{"x": "1"}'),
        ("application/*", "application/json", POINT, b'{"x": 1}', b"[]"),
        (FORM, FORM, POINT, b"x=1&y=2", b"x=1&z=2"),
        (FORM, FORM, f"{{properties: {{a: {NUMBERS}}}}}", b"a=1&a=2", b"a=1&a=2&a=3"),
        (FORM, FORM, f"{{properties: {{a: {POINT}}}}}", b"a=%7B%22x%22:1%7D", b"a=%7B%7D"),
        ("text/plain", "text/plain", "{type: string, maxLength: 1}", b"a", b"ab"),
        ("image/png", "image/png", "{type: string, format: binary}", b"\xff\0", b""),
    ],
)
def test_a_body_is_read_by_its_media_type(
    declared: str, sent: str, schema: str, valid: bytes, invalid: bytes
) -> None:
    judge = with_body(declared, schema)
    assert post(judge, valid, sent).reason == ""
    assert not post(judge, invalid, sent).valid
    assert "media type" in post(judge, valid, "application-other/x").reason


def part(name: str, content: str, more: str = "", type_: str = "") -> str:
    line = f"Content-Type: {type_}\r\n" if type_ else ""
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n{line}\r\n{content}\r\n'


@pytest.mark.parametrize(
    ("parts", "valid"),
    [
        (part("x", "1") + part("y", "\0", '; filename="a"', "image/png"), True),
        (part("x", "a"), False),
        (part("x", "1") + part("x", "2"), False),
        (part("x", "1", type_="application/json"), True),
        (part("x", '"1"', type_="application/json"), False),
        ("", False),
    ],
)
def test_multipart_bodies_are_taken_apart(parts: str, *, valid: bool) -> None:
    judge = with_body("multipart/form-data", POINT)
    body = f"{parts}--b--\r\n".encode()
    assert post(judge, body, "multipart/form-data; boundary=b").valid is valid
    assert not post(judge, body, "multipart/form-data").valid


@pytest.mark.parametrize(
    ("schema", "valid", "invalid"),
    [
        ("{type: string, nullable: true}", b"null", b"1"),
        ("{type: integer, minimum: 1, exclusiveMinimum: true}", b"2", b"1"),
        ("{type: integer, maximum: 3, exclusiveMaximum: false}", b"3", b"4"),
        ("{$ref: '#/components/schemas/A', maxLength: 1}", b'"ab"', b"null"),
        ("{type: string, nullable: true, enum: [a]}", b'"a"', b"null"),
    ],
)
def test_schemas_of_openapi_3_0_keep_their_meaning(
    schema: str, valid: bytes, invalid: bytes
) -> None:
    more = "components: {schemas: {A: {type: string}}}"
    judge = with_body("application/json", schema, "3.0.3", more)
    assert post(judge, valid, "application/json").reason == ""
    assert not post(judge, invalid, "application/json").valid


def test_nullable_says_nothing_in_openapi_3_1() -> None:
    judge = with_body("application/json", "{type: string, nullable: true}")
    assert not post(judge, b"null", "application/json").valid


def test_what_is_read_only_is_neither_required_nor_taken() -> None:
    schema = "{required: [id], properties: {id: {$ref: '#/components/schemas/Id'}}}"
    more = "components: {schemas: {Id: {type: integer, readOnly: true}}}"
    judge = with_body("application/json", schema, "3.1.0", more)
    assert post(judge, b"{}", "application/json").valid
    assert not post(judge, b'{"id": 1}', "application/json").valid


@pytest.mark.parametrize(
    ("name", "valid", "invalid"),
    [
        ("date", "2024-02-29", "2026-02-29"),
        ("date-time", "2026-01-01t00:00:00.5z", "2026-01-01T00:00:00"),
        ("date-time", "2016-12-31T23:59:60Z", "2016-12-31T12:59:60Z"),
        ("time", "12:00:00+01:00", "12:00:00"),
        ("uuid", "019D2F6E-7c00-7000-8000-3b5c8f0e7a11", "019d2f6e7c00700080003b5c8f0e7a11"),
        ("email", "a.b@c", "a..b@c"),
        ("uri", "http://[::1]/#a", "http://a/[b]"),
        ("ipv4", "192.0.2.1", "192.0.2.01"),
        ("ipv6", "::1", "::1%eth0"),
        ("hostname", "a-b.c", "-a.c"),
        ("byte", "YQ==", "YQ"),
        ("unheard-of", "anything", ""),
    ],
)
def test_formats_are_asserted_as_their_standards_write_them(
    name: str, valid: str, invalid: str
) -> None:
    judge = with_body("text/plain", f"{{type: string, minLength: 1, format: {name}}}")
    assert post(judge, valid.encode(), "text/plain").reason == ""
    assert not post(judge, invalid.encode(), "text/plain").valid


def test_integers_have_the_range_of_their_format() -> None:
    judge = with_body("application/json", "{type: integer, format: int32}")
    assert post(judge, b"2147483647", "application/json").valid
    assert not post(judge, b"2147483648", "application/json").valid


def test_a_multiple_is_one_of_the_numbers_that_are_written() -> None:
    judge = with_body("application/json", "{type: number, multipleOf: 0.1}")
    assert post(judge, b"0.3", "application/json").valid
    assert not post(judge, b"0.30000000000000004", "application/json").valid


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (r"^\d$", "\u0661", False),
        ("^a$", "a\n", False),
        (r"^[\w.]+$", "a.b", True),
        (r"^\w$", "\u00e9", False),
        (r"^\s$", "\ufeff", True),
        (r"^(?<n>a)\k<n>\/$", "aa/", True),
        ("^[[&]$", "[", True),
        ("^.$", "\u2028", False),
        (r"^\p{L}$", "\u00e9", True),
    ],
)
def test_patterns_are_those_of_ecma_262(pattern: str, text: str, *, matches: bool) -> None:
    schema = f"{{type: string, pattern: '{pattern}'}}"
    judge = with_body("text/plain", schema)
    assert python(pattern)
    assert post(judge, text.encode(), "text/plain").valid is matches


def test_a_fixed_path_goes_before_one_that_varies() -> None:
    text = "paths: {'/a/{b}': {get: {operationId: one}}, /a/b: {get: {operationId: two}}}"
    judge = Judge(document(text))
    found = [judge.judge(Request("GET", path)).operation for path in ("/a/b", "/a/c", "/c")]
    assert [each and each.id for each in found] == ["two", "one", None]
    assert not judge.judge(Request("PUT", "/a/b")).valid


def test_a_text_without_utf_8_is_no_text() -> None:
    judge = with_parameter("query", "schema: {type: string}")
    with pytest.raises(UnreadableError):
        judge.unknown(Request("GET", "/things", "p=%ff"), judge.operations[0])
