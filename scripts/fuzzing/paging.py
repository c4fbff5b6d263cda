"""Paging: from one page of a list to the next, as the contract and the answers tell."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scripts.agreement.operations import Operation, Parameter
from scripts.agreement.request import Request
from scripts.agreement.writing import put
from scripts.fuzzing import ids, naming
from scripts.fuzzing.actors import Actor
from scripts.fuzzing.answers import Answer

_SIZES = {"limit", "size", "page_size", "per_page", "pagesize", "perpage", "first", "count", "take"}
_NUMBERS = {"page": 1, "page_number": 1, "page_no": 1, "offset": 0, "skip": 0}
"""What pages are numbered by, and the number of the first one."""
_SHORTEST = 8
"""Texts that are shorter are positions in a list rather than rights."""
_LINK = re.compile(r'<([^<>]*)>[^,]*;\s*rel="?next\b', re.IGNORECASE)
_MOST = 40


def walk(reader: Actor, operation: Operation, request: Request) -> list[Request]:
    """Return the requests for the pages of a list, the smallest there may be, up to its end."""
    following: Request | None = smallest(request, operation)
    found: list[Request] = []
    while following and following not in found and len(found) < _MOST:
        found.append(following)
        following = _following(following, operation, reader.send(following))
    return found


def smallest(request: Request, operation: Operation) -> Request:
    """Return the request for a page that is as small as the contract lets it be."""
    for parameter in operation.at("query"):
        if _name(parameter) in _SIZES:
            least = parameter.schema.get("minimum", 1)
            request = put(request, operation, parameter, max(1, int(least)))
    return request


def leads_on(parameter: Parameter) -> bool:
    """Say whether a parameter takes what an earlier page has given."""
    is_text = parameter.schema.get("type") != "integer"
    named = naming.is_token(parameter.name) or parameter.name.lower() in {"after", "before"}
    return parameter.location == "query" and is_text and named


def given(value: Any, name: str) -> Iterator[str]:
    """Return the texts of an answer that are given for a parameter, by what they are called."""
    wanted = naming.words(name)[-1]
    if isinstance(value, dict):
        for key, item in value.items():
            is_named = wanted in naming.words(key) or "next" in naming.words(key)
            if is_named and isinstance(item, str) and len(item) >= _SHORTEST:
                yield item
            yield from given(item, name)


def _following(request: Request, operation: Operation, answer: Answer) -> Request | None:
    """Return the request for the page after that of an answer; None at the end."""
    if not answer.ok:
        return None
    parameters = list(operation.at("query"))
    texts = [(p, next(given(answer.json, p.name), "")) for p in parameters if leads_on(p)]
    link = _LINK.search(answer.header("link") or "")
    address = link[1] if link else next(given(answer.json, "next"), "")
    if "?" in address:
        return replace(request, query=urlsplit(address).query)
    if told := next((each for each in texts if each[1]), None):
        return put(request, operation, *told)
    numbers = (each for each in parameters if _name(each) in _NUMBERS)
    if any(True for _ in ids.items(answer.json)) and (by := next(numbers, None)):
        return put(request, operation, by, _number(request, by) + 1)
    return None


def _number(request: Request, parameter: Parameter) -> int:
    """Return the number of a page, that of the first one if none is named."""
    named = parse_qs(request.query).get(parameter.name, [])
    first = parameter.schema.get("default", _NUMBERS[_name(parameter)])
    return int(named[-1] if named else first)


def _name(parameter: Parameter) -> str:
    return "_".join(naming.words(parameter.name))
