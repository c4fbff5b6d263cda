"""Named limits: where generated servers refuse, on purpose, what the contract alone would allow."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any
from urllib.parse import unquote

from scripts.agreement.judge import Judge
from scripts.agreement.operations import Operation, Parameter
from scripts.agreement.request import Request
from scripts.agreement.serving import MAX_BYTES
from scripts.agreement.styles import Raw, UnreadableError, sent

type Rule = Callable[[Judge, Operation, Request], bool]

_SECOND = re.compile(r"[Tt]?[0-9]{2}:[0-9]{2}:60")
_EDGE = re.compile(r"(0000-[0-9]{2}-[0-9]{2}|0001-01-01[Tt]|9999-12-31[Tt])")
_INTEGRAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+|(\.[0-9]+)?[eE][+-]?[0-9]{1,2})")
_MAIL = re.compile(r'"@|@\[')


@dataclass(frozen=True)
class Limit:
    """A kind of request that is refused, by its name and in a sentence."""

    name: str
    sentence: str
    applies: Rule


def explain(judge: Judge, operation: Operation, request: Request) -> Limit | None:
    """Return the limit by which a valid request is refused, if there is one."""
    return next((limit for limit in LIMITS if limit.applies(judge, operation, request)), None)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, item in value.items():
                yield name
                yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)


def _sent(request: Request) -> Iterator[str]:
    """Return every text of a request."""
    yield unquote(request.path)
    yield unquote(request.query.replace("+", " "))
    for _, value in request.headers:
        yield value
    try:
        yield from _texts(json.loads(request.body))
    except (ValueError, RecursionError):
        yield unquote(request.body.decode("latin-1"))


def _any(holds: Callable[[str], Any]) -> Rule:
    return lambda _, __, request: any(map(holds, _sent(request)))


def _is_lone(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def _huge(_: Judge, __: Operation, request: Request) -> bool:
    numbers: list[float] = []

    def number(text: str) -> float:
        numbers.append(float(text))
        return 0.0

    try:
        json.loads(request.body, parse_float=number, parse_int=number)
    except (ValueError, RecursionError):
        return False
    return not all(map(isfinite, numbers))


def _spelt(judge: Judge, operation: Operation, request: Request) -> bool:
    return any(
        _INTEGRAL.fullmatch(text) and float(text).is_integer()
        for parameter in operation.parameters
        if _holds_integers(judge, parameter.schema)
        for text in _leaves(_ways(operation, parameter, request))
    )


def _holds_integers(judge: Judge, schema: Any) -> bool:
    parts = [
        part
        for held in [schema, *judge.schemas.inner(schema, 0)]
        for part in judge.schemas.parts(held)
    ]
    return any("integer" in part.get("type", ()) for part in parts)


def _ways(operation: Operation, parameter: Parameter, request: Request) -> list[Raw]:
    try:
        return sent(request, operation, parameter, lambda _: False)
    except UnreadableError:
        return []


def _leaves(raw: Raw) -> Iterator[str]:
    match raw:
        case str():
            yield raw
        case list():
            for item in raw:
                yield from _leaves(item)


LIMITS = (
    Limit(
        "unknown-query",
        "A query parameter that the contract does not know is refused.",
        lambda judge, operation, request: bool(judge.unknown(request, operation)),
    ),
    Limit("nul", "NUL in text is refused.", _any(lambda text: "\0" in text)),
    Limit(
        "body-size",
        f"A body of more than {MAX_BYTES} bytes is refused.",
        lambda _, __, request: len(request.body) > MAX_BYTES,
    ),
    Limit("lone-surrogate", "Text that is no Unicode is refused.", _any(_is_lone)),
    Limit("huge-number", "A number that no double holds is refused.", _huge),
    Limit("leap-second", "A time in a leap second is refused.", _any(_SECOND.search)),
    Limit(
        "calendar",
        "A time before the year 1 or after the year 9999, in UTC, is refused.",
        _any(_EDGE.search),
    ),
    Limit(
        "integer-text",
        "An integer in a parameter is refused with a fraction or an exponent, as 1.0 or 1e1.",
        _spelt,
    ),
    Limit(
        "email-form",
        "A mailbox with a quoted local part or an address literal is refused.",
        _any(_MAIL.search),
    ),
)
"""They explain refusals only: what the contract forbids is never let in by a limit."""
