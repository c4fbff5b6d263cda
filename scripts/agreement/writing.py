"""Parameters, written by their styles (RFC 6570)."""

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from scripts.agreement.operations import Operation, Parameter
from scripts.agreement.request import Request

type Pairs = list[tuple[str, str]]

_DELIMITERS = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}


def put(request: Request, operation: Operation, parameter: Parameter, value: Any) -> Request:
    """Return the request with another value of a parameter."""
    if parameter.media_type:
        value = json.dumps(value)
    match parameter.location:
        case "path":
            return _in_path(request, operation, parameter, _segment(parameter, value))
        case "query":
            return _in_query(request, parameter, _pairs(parameter, value))
        case "header":
            return with_header(request, parameter.name, _plain(parameter, value))
    others = [each for each in (request.header("cookie") or "").split("; ") if each]
    kept = [each for each in others if each.partition("=")[0] != parameter.name]
    return with_header(
        request, "Cookie", "; ".join([*kept, f"{parameter.name}={_plain(parameter, value)}"])
    )


def drop(request: Request, parameter: Parameter) -> Request:
    """Return the request without a parameter that is not in the path."""
    if parameter.location == "query":
        return _in_query(request, parameter, [])
    name = parameter.name if parameter.location == "header" else "Cookie"
    return with_header(request, name, None)


def repeat(request: Request, parameter: Parameter) -> Request:
    """Return the request with a query parameter that is given twice."""
    again = [each for each in request.query.split("&") if _name(each) == _quoted(parameter.name)]
    return replace(request, query="&".join([request.query, *again])) if again else request


def with_header(request: Request, name: str, value: str | None) -> Request:
    """Return the request with another value of a header, or without it."""
    kept = [each for each in request.headers if each[0].lower() != name.lower()]
    added = [] if value is None else [(name, value.strip(" \t"))]
    return replace(request, headers=(*kept, *added))


def form(fields: Pairs) -> str:
    """Write an urlencoded form, or a query."""
    return "&".join(f"{quote(name, safe='[]')}={value}" for name, value in fields)


def text(value: Any) -> str:
    """Write a value as the text of a parameter."""
    return value if isinstance(value, str) else json.dumps(value)


def _in_path(request: Request, operation: Operation, parameter: Parameter, value: str) -> Request:
    found = operation.pattern.fullmatch(request.path)
    values = list(found.groups()) if found else ["0"] * len(operation.names)
    values[operation.names.index(parameter.name)] = value
    left = iter(values)
    path = re.sub(r"\{[^{}]*\}", lambda _: str(next(left)), operation.path)
    return replace(request, path=path)


def _in_query(request: Request, parameter: Parameter, added: Pairs) -> Request:
    own = _quoted(parameter.name)
    kept = [
        each
        for each in request.query.split("&")
        if each and _name(each) != own and not _name(each).startswith((f"{own}[", f"{own}%5B"))
    ]
    return replace(request, query="&".join([*kept, *filter(None, [form(added)])]))


def _name(pair: str) -> str:
    return pair.partition("=")[0]


def _quoted(value: Any) -> str:
    return quote(text(value).encode("utf-8", "surrogatepass"), safe="")


def _pairs(parameter: Parameter, value: Any) -> Pairs:
    name = parameter.name
    match value:
        case dict() if parameter.style == "deepObject":
            return [(f"{name}[{key}]", _quoted(item)) for key, item in value.items()]
        case dict() if parameter.explode:
            return [(key, _quoted(item)) for key, item in value.items()]
        case list() if parameter.explode:
            return [(name, _quoted(item)) for item in value]
        case dict() | list():
            return [(name, _DELIMITERS.get(parameter.style, ",").join(map(_quoted, _flat(value))))]
    return [(name, _quoted(value))]


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [each for pair in value.items() for each in pair]
    return list(value)


def _segment(parameter: Parameter, value: Any) -> str:
    assigned = isinstance(value, dict) and parameter.explode
    if isinstance(value, dict) and assigned:
        items = [f"{_quoted(key)}={_quoted(item)}" for key, item in value.items()]
    else:
        items = list(map(_quoted, _flat(value) if isinstance(value, list | dict) else [value]))
    name = _quoted(parameter.name)
    match parameter.style:
        case "label":
            return "." + ("." if parameter.explode else ",").join(items)
        case "matrix" if parameter.explode:
            return "".join(f";{item}" if assigned else f";{name}={item}" for item in items)
        case "matrix":
            return f";{name}=" + ",".join(items)
    return ",".join(items)


def _plain(parameter: Parameter, value: Any) -> str:
    if isinstance(value, dict) and parameter.explode:
        return ",".join(f"{key}={text(item)}" for key, item in value.items())
    if isinstance(value, list | dict):
        return ",".join(map(text, _flat(value)))
    return text(value)
