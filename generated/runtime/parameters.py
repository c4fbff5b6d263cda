# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Parameters: from the text of a request to the values that the contract declares.

A parameter's text is written as the JSON it stands for and then validated as JSON, so that a value
means the same in a parameter as in a body.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Literal
from urllib.parse import unquote_to_bytes

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json
from starlette.types import Scope as Connection

from .faults import details, in_parameter
from .fields import Fields
from .gate import Fault

type Location = Literal["path", "query", "header", "cookie"]
type Sent = list[str] | str | bytes | None

_GRAMMAR = {
    "boolean": "true|false",
    "integer": "-?(0|[1-9][0-9]*)",
    "number": r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?",
    "null": "null",
}
_UNFIT = re.compile("[\0\ud800-\udfff]")


class Parameter:
    """One declared parameter (OpenAPI 3.1 §4.8.12).

    `argument` is its name in Python. `kinds` are the JSON types other than string that its text may
    stand for. `default` is its value as JSON text. `array` says whether it holds several values,
    and `separator` what stands between them; with none, each is sent on its own (`explode`).
    """

    __slots__ = (
        "_absent", "_plain", "_validate", "argument", "array", "key", "location", "name",
        "required", "separator",
    )  # fmt: skip

    def __init__(
        self,
        argument: str,
        name: str,
        location: Location,
        adapter: TypeAdapter[Any],
        kinds: tuple[str, ...] = (),
        *,
        required: bool = False,
        default: str | None = None,
        array: bool = False,
        separator: str | None = None,
    ) -> None:
        self.argument = argument
        self.name = name
        self.location = location
        self.key = _key(argument, name, location)
        self.required = required
        self.array = array
        self.separator = separator
        self._plain = _plain(kinds)
        self._validate = adapter.validator.validate_json
        self._absent = _absent(self._validate, default, array=array)

    def read(self, sent: Sent) -> Any:
        """Return the value, or the default; raises ValueError that says what is wrong."""
        if sent is None:
            if self.required:
                raise ValueError("Required parameter is missing")
            return self._absent()
        texts = _texts(sent)
        for text in texts:
            if _UNFIT.search(text):
                raise ValueError("Value is not UTF-8 text without NUL")
        if len(texts) > 1 and (not self.array or self.separator):
            raise ValueError("Parameter is given more than once")
        try:
            return self._validate(self._array(texts) if self.array else self._item(texts[0]))
        except ValidationError as error:
            raise ValueError(details(error)) from None

    def _array(self, texts: list[str]) -> bytes:
        items = texts[0].split(self.separator) if self.separator else texts
        if self.location == "header":
            items = [item.strip(" \t") for item in items]
        return b"[%b]" % b",".join(map(self._item, items))

    def _item(self, text: str) -> bytes:
        return text.encode() if self._plain.fullmatch(text) else to_json(text)


def _key(argument: str, name: str, location: Location) -> str | bytes:
    """Return what the value is found by, where the location keeps what was sent."""
    match location:
        case "path":
            return argument
        case "header":
            return name.lower().encode("latin-1")
    return name


def _texts(sent: list[str] | str | bytes) -> list[str]:
    if isinstance(sent, list):
        return sent
    return [sent if isinstance(sent, str) else sent.decode("latin-1")]


@cache
def _plain(kinds: tuple[str, ...]) -> re.Pattern[str]:
    """Return what matches the text that is JSON as it is."""
    return re.compile("|".join(f"(?:{_GRAMMAR[kind]})" for kind in kinds) or "(?!)")


def _absent(
    validate: Callable[[str], Any], default: str | None, *, array: bool
) -> Callable[[], Any]:
    """Return what makes the value of a parameter that was not sent."""
    if default is None:
        return lambda: None
    if array:  # a list of its own for every request, which may change it
        return lambda: validate(default)
    value = validate(default)
    return lambda: value


class Parameters:
    """All parameters of one operation."""

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        self.parameters = tuple(parameters)
        self._known = frozenset(p.name for p in self.parameters if p.location == "query")
        self._cookies = any(p.location == "cookie" for p in self.parameters)

    def read(self, connection: Connection, fields: Fields) -> tuple[dict[str, Any], list[Fault]]:
        """Return the values by their names in Python, and the faults of those that have none."""
        raw = connection["query_string"]
        query = _query(raw) if raw else {}
        faults = [] if query.keys() <= self._known else [self._unknown()]
        sources: dict[Location, Mapping[Any, Sent]] = {
            "path": connection["path_params"],
            "query": query,
            "header": fields,
            "cookie": _cookies(fields) if self._cookies else {},
        }
        values: dict[str, Any] = {}
        for parameter in self.parameters:
            sent = sources[parameter.location].get(parameter.key)
            try:
                values[parameter.argument] = parameter.read(sent)
            except ValueError as error:
                faults.append(in_parameter(parameter.name, parameter.location, str(error)))
        return values, faults

    def _unknown(self) -> Fault:
        known = ", ".join(sorted(self._known)) or "none"
        return {"in": "query", "detail": f"Parameter is not known; known here: {known}"}


def _query(raw: bytes) -> Mapping[str, list[str]]:
    """Bytes that are no UTF-8 become lone surrogates, which no parameter lets in."""
    values: dict[str, list[str]] = {}
    for pair in filter(None, raw.replace(b"+", b" ").split(b"&")):
        name, _, text = pair.partition(b"=")
        values.setdefault(_unquoted(name), []).append(_unquoted(text))
    return values


def _unquoted(text: bytes) -> str:
    plain = unquote_to_bytes(text) if b"%" in text else text
    return plain.decode("utf-8", "surrogateescape")


def _cookies(fields: Fields) -> Mapping[str, list[str]]:
    values: dict[str, list[str]] = {}
    for pair in fields.get(b"cookie", b"").decode("latin-1").split(";"):
        name, _, text = pair.strip().partition("=")
        values.setdefault(name, []).append(text)
    return values
