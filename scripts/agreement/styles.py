"""Parameters: what their text may stand for (OpenAPI 3.1 §4.8.12, RFC 6570).

A text may be read in several ways, of which the schema decides: `a,b` is a string, or a list of
two. Delimiters count whether they are percent-encoded or not, since clients write both.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from scripts.agreement.operations import Operation, Parameter
from scripts.agreement.request import Request

type Raw = str | Known | Either | list[Raw] | dict[str, Raw]
"""What a text is made of; the texts in it may still be numbers, booleans or null."""

type Pairs = list[tuple[str, str]]

_DELIMITERS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}


@dataclass(frozen=True)
class Known:
    """A value that needs no more reading."""

    value: Any


@dataclass(frozen=True)
class Either:
    """Something that may be read in several ways."""

    ways: tuple[Raw, ...]


class UnreadableError(ValueError):
    """A text that its style does not allow."""


def sent(
    request: Request, operation: Operation, parameter: Parameter, is_field: Callable[[str], bool]
) -> list[Raw]:
    """Return every way to read a parameter, and none if it was not sent.

    `is_field` tells the names that are fields of an object. Raises UnreadableError.
    """
    match parameter.location:
        case "path":
            return _path(request, operation, parameter)
        case "query":
            return pairs(parameter, query(request.query), is_field)
        case "header":
            text = request.header(parameter.name)
            return [] if text is None else _header(parameter, text)
        case _:
            return pairs(parameter, _cookies(request), is_field)


def query(text: str) -> Pairs:
    """Split a query string, or a form; raises UnreadableError."""
    split = (pair.partition("=") for pair in text.replace("+", "%20").split("&") if pair)
    return [(decoded(name), decoded(value)) for name, _, value in split]


def decoded(text: str) -> str:
    """Undo percent-encoding; raises UnreadableError for what is no UTF-8."""
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise UnreadableError("is not UTF-8") from None


def pairs(parameter: Parameter, found: Pairs, is_field: Callable[[str], bool]) -> list[Raw]:
    """Read a parameter from names and values; raises UnreadableError."""
    if parameter.style == "deepObject":
        alone = [value for name, value in found if name == parameter.name]
        return [*_deep(parameter.name, found), *alone[: len(alone) == 1]]
    texts = [value for name, value in found if name == parameter.name]
    ways: list[Raw] = []
    if parameter.explode or parameter.style not in _DELIMITERS:
        if len(texts) == 1:
            ways.append(texts[0])
        if texts:
            ways.append(list(texts))
        fields = _fields([pair for pair in found if is_field(pair[0])])
        return [*ways, fields] if fields else ways
    if len(texts) > 1:
        raise UnreadableError("is given more than once")
    return _delimited(texts[0], _DELIMITERS[parameter.style]) if texts else []


def _fields(found: Pairs) -> dict[str, Raw]:
    fields: dict[str, list[str]] = {}
    for name, value in found:
        fields.setdefault(name, []).append(value)
    return {name: field(list(texts)) for name, texts in fields.items()}


def field(texts: list[Raw]) -> Raw:
    """Return what one name stands for that was given so many times."""
    return Either((texts[0], texts)) if len(texts) == 1 else texts


def _deep(name: str, found: Pairs) -> list[Raw]:
    inner = [(key[len(name) :], value) for key, value in found if key.startswith(f"{name}[")]
    if not inner:
        return []
    for key, _ in inner:
        if not key.endswith("]") or "][" in key:
            raise UnreadableError("holds what deepObject does not define")
    ways: list[Raw] = [_fields([(key[1:-1], value) for key, value in inner])]
    if all(key == "[]" or key[1:-1].isdecimal() for key, _ in inner):
        ways.append([value for _, value in inner])
    return ways


def _delimited(text: str, delimiter: str, split: Callable[[str], str] = str) -> list[Raw]:
    items = [split(item) for item in text.split(delimiter)]
    ways: list[Raw] = [text, list(items)]
    if len(items) % 2 == 0:
        ways.append(_once(zip(items[::2], items[1::2], strict=True)))
    return ways


def _once(found: Iterable[tuple[str, str]]) -> dict[str, Raw]:
    return dict(found)


def _assigned(items: list[str]) -> list[Raw]:
    if not all("=" in item for item in items):
        return []
    split = (item.partition("=") for item in items)
    return [_once((name, value) for name, _, value in split)]


def _header(parameter: Parameter, text: str) -> list[Raw]:
    if parameter.explode:
        items = [item.strip(" \t") for item in text.split(",")]
        return [text, list(items), *_assigned(items)]
    return _delimited(text, ",", lambda item: item.strip(" \t"))


def _cookies(request: Request) -> Pairs:
    split = (pair.strip().partition("=") for pair in (request.header("cookie") or "").split(";"))
    return [(name, value) for name, _, value in split if name]


def _path(request: Request, operation: Operation, parameter: Parameter) -> list[Raw]:
    match = operation.pattern.fullmatch(request.path)
    if match is None:
        raise UnreadableError("is not in the path")
    text = decoded(match[operation.names.index(parameter.name) + 1])
    return _READERS.get(parameter.style, _simple)(parameter, text)


def _simple(parameter: Parameter, text: str) -> list[Raw]:
    if parameter.explode:
        return [text, list(text.split(",")), *_assigned(text.split(","))]
    return _delimited(text, ",")


def _label(parameter: Parameter, text: str) -> list[Raw]:
    if not text.startswith("."):
        raise UnreadableError("does not begin with a full stop")
    text = text[1:]
    if parameter.explode:
        return [text, list(text.split(".")), *_assigned(text.split("."))]
    # OpenAPI before 3.1.1 separated by full stops what RFC 6570 separates by commas.
    return _delimited(text, "," if "," in text else ".")


def _matrix(parameter: Parameter, text: str) -> list[Raw]:
    if not text.startswith(";"):
        raise UnreadableError("does not begin with a semicolon")
    items = text[1:].split(";")
    split = [item.partition("=") for item in items]
    texts = [value for name, _, value in split if name == parameter.name]
    ways: list[Raw] = []
    if len(texts) == len(items):
        ways = [*([texts[0]] if len(texts) == 1 else []), list(texts)]
        if not parameter.explode:
            ways = _delimited(texts[0], ",") if len(texts) == 1 else []
    if parameter.explode:
        ways += _assigned(items)
    if not ways:
        raise UnreadableError("is not written as a matrix parameter")
    return ways


_READERS: Mapping[str, Callable[[Parameter, str], list[Raw]]] = {
    "simple": _simple,
    "label": _label,
    "matrix": _matrix,
}
