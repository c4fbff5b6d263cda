# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Parameters: from the text of a request to the values that the contract declares.

A parameter's text is written as the JSON it stands for and then validated as JSON, so that a value
means the same in a parameter as in a body.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from json import dumps
from typing import Any, Literal
from urllib.parse import unquote_to_bytes

from pydantic import TypeAdapter, ValidationError
from starlette.types import Scope as Connection

from .faults import details, in_parameter
from .gate import Fault

type Location = Literal["path", "query", "header", "cookie"]
type Values = Mapping[str, list[str]]

_GRAMMAR = {
    "boolean": re.compile("true|false"),
    "integer": re.compile("-?(0|[1-9][0-9]*)"),
    "number": re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?"),
    "null": re.compile("null"),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter (OpenAPI 3.1 §4.8.12).

    `argument` is its name in Python. `kinds` are the JSON types other than string that its text may
    stand for. `default` is its value as JSON text. `array` says whether it holds several values,
    and `separator` what stands between them; with none, each is sent on its own (`explode`).
    """

    argument: str
    name: str
    location: Location
    adapter: TypeAdapter[Any]
    kinds: tuple[str, ...] = ()
    required: bool = False
    default: str | None = None
    array: bool = False
    separator: str | None = None

    def read(self, texts: list[str] | None) -> Any:
        """Return the value, or the default; raises ValueError that says what is wrong."""
        if texts is None:
            if self.required:
                raise ValueError("Required parameter is missing")
            return None if self.default is None else self.adapter.validate_json(self.default)
        if any("\0" in text or not _encodable(text) for text in texts):
            raise ValueError("Value is not UTF-8 text without NUL")
        try:
            return self.adapter.validate_json(self._json(texts))
        except ValidationError as error:
            raise ValueError(details(error)) from None

    def _json(self, texts: list[str]) -> str:
        if len(texts) > 1 and (not self.array or self.separator):
            raise ValueError("Parameter is given more than once")
        if not self.array:
            return self._item(texts[0])
        items = texts[0].split(self.separator) if self.separator else texts
        if self.location == "header":
            items = [item.strip(" \t") for item in items]
        return f"[{','.join(map(self._item, items))}]"

    def _item(self, text: str) -> str:
        return text if any(_GRAMMAR[kind].fullmatch(text) for kind in self.kinds) else dumps(text)


def _encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


class Parameters:
    """All parameters of one operation."""

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        self.parameters = tuple(parameters)
        self.query = sorted(p.name for p in self.parameters if p.location == "query")

    def read(self, connection: Connection) -> tuple[dict[str, Any], list[Fault]]:
        """Return the values by their names in Python, and the faults of those that have none."""
        sources = self._sources(connection)
        values: dict[str, Any] = {}
        faults = self._unknown(sources["query"])
        for parameter in self.parameters:
            key = parameter.argument if parameter.location == "path" else parameter.name
            texts = sources[parameter.location].get(_key(key, parameter.location))
            try:
                values[parameter.argument] = parameter.read(texts)
            except ValueError as error:
                faults.append(in_parameter(parameter.name, parameter.location, str(error)))
        return values, faults

    def _sources(self, connection: Connection) -> dict[Location, Values]:
        headers = _headers(connection)
        return {
            "path": {name: [text] for name, text in connection["path_params"].items()},
            "query": _query(connection["query_string"]),
            "header": headers,
            "cookie": _cookies(headers.get("cookie", [])),
        }

    def _unknown(self, sent: Values) -> list[Fault]:
        if sent.keys() <= set(self.query):
            return []
        known = ", ".join(self.query) or "none"
        return [{"in": "query", "detail": f"Parameter is not known; known here: {known}"}]


def _key(name: str, location: Location) -> str:
    return name.lower() if location == "header" else name


def _query(raw: bytes) -> Values:
    """Bytes that are no UTF-8 become lone surrogates, which no parameter lets in."""
    values: dict[str, list[str]] = {}
    for pair in filter(None, raw.replace(b"+", b" ").split(b"&")):
        name, _, text = (
            unquote_to_bytes(part).decode("utf-8", "surrogateescape")
            for part in pair.partition(b"=")
        )
        values.setdefault(name, []).append(text)
    return values


def _headers(connection: Connection) -> Values:
    """Lines of one name are one value (RFC 9110 §5.3; RFC 9113 §8.2.3 for cookies)."""
    values: dict[str, list[str]] = {}
    for raw_name, raw_text in connection["headers"]:
        name, text = raw_name.decode("latin-1"), raw_text.decode("latin-1")
        between = "; " if name == "cookie" else ", "
        values[name] = [f"{values[name][0]}{between}{text}"] if name in values else [text]
    return values


def _cookies(lines: list[str]) -> Values:
    values: dict[str, list[str]] = {}
    for pair in ";".join(lines).split(";"):
        name, _, text = pair.strip().partition("=")
        values.setdefault(name, []).append(text)
    return values
