# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Texts of requests, and the JSON that they stand for.

A text is written as JSON and then validated as JSON, so that a value means the same in a parameter
or a form as in a body.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic_core import from_json

from .values import key

type Texts = str | list[str] | dict[str, Texts]
"""A text, the texts of an array's items, or those of an object's properties."""

_GRAMMAR = {
    "boolean": "true|false",
    "integer": "-?(0|[1-9][0-9]*)",
    "number": r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?",
    "null": "null",
}
_SURROGATE = re.compile("[\ud800-\udfff]")


@cache
def plain(kinds: tuple[str, ...]) -> re.Pattern[str]:
    """Return what matches the text that is JSON as it is, for these types."""
    return re.compile("|".join(f"(?:{_GRAMMAR[kind]})" for kind in kinds) or "(?!)")


def refuse_unfit(text: str) -> None:
    """Raise ValueError for text that no string of the contract may hold."""
    if "\0" in text or (not text.isascii() and _SURROGATE.search(text)):
        raise ValueError("Value is not UTF-8 text without NUL")


@dataclass(frozen=True, slots=True)
class Text:
    """What a text may stand for: the JSON types besides string, an array, an object.

    `others` is for properties that are not named. An object in an array or in another object is
    written as JSON.
    """

    kinds: tuple[str, ...] = ()
    items: "Text | None" = None
    properties: Mapping[str, "Text"] | None = None
    others: "Text | None" = None

    def readings(self, texts: Texts) -> Iterator[Any]:
        """Return the JSON values that texts may stand for, the likeliest first.

        Raises ValueError for text that is no Unicode.
        """
        first, second = (self.value(texts, literal=literal) for literal in (True, False))
        yield first
        if key(second) != key(first):
            yield second

    def value(self, texts: Texts, *, literal: bool) -> Any:
        """Return the JSON value; with `literal`, texts that are JSON of another type are that."""
        match texts:
            case str():
                return self._scalar(texts, literal=literal)
            case list():
                items = self.items or Text()
                return [items.value(text, literal=literal) for text in texts]
        return {
            name: self._property(name).value(text, literal=literal) for name, text in texts.items()
        }

    def _property(self, name: str) -> "Text":
        return (self.properties or {}).get(name, self.others or Text())

    def _scalar(self, text: str, *, literal: bool) -> Any:
        refuse_unfit(text)
        if literal and plain(self.kinds).fullmatch(text):
            return from_json(text)
        nested = self.items or self.properties is not None
        if literal and nested and text[:1] in ("{", "["):
            try:
                return from_json(text)
            except ValueError:
                return text
        return text
