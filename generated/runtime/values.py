# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""JSON values: when they are equal, and of which types (JSON Schema 2020-12, Core §4.2)."""

from types import NoneType, UnionType
from typing import Any


def key(value: Any) -> Any:
    """Return what is equal for equal JSON values: `1` and `1.0` are, `1` and `true` are not."""
    match value:
        case bool():
            return ("boolean", value)
        case list():
            return ("array", tuple(map(key, value)))
        case dict():
            return ("object", frozenset((name, key(item)) for name, item in value.items()))
    return value


_CLASSES: dict[str, type | UnionType] = {
    "null": NoneType,
    "boolean": bool,
    "string": str,
    "array": list,
    "object": dict,
    "integer": int | float,
    "number": int | float,
}


def is_of(value: Any, type_: str) -> bool:
    """Say whether a value is of a type: `1.0` is an integer."""
    if not isinstance(value, _CLASSES[type_]) or (isinstance(value, bool) and type_ != "boolean"):
        return False
    return type_ != "integer" or not isinstance(value, float) or value.is_integer()


def whole(value: Any) -> Any:
    """Return a value with integers for all numbers that are whole, as Python's types want them."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case list():
            return [whole(item) for item in value]
        case dict():
            return {name: whole(item) for name, item in value.items()}
    return value
