"""Requests beside those of Schemathesis: neighbours of a valid one, for each keyword and place."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, zip_longest
from random import Random
from typing import Any
from urllib.parse import quote

from scripts.agreement.dialect import Value
from scripts.agreement.forms import is_json
from scripts.agreement.operations import Operation, Parameter
from scripts.agreement.request import Request
from scripts.agreement.schemas import Schemas
from scripts.agreement.values import probes, sample
from scripts.agreement.writing import drop, form, put, repeat, text, with_header

type Labelled = Iterator[tuple[str, Request]]

_FORM = "application/x-www-form-urlencoded"
_BOUNDARY = "d8a1c3e5b7f90246"
_MANY = 20_000
_TEXTS = (
    "", " ", "null", "true", "True", "1", "01", "+1", "1.0", "1e1", "-0", "\u0661", "a,b", "a b",
    "\0", "\ud800", "%", "NaN", "x" * 300,
)  # fmt: skip
_BODIES = (
    b"",
    b"{",
    b"null",
    b"NaN",
    b"[]",
    b"{}",
    b'"\xff"',
    b'{"a":1,"a":2}',
    b" {} ",
    b"\xef\xbb\xbf{}",
)


def own(schemas: Schemas, operation: Operation) -> list[Request]:
    """Return the request with what is required, and one with all that is declared."""
    made = []
    for everything in (False, True):
        request = Request(operation.method, operation.path, source="own")
        for parameter in operation.parameters:
            if parameter.required or everything:
                value = sample(schemas, parameter.schema)
                request = put(request, operation, parameter, value)
        made.append(_with_sample(schemas, operation, request))
    return made


def mutated(
    schemas: Schemas, operation: Operation, bases: list[Request], number: int, random: Random
) -> list[Request]:
    """Return at most so many requests, of every keyword and place some."""
    places: dict[str, list[Request]] = {}
    for base in map(_plain, bases):
        for label, request in islice(_around(schemas, operation, base), _MANY):
            if request.is_http:
                places.setdefault(label, []).append(replace(request, source=label))
    rows = [list(dict.fromkeys(each)) for each in places.values()]
    for row in rows:
        random.shuffle(row)
    random.shuffle(rows)
    found = (each for column in zip_longest(*rows) for each in column if each is not None)
    return list(islice(found, number))


def _plain(base: Request) -> Request:
    """Write integers as such, so that a server that refuses 1.0 is told apart from others."""
    try:
        value = json.loads(base.body, parse_float=_number)
    except (ValueError, RecursionError):
        return base
    return replace(base, body=json.dumps(value).encode())


def _number(text: str) -> float:
    number = float(text)
    return int(number) if number.is_integer() else number


def _around(schemas: Schemas, operation: Operation, base: Request) -> Labelled:
    for parameter in operation.parameters:
        for keyword, request in _parameter(schemas, operation, base, parameter):
            yield f"{parameter.location} {parameter.name}{keyword}", request
    if operation.at("query") or not operation.parameters:
        query = "&".join(filter(None, [base.query, "unknown=1"]))
        yield "query unknown", replace(base, query=query)
    if operation.body:
        yield from _body(schemas, operation, base)


def _parameter(
    schemas: Schemas, operation: Operation, base: Request, parameter: Parameter
) -> Labelled:
    if parameter.location != "path":
        yield ":required", drop(base, parameter)
    value = sample(schemas, parameter.schema)
    with_it = put(base, operation, parameter, value)
    yield ":sample", with_it
    if parameter.location == "query":
        yield ":repeated", repeat(with_it, parameter)
    for other in _TEXTS:
        yield ":text", put(base, operation, parameter, other)
    for label, other in probes(schemas, parameter.schema, value, depth=2):
        yield label, put(base, operation, parameter, other)


def _with_sample(schemas: Schemas, operation: Operation, request: Request) -> Request:
    media_type, media = _media(operation)
    if not media_type:
        return request
    value = sample(schemas, media.get("schema", {}))
    return _with_body(request, media_type, value) or request


def _media(operation: Operation) -> tuple[str, Value]:
    """Return the media type that is best known, and what it declares."""
    declared = operation.body.content if operation.body else {}

    def rank(name: str) -> int:
        known = (is_json(name), name == _FORM, name.startswith("multipart/"))
        return known.index(True) if True in known else len(known)

    name = min(declared, key=rank, default="")
    return name.partition(";")[0].strip(), declared.get(name, {})


def _with_body(request: Request, media_type: str, value: Any) -> Request | None:
    """Return the request with a body, if the value can be written in this media type."""
    declared, body = media_type, b""
    if is_json(media_type) or media_type == "*/*":
        declared = "application/json" if media_type == "*/*" else media_type
        body = json.dumps(value).encode()
    elif not isinstance(value, dict):
        return None
    elif media_type == _FORM:
        body = _form(value).encode("ascii")
    elif media_type.startswith("multipart/"):
        body = _multipart(value).encode("utf-8", "surrogatepass")
        declared = f"{media_type}; boundary={_BOUNDARY}"
    else:
        return None
    return replace(with_header(request, "Content-Type", declared), body=body)


def _fields(value: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        (name, each)
        for name, item in value.items()
        for each in (item if isinstance(item, list) else [item])
    ]


def _form(value: dict[str, Any]) -> str:
    return form([(name, quote(text(item), safe="")) for name, item in _fields(value)])


def _multipart(value: dict[str, Any]) -> str:
    pieces = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text(item)}\r\n'
        for name, item in _fields(value)
    ]
    return "".join([*pieces, f"--{_BOUNDARY}--\r\n"])


def _body(schemas: Schemas, operation: Operation, base: Request) -> Labelled:
    media_type, media = _media(operation)
    yield "body:required", replace(with_header(base, "Content-Type", None), body=b"")
    if not base.body:
        return
    for other in (None, "text/plain", "application/xml", f"{media_type}; charset=utf-8", "x/y"):
        yield "body:media type", with_header(base, "Content-Type", other)
    if is_json(media_type):
        for raw in _BODIES:
            yield "body:raw", replace(base, body=raw)
    schema = media.get("schema", {})
    for label, other in probes(schemas, schema, _held(schemas, base, schema)):
        if made := _with_body(base, media_type, other):
            yield f"body{label}", made


def _held(schemas: Schemas, base: Request, schema: Value) -> Any:
    try:
        return json.loads(base.body)
    except (ValueError, RecursionError):
        return sample(schemas, schema)
