"""The judge: says from the contract alone whether a request is valid."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.agreement.dialect import Value
from scripts.agreement.forms import is_json, multipart, urlencoded
from scripts.agreement.operations import Operation, Parameter, operations
from scripts.agreement.readings import readings, scalars
from scripts.agreement.request import Request
from scripts.agreement.schemas import Schemas
from scripts.agreement.styles import Known, Raw, UnreadableError, query, sent

_UNKNOWN = ("xml", "jsonl", "ndjson", "yaml")


class UnjudgedError(Exception):
    """A request of which the judge cannot say whether it is valid."""


@dataclass(frozen=True)
class Verdict:
    """Whether a request is valid, why not, and the operation that it is for, if there is one."""

    valid: bool
    reason: str = ""
    operation: Operation | None = None


class Judge:
    """Knows the operations of one contract; raises LookupError for broken references."""

    def __init__(self, document: dict[str, Value]) -> None:
        self.schemas = Schemas(document)
        self.operations = list(operations(self.schemas.document))
        self._known: dict[int, tuple[set[str] | None, set[str], bool]] = {}

    def judge(self, request: Request) -> Verdict:
        """Judge a request by the operation that it is for; raises UnjudgedError."""
        operation = self.route(request)
        if operation is None:
            return Verdict(False, "no operation has this path and method")
        for parameter in operation.parameters:
            if reason := self._parameter(request, operation, parameter):
                place = f"{parameter.location} {parameter.name}"
                return Verdict(False, f"{place}: {reason}", operation)
        if reason := self._body(request, operation):
            return Verdict(False, f"body: {reason}", operation)
        return Verdict(True, "", operation)

    def route(self, request: Request) -> Operation | None:
        """Return the operation of a request; a fixed path goes before one that varies."""
        found = [each for each in self.operations if each.pattern.fullmatch(request.path)]
        if not found:
            return None
        best = min(found, key=lambda each: [s.count("{") for s in each.path.split("/")]).path
        method = [each for each in found if each.path == best and each.method == request.method]
        return method[0] if method else None

    def _parameter(
        self, request: Request, operation: Operation, parameter: Parameter
    ) -> str | None:
        try:
            ways = sent(request, operation, parameter, self._fields(operation, parameter))
        except UnreadableError as error:
            return str(error)
        if parameter.media_type and ways:
            return self._document(parameter, ways[0])
        if parameter.may_be_empty and ways[:1] == [""]:
            return None
        if not ways:
            return "is missing" if parameter.required else None
        return self._any(ways, parameter.schema)

    def unknown(self, request: Request, operation: Operation) -> set[str]:
        """Return the names in a query that neither parameters nor security schemes claim."""
        declared = operation.at("query")
        known = {each.name for each in declared if not self._is_spread(each)} | operation.secrets
        deep = tuple(f"{each.name}[" for each in declared if each.style == "deepObject")
        exploded = [each for each in declared if each.explode and each.style == "form"]
        fields = [self._fields(operation, each) for each in exploded]
        names = {name for name, _ in query(request.query)}
        return {
            name
            for name in names - known
            if not name.startswith(deep) and not any(claims(name) for claims in fields)
        }

    def _is_spread(self, parameter: Parameter) -> bool:
        """Say whether a parameter never goes by its own name alone."""
        if parameter.style != "deepObject":
            return False
        parts = list(self.schemas.parts(parameter.schema))
        types = {type_ for part in parts for type_ in _listed(part.get("type", []))}
        return types <= {"object", "array"}

    def _fields(self, operation: Operation, parameter: Parameter) -> Callable[[str], bool]:
        """Return what tells the query's names that are fields of an object."""
        place = id(parameter)
        if place not in self._known:
            names = self._names(parameter)
            others = {
                name
                for each in operation.at("query")
                if each is not parameter
                for name in {each.name} | (self._names(each) or set())
            }
            parts = self.schemas.parts(parameter.schema)
            is_open = not any(part.get("additionalProperties") is False for part in parts)
            self._known[place] = names, others | operation.secrets, is_open
        names, others, is_open = self._known[place]
        if names is None:
            return lambda _: False
        return lambda name: name in names or (is_open and name not in others)

    def _names(self, parameter: Parameter) -> set[str] | None:
        """Return the fields of an object, or None for what is none."""
        parts = list(self.schemas.parts(parameter.schema))
        if not any("properties" in part or part.get("type") == "object" for part in parts):
            return None
        return {name for part in parts for name in part.get("properties", {})}

    def _document(self, parameter: Parameter, way: Raw) -> str | None:
        if not isinstance(way, str) or not is_json(parameter.media_type):
            raise UnjudgedError
        try:
            return self.schemas.error(parameter.schema, strict_json(way.encode()))
        except ValueError as error:
            return str(error)

    def _any(self, ways: list[Raw], schema: Value) -> str | None:
        reasons = []
        for way in ways:
            for value in readings(self.schemas, way, [schema]):
                reason = self.schemas.error(schema, value)
                if reason is None:
                    return None
                reasons.append(reason)
        return reasons[0] if reasons else None

    def _body(self, request: Request, operation: Operation) -> str | None:
        if operation.body is None:
            return None
        if not request.body:
            return "is missing" if operation.body.required else None
        declared = request.header("content-type") or ""
        media_type = declared.partition(";")[0].strip().lower()
        media = _media(operation.body.content, media_type)
        if media is None:
            return f"the media type {media_type or 'that is missing'} is not declared"
        try:
            ways = self._content(request.body, media_type, declared, media)
        except (UnreadableError, ValueError) as error:
            return str(error)
        return self._any(ways, media.get("schema", {}))

    def _content(
        self, body: bytes, media_type: str, declared: str, media: Mapping[str, Any]
    ) -> list[Raw]:
        if is_json(media_type):
            return [Known(strict_json(body))]
        if media_type == "application/x-www-form-urlencoded":
            return [urlencoded(body, media.get("encoding", {}))]
        if media_type.startswith("multipart/"):
            return [multipart(body, declared)]
        if any(media_type.endswith(each) for each in _UNKNOWN):
            raise UnjudgedError
        if media_type.startswith("text/"):
            return [Known(value) for value in scalars(body.decode())]
        return [Known(body.decode("latin-1"))]


def strict_json(body: bytes) -> Any:
    """Read JSON (RFC 8259): in UTF-8, and without NaN; raises ValueError."""
    try:
        return json.loads(body.decode(), parse_constant=_no_number, parse_int=_integer)
    except RecursionError:
        raise UnjudgedError from None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _integer(text: str) -> int | float:
    return int(text) if len(text) < 4000 else float(text)


def _media(content: Mapping[str, Any], media_type: str) -> Mapping[str, Any] | None:
    ranges = {name.partition(";")[0].strip().lower(): media for name, media in content.items()}
    for name in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        if media_type and name in ranges:
            found: Mapping[str, Any] = ranges[name]
            return found
    return None


def _listed(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else types
