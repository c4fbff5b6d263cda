"""What texts may stand for, as schemas have it: for parameters, headers and forms."""

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.codegen.canonical import NEVER, Schema
from scripts.codegen.kinds import EVERY, kinds
from scripts.codegen.merging import flat
from scripts.codegen.runtime.texts import Text

_LITERAL = ("boolean", "integer", "null", "number")


def texts(schemas: Mapping[str, Schema], schema: Schema) -> tuple[Text, ...]:
    """Return all that a text may be read as: an array, an object, a single value."""
    types = _types(schemas, schema)
    found: list[Text] = []
    if "array" in types:
        found.append(Text(items=_items(schemas, schema)))
    if "object" in types:
        found.append(_object(schemas, schema))
    if types - {"array", "object"} or not found:
        found.append(Text(_literal(types)))
    return tuple(found)


def properties(schemas: Mapping[str, Schema], schema: Schema) -> dict[str, Schema]:
    """Return the properties of a schema and of its alternatives: any of them may be meant."""
    found: dict[str, list[Schema]] = {}
    for part in _parts(schemas, schema):
        for name, item in part.get("properties", {}).items():
            if item not in found.setdefault(name, []):
                found[name].append(item)
    return {
        name: items[0] if len(items) == 1 else {"anyOf": items} for name, items in found.items()
    }


def is_ambiguous(schemas: Mapping[str, Schema], schema: Schema) -> bool:
    """Say whether a text may stand for itself or for another value: `1` for the number, say."""
    types = _types(schemas, schema)
    if "string" in types and types & set(_LITERAL):
        return True
    items = [part["items"] for part in _parts(schemas, schema) if "items" in part]
    return "array" in types and any(is_ambiguous(schemas, item) for item in items[:1])


def written(text: Text) -> str:
    """Return the code that makes a text."""
    parts = [repr(text.kinds)] if text.kinds else []
    if text.items:
        parts.append(f"items={written(text.items)}")
    if text.properties is not None:
        inner = ", ".join(f"{name!r}: {written(item)}" for name, item in text.properties.items())
        parts.append(f"properties={{{inner}}}")
    if text.others:
        parts.append(f"others={written(text.others)}")
    return f"Text({', '.join(parts)})"


def _nested(schemas: Mapping[str, Schema], schema: Schema, above: tuple[int, ...] = ()) -> Text:
    """Return what a text inside an array or an object may be; what is deeper is JSON."""
    types = _types(schemas, schema)
    is_deep = len(above) > 2 or id(schema) in above
    above = (*above, id(schema))
    items = Text() if "array" in types else None
    if items and not is_deep:
        items = _items(schemas, schema, above)
    held = _object(schemas, schema, above) if "object" in types and not is_deep else Text()
    properties = held.properties if not is_deep or "object" not in types else {}
    return Text(_literal(types), items, properties, held.others)


def _items(schemas: Mapping[str, Schema], schema: Schema, above: tuple[int, ...] = ()) -> Text:
    items = [part["items"] for part in _parts(schemas, schema) if "items" in part]
    return _nested(schemas, items[0], above) if items else Text()


def _object(schemas: Mapping[str, Schema], schema: Schema, above: tuple[int, ...] = ()) -> Text:
    named = properties(schemas, schema)
    others: Text | None = None
    closed = False
    for part in _parts(schemas, schema):
        further = part.get("additionalProperties")
        closed |= further == NEVER
        if further is not None and not closed:
            others = _nested(schemas, further, above)
    if others is None and not closed:
        others = Text()
    texts_ = {name: _nested(schemas, item, above) for name, item in named.items()}
    return Text(properties=texts_, others=others)


def _types(schemas: Mapping[str, Schema], schema: Schema) -> frozenset[str]:
    """Return the types of a schema; one that says nothing is about texts."""
    found = kinds(schemas, schema)
    return frozenset({"string"}) if found == EVERY else found


def _literal(types: frozenset[str]) -> tuple[str, ...]:
    return tuple(kind for kind in _LITERAL if kind in types)


def _parts(schemas: Mapping[str, Schema], schema: Any) -> Iterator[Schema]:
    """Return a schema and all that its values may have to fit."""
    for part in flat(schemas, schema):
        yield part
        for keyword in ("anyOf", "oneOf"):
            for alternative in part.get(keyword, ()):
                yield from _parts(schemas, alternative)
