"""From what a text is made of to the JSON values that it may stand for."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, product
from typing import Any

from scripts.agreement.dialect import Value
from scripts.agreement.schemas import Schemas
from scripts.agreement.styles import Either, Known, Raw

MOST = 64
"""How many readings are tried of one text."""

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None}


def readings(schemas: Schemas, raw: Raw, options: list[Value]) -> list[Any]:
    """Return values to be validated against one of these schemas, most telling ones first.

    Of a value inside, only those are kept that fit a schema of its own, if there are any.
    """
    found = list(islice(_all(schemas, raw, options), MOST))
    fit = [value for value in found if any(schemas.fits(each, value) for each in options)]
    return fit or found


def _all(schemas: Schemas, raw: Raw, options: list[Value]) -> Iterator[Any]:
    match raw:
        case Known(value):
            yield value
        case Either(ways):
            for way in ways:
                yield from _all(schemas, way, options)
        case str():
            yield from scalars(raw)
        case list():
            yield from _joined(schemas, enumerate(raw), options, list)
        case dict():
            names = list(raw)
            for values in _joined(schemas, raw.items(), options, list):
                yield dict(zip(names, values, strict=True))


def _joined(
    schemas: Schemas,
    steps: Iterable[tuple[str | int, Raw]],
    options: list[Value],
    made: Callable[[Iterable[Any]], Any],
) -> Iterator[Any]:
    every = []
    for step, raw in steps:
        inner = [schema for option in options for schema in schemas.inner(option, step)]
        every.append(readings(schemas, raw, inner))
    yield from map(made, product(*every))


def scalars(text: str) -> Iterator[Any]:
    """Return what a text may stand for by itself: a number, a word of JSON, a string."""
    if text in _WORDS:
        yield _WORDS[text]
    elif _NUMBER.fullmatch(text):
        try:
            yield json.loads(text)
        except ValueError:  # more digits than Python reads
            yield float("inf")
    yield text
