"""Parameters: from the texts of a request to the values that the contract declares."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal
from urllib.parse import unquote_to_bytes

from pydantic_core import to_json
from starlette.types import Scope as Connection

from .faults import in_parameter
from .fields import Fields
from .gate import Fault
from .schema import Schema, Unfit
from .styles import Source, Style, names, unpacked
from .texts import Text, plain, refuse_unfit

PERCENT = ord("%")

type Location = Literal["path", "query", "header", "cookie"]
type Sent = list[str] | str | bytes | None


class Parameter:
    """A parameter of one value or of several (OpenAPI 3.1 §4.8.12).

    `argument` is its name in Python. `kinds` are the JSON types other than string that its text may
    stand for. `default` is its value as JSON text. `array` says whether it holds several values,
    and `separator` what stands between them; with none, each is sent on its own (`explode`).
    """

    __slots__ = (
        "_is_text", "_plain", "_read", "absent", "argument", "array", "key", "location", "name",
        "required", "schema", "separator",
    )  # fmt: skip

    def __init__(
        self,
        argument: str,
        name: str,
        location: Location,
        schema: Schema,
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
        self.schema = schema
        self.separator = separator
        self._plain = plain(kinds)
        self._is_text = not kinds and not array
        self._read = schema.read
        self.absent = _absent(schema, default)

    def read(self, sent: Sent) -> Any:
        """Return the value, or the default; raises ValueError that says what is wrong."""
        if sent is None:
            if self.required:
                raise ValueError("Required parameter is missing")
            return self.absent()
        if self._is_text and isinstance(sent, str):
            refuse_unfit(sent)
            return self._read(to_json(sent))
        texts = _texts(sent)
        for text in texts:
            refuse_unfit(text)
        if len(texts) > 1 and (not self.array or self.separator):
            raise ValueError("Parameter is given more than once")
        return self._read(self._array(texts) if self.array else self._item(texts[0]))

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


def _absent(schema: Schema, default: str | None) -> Callable[[], Any]:
    """Return what makes the value of a parameter that was not sent."""
    if default is None:
        return lambda: None
    raw = default.encode()
    return lambda: schema.read(raw)


class Structured:
    """A parameter in any style: `texts` are what it may stand for, tried one after the other.

    `media_type` is that of a parameter which is content (OpenAPI 3.1 §4.8.12.3): then its text is
    JSON, or no more than text.
    """

    def __init__(
        self,
        argument: str,
        name: str,
        location: Location,
        schema: Schema,
        *texts: Text,
        style: Style,
        explode: bool = False,
        required: bool = False,
        default: str | None = None,
        media_type: str | None = None,
        allow_empty: bool = False,
    ) -> None:
        self.argument = argument
        self.name = name
        self.location = location
        self.texts = texts
        self.style: Style = style
        self.explode = explode
        self.required = required
        self.media_type = media_type
        self.allow_empty = allow_empty
        self.schema = schema
        self.names = [names(name, text, style, explode=explode) for text in texts or (Text(),)]
        self._read = schema.read
        self._absent = _absent(schema, default)

    def take(self, source: Source, known: frozenset[str]) -> Any:
        """Return the value, or the default; raises ValueError that says what is wrong."""
        sent = source.get(self.name)
        if self.allow_empty and sent == [""]:
            return self._absent()
        if self.media_type is not None:
            return self._content(sent)
        return self._styled(source, known)

    def _styled(self, source: Source, known: frozenset[str]) -> Any:
        fault: ValueError | None = None
        for text in self.texts:
            try:
                for value in self._readings(text, source, known - {self.name}):
                    try:
                        return self._read(to_json(value))
                    except Unfit as unfit:
                        fault = unfit
            except ValueError as error:
                fault = error
        if fault:
            raise fault
        return self._missing()

    def _readings(self, text: Text, source: Source, known: frozenset[str]) -> Iterator[Any]:
        texts = unpacked(self.name, text, self.style, source, explode=self.explode, known=known)
        if texts is not None:
            yield from text.readings(texts)

    def _content(self, sent: list[str] | None) -> Any:
        if sent is None:
            return self._missing()
        if len(sent) > 1:
            raise ValueError("Parameter is given more than once")
        refuse_unfit(sent[0])
        is_json = str(self.media_type).partition(";")[0].endswith("json")
        return self._read(sent[0].encode() if is_json else to_json(sent[0]))

    def _missing(self) -> Any:
        if self.required:
            raise ValueError("Required parameter is missing")
        return self._absent()


class Parameters:
    """All parameters of one operation."""

    def __init__(
        self, parameters: Iterable[Parameter | Structured], secrets: frozenset[str] = frozenset()
    ) -> None:
        every = tuple(parameters)
        self._declared = bool(every)
        self.parameters = [each for each in every if isinstance(each, Parameter)]
        self.structured = [each for each in every if isinstance(each, Structured)]
        names = {p.name for p in every if p.location == "query" and not _is_spread(p)}
        self._known = secrets | names
        self._patterns = [
            pattern for p in self.structured if p.location == "query" for pattern in p.names
        ]
        self._cookies = any(p.location == "cookie" for p in every)
        # But for those of arrays: each request has its own, which it may change.
        optional = [p for p in self.parameters if not (p.required or p.array)]
        self._defaults = {p.argument: p.absent() for p in optional}

    def read(self, connection: Connection, fields: Fields) -> tuple[dict[str, Any], list[Fault]]:
        """Return the values by their names in Python, and the faults of those that have none."""
        raw = connection["query_string"]
        query = _query(raw) if raw else {}
        faults = [] if query.keys() <= self._known else self._unknown(query)
        if not self._declared:
            return {}, faults
        sources: dict[Location, Mapping[Any, Any]] = {
            "path": connection["path_params"],
            "query": query,
            "header": fields,
            "cookie": _cookies(fields) if self._cookies else {},
        }
        values = self._defaults.copy()
        for parameter in self.parameters:
            sent = sources[parameter.location].get(parameter.key)
            if sent is None and parameter.argument in values:
                continue
            try:
                values[parameter.argument] = parameter.read(sent)
            except ValueError as error:
                faults.append(in_parameter(parameter.name, parameter.location, str(error)))
        for structured in self.structured:
            source = _source(structured, sources[structured.location])
            try:
                values[structured.argument] = structured.take(source, self._known)
            except ValueError as error:
                faults.append(in_parameter(structured.name, structured.location, str(error)))
        return values, faults

    def _unknown(self, query: Mapping[str, Any]) -> list[Fault]:
        unknown = query.keys() - self._known
        if all(any(pattern.fullmatch(name) for pattern in self._patterns) for name in unknown):
            return []
        known = ", ".join(sorted(self._known)) or "none"
        return [{"in": "query", "detail": f"Parameter is not known; known here: {known}"}]


def _is_spread(parameter: Parameter | Structured) -> bool:
    """Say whether a parameter is never sent under its own name."""
    if not isinstance(parameter, Structured) or parameter.style != "deepObject":
        return False
    return all(text.properties is not None or text.items for text in parameter.texts)


def _source(parameter: Structured, sent: Mapping[Any, Any]) -> Source:
    """Return what was sent in the form of a query, whatever the location."""
    if parameter.location in {"query", "cookie"}:
        return sent
    value = sent.get(_key(parameter.argument, parameter.name, parameter.location))
    return {} if value is None else {parameter.name: _texts(value)}


def _query(raw: bytes) -> Mapping[str, list[str]]:
    """Bytes that are no UTF-8 become lone surrogates, which no parameter lets in."""
    values: dict[str, list[str]] = {}
    for pair in filter(None, raw.replace(b"+", b" ").split(b"&")):
        name, _, text = pair.partition(b"=")
        values.setdefault(_unquoted(name), []).append(_unquoted(text))
    return values


def _unquoted(text: bytes) -> str:
    plain = unquote_to_bytes(text) if PERCENT in text else text
    return plain.decode("utf-8", "surrogateescape")


def _cookies(fields: Fields) -> Mapping[str, list[str]]:
    values: dict[str, list[str]] = {}
    for pair in fields.get(b"cookie", b"").decode("latin-1").split(";"):
        name, _, text = pair.strip().partition("=")
        values.setdefault(name, []).append(text)
    return values
