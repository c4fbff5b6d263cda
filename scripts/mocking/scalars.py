"""Candidates for values of strings and numbers, the likeliest first."""

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from math import ceil, floor
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import HypothesisException
from hypothesis.strategies import SearchStrategy, characters, from_regex

from scripts.agreement.patterns import python
from scripts.codegen.canonical import Schema

_PROJECT = Path(__file__).resolve().parents[2]
_FORMATS = {
    "byte": "U2Ft{:04}",
    "date": "2026-01-{:02}",
    "date-time": "2026-01-{:02}T12:00:00Z",
    "duration": "P{}D",
    "email": "ada{}@example.com",
    "hostname": "host{}.example.com",
    "idn-email": "ada{}@example.com",
    "idn-hostname": "host{}.example.com",
    "ipv4": "192.0.2.{}",
    "ipv6": "2001:db8::{}",
    "iri": "https://example.com/{}",
    "iri-reference": "/sample{}",
    "json-pointer": "/sample{}",
    "regex": "^sample{}$",
    "relative-json-pointer": "{}",
    "time": "12:00:{:02}Z",
    "uri": "https://example.com/{}",
    "uri-reference": "/sample{}",
    "uri-template": "/samples{}/{{id}}",
    "uuid": "019d2f6e-7c00-7000-8000-3b5c8f0e7a{:02}",
}
_EVERY = 28
"""How many values of a format there are: a month has as many days."""
_STEPS = 30
_OPTIONS = settings(
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=60,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def texts(schema: Schema) -> Iterator[str]:
    """Return strings that may fit, those of its format and its pattern first."""
    for text in _plain(schema):
        yield from _sized(text, schema.get("minLength", 0), schema.get("maxLength", len(text)))


def _plain(schema: Schema) -> Iterator[str]:
    numbers = range(1, _EVERY + 1)
    if "format" in schema:
        template = _FORMATS.get(schema["format"], "sample")
        yield from dict.fromkeys(template.format(number) for number in numbers)
    if "pattern" in schema:
        yield from _matching(schema["pattern"])
    else:
        yield "sample"
        yield from (f"{number}sample" for number in numbers)


def _sized(text: str, least: int, most: int) -> Iterator[str]:
    """Return a text as it is if its length is right, or what is like it and of the right one."""
    if least <= len(text) <= most:
        yield text
    elif len(text) > most:
        yield text[:most]
    elif text:
        missing = least - len(text)
        yield (text * (least // len(text) + 1))[:least]
        yield text[0] * missing + text
        yield text + text[-1] * missing


@cache
def _matching(pattern: str) -> list[str]:
    """Return texts that match a pattern of ECMA-262, short ones first and the empty one last."""
    compiled = python(pattern)
    if compiled is None:
        return []
    printable = characters(min_codepoint=32, max_codepoint=126)
    for alphabet in (printable, None):
        for whole in (True, False):
            strategy = from_regex(compiled, fullmatch=whole, alphabet=alphabet)
            if found := _drawn(strategy):
                return sorted(found, key=lambda text: (not text, len(text), text))
    return []


def _drawn(strategy: SearchStrategy[str]) -> set[str]:
    """Return texts of a strategy, the same every time."""
    set_hypothesis_home_dir(_PROJECT / ".hypothesis")
    found: set[str] = set()

    @_OPTIONS
    @given(strategy)
    def draw(text: str) -> None:
        found.add(text)

    try:
        draw()
    except (HypothesisException, re.error):  # none of the alphabet matches
        return set()
    return found


def numbers(type_: str, schema: Schema) -> Iterator[int | float]:
    """Return numbers that may fit: multiples near 1, and one between the bounds."""
    lows = [
        Fraction(str(schema[name])) for name in ("minimum", "exclusiveMinimum") if name in schema
    ]
    highs = [
        Fraction(str(schema[name])) for name in ("maximum", "exclusiveMaximum") if name in schema
    ]
    step = Fraction(str(schema.get("multipleOf", 1)))
    start = max([min([Fraction(1), *highs]), *lows])
    upwards, downwards = ceil(start / step), floor(start / step)
    for offset in range(_STEPS):
        yield _number((upwards + offset) * step)
        yield _number((downwards - offset) * step)
    if type_ == "number" and lows:
        yield _number((max(lows) + min(highs, default=max(lows) + 1)) / 2)


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
