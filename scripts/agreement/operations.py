"""The operations of a contract, read from it alone."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from scripts.agreement.dialect import Value, follow

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_IGNORED = {"accept", "content-type", "authorization"}
_VARIABLE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Parameter:
    """One parameter; `media_type` is set when its text is a document of this type."""

    name: str
    location: str
    style: str
    explode: bool
    required: bool
    schema: Value
    media_type: str = ""
    may_be_empty: bool = False


@dataclass(frozen=True)
class Body:
    """A request body: a media type object for each declared range of media types."""

    required: bool
    content: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Operation:
    """One operation; `secrets` are the query parameters that its security schemes read."""

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body: Body | None
    secrets: frozenset[str] = frozenset()
    pattern: re.Pattern[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        parts = _VARIABLE.split(self.path)
        written = (
            "([^/?]+)" if number % 2 else re.escape(part) for number, part in enumerate(parts)
        )
        object.__setattr__(self, "pattern", re.compile("".join(written)))

    @property
    def label(self) -> str:
        """The method and the path."""
        return f"{self.method} {self.path}"

    @property
    def names(self) -> list[str]:
        """The names of the path's parameters, in order."""
        return _VARIABLE.findall(self.path)

    def at(self, location: str) -> list[Parameter]:
        """Return the parameters of a location."""
        return [each for each in self.parameters if each.location == location]


def operations(document: dict[str, Value]) -> Iterator[Operation]:
    """Read every operation; raises LookupError for a reference that leads nowhere."""
    for path, item in document.get("paths", {}).items():
        place = follow(document, item)
        for method in METHODS:
            if isinstance(operation := place.get(method), dict):
                shared = place.get("parameters", [])
                yield _operation(document, path, method, operation, shared)


def base_path(document: dict[str, Value]) -> str:
    """Return the path of the first server, below which all is served."""
    server = next(iter(document.get("servers") or [{"url": "/"}]))
    url = str(server["url"])
    for name, variable in server.get("variables", {}).items():
        url = url.replace(f"{{{name}}}", str(variable["default"]))
    return urlsplit(url).path.rstrip("/")


def _operation(
    document: dict[str, Value], path: str, method: str, value: Value, shared: list[Value]
) -> Operation:
    found: dict[tuple[str, str], Parameter] = {}
    for item in [*shared, *value.get("parameters", [])]:
        parameter = _parameter(follow(document, item))
        found[parameter.location, parameter.name] = parameter
    kept = [each for each in found.values() if not _is_ignored(each)]
    return Operation(
        value.get("operationId", f"{method} {path}"),
        method.upper(),
        path,
        tuple(kept),
        _body(document, value),
        frozenset(_secrets(document, value.get("security", document.get("security", [])))),
    )


def _is_ignored(parameter: Parameter) -> bool:
    return parameter.location == "header" and parameter.name.lower() in _IGNORED


def _parameter(value: Value) -> Parameter:
    location = value["in"]
    style = value.get("style", _STYLES.get(location, "form"))
    contents: dict[str, dict[str, Value]] = value.get("content", {})
    media_type = next(iter(contents), "")
    content = contents.get(media_type, {})
    return Parameter(
        value["name"],
        location,
        style,
        value.get("explode", style == "form"),
        value.get("required", False),
        value.get("schema", content.get("schema", {})),
        media_type,
        value.get("allowEmptyValue", False),
    )


def _body(document: dict[str, Value], operation: Value) -> Body | None:
    if "requestBody" not in operation:
        return None
    body = follow(document, operation["requestBody"])
    return Body(body.get("required", False), body.get("content", {}))


def _secrets(document: dict[str, Value], security: list[Value]) -> Iterator[str]:
    components: dict[str, Value] = document.get("components", {})
    declared: dict[str, Value] = components.get("securitySchemes", {})
    for name in {name for alternative in security for name in alternative}:
        scheme: Value = follow(document, declared.get(name))
        if scheme and scheme.get("in") == "query":
            yield scheme["name"]
