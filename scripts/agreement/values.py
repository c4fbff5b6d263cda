"""Values around a schema: one that may fit it, and neighbours that probe each of its keywords."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from scripts.agreement.dialect import Value
from scripts.agreement.schemas import Schemas

type Probes = Iterator[tuple[str, Any]]

_DEPTH = 5
_KINDS: tuple[Any, ...] = (None, True, 0, 1.5, "x", "", [], {}, ["x"], {"x": 1}, "1", "null", 1.0)
_SAMPLES = {
    "byte": "aGVsbG8=",
    "date": "2026-02-28",
    "date-time": "2026-02-28T12:00:00Z",
    "email": "ada@example.org",
    "hostname": "example.org",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "time": "12:00:00Z",
    "uri": "https://example.org/a?b#c",
    "uuid": "019d2f6e-7c00-7000-8000-3b5c8f0e7a11",
}
_NEAR: dict[str, tuple[Any, ...]] = {
    "byte": ("aGVsbG8", "aGVs bG8=", "a-_=", "", "====", "YQ=="),
    "date": (
        "2026-02-29", "2024-02-29", "2026-2-1", "2026-13-01", "20260228", "2026-02-28T00:00:00Z",
    ),
    "date-time": (
        "2026-02-28T12:00:00", "2026-02-28t12:00:00z", "2026-02-28 12:00:00Z",
        "2026-02-30T12:00:00Z", "2026-02-28T24:00:00Z", "2026-02-28T12:00:00+23:59",
        "2026-02-28T12:00:00+24:00", "1772280000", "2026-02-28T12:00:00.123456789Z",
        "2026-02-28T12:00Z", "2026-02-28T12:00:00.Z", "2026-02-28", "2026-02-28T12:00:00+0100",
        "2016-12-31T23:59:60Z", "2026-02-28T12:00:61Z", "2026-02-28T12:00:00-00:00",
    ),
    "email": (
        "a@b", "a", "@b", "a@", "a b@c.org", "a..b@c.org", ".a@b.org", "a@-b.org", "a@b..c",
        "\u00e9@b.org",
    ),
    "hostname": ("a", "-a", "a-", "a..b", "a_b", "a.b.", "a" * 64, "xn--bcher-kva.example"),
    "ipv4": ("256.0.0.1", "1.2.3", "01.2.3.4", "1.2.3.4.5", "255.255.255.255"),
    "ipv6": ("::", "::1%eth0", "1:2:3", "::ffff:192.0.2.1", "12345::", ":::"),
    "time": ("12:00:00", "12:00:00+01:00", "24:00:00Z", "12:00Z", "12:00:00.5Z", "12:60:00Z"),
    "uri": (
        "//example.org", "a b:c", "mailto:a@b", "http://[::1]/", "urn:a:b", "http://a/%zz",
        "http://a/#b#c", "http://a/[b]", "a", "http://a/\u00e9", "1a:b", "",
    ),
    "uuid": (
        "019d2f6e7c00700080003b5c8f0e7a11", "019D2F6E-7C00-7000-8000-3B5C8F0E7A11",
        "{019d2f6e-7c00-7000-8000-3b5c8f0e7a11}", "019d2f6e-7c00-7000-8000-3b5c8f0e7a1",
        "urn:uuid:019d2f6e-7c00-7000-8000-3b5c8f0e7a11", "019d2f6e-7c00-7000-8000-3b5c8f0e7a1g",
    ),
    "int32": (2**31 - 1, 2**31, -(2**31), -(2**31) - 1),
    "int64": (2**63 - 1, 2**63, -(2**63), -(2**63) - 1),
}  # fmt: skip


def sample(schemas: Schemas, schema: Value, depth: int = _DEPTH) -> Any:
    """Return a value that fits a schema, as well as can be seen at once."""
    parts = list(schemas.parts(schema))
    merged: dict[str, Any] = {}
    for part in reversed(parts):
        merged |= part
    for written in _written(merged):
        if schemas.fits(schema, written):
            return written
    declared = merged.get("type", "object" if "properties" in merged else "string")
    kind = declared if isinstance(declared, str) else declared[0]
    make = _OF_TYPE.get(kind)
    return make(schemas, schema, parts, merged, depth) if make else None


def _written(merged: dict[str, Any]) -> Iterator[Any]:
    if "const" in merged:
        yield merged["const"]
    yield from merged.get("enum", ())
    for name in ("default", "example"):
        if name in merged:
            yield merged[name]
    examples = merged.get("examples")
    yield from examples if isinstance(examples, list) else ()


def _object(
    schemas: Schemas, schema: Value, parts: list[Any], _: dict[str, Any], depth: int
) -> Any:
    if not depth:
        return {}
    names = {name for part in parts for name in part.get("required", ())}
    return {
        name: sample(schemas, schemas.inner(schema, name)[0], depth - 1) for name in sorted(names)
    }


def _array(
    schemas: Schemas, schema: Value, _: list[Any], merged: dict[str, Any], depth: int
) -> Any:
    count = max(merged.get("minItems", 1), 1)
    items = [sample(schemas, schemas.inner(schema, i)[0], depth - 1) for i in range(min(count, 8))]
    return items if depth else []


def _string(*known: Any) -> Any:
    merged = known[3]
    if merged.get("format") in _SAMPLES:
        return _SAMPLES[merged["format"]]
    return "a" * max(merged.get("minLength", 1), 1)


def _number(*known: Any) -> Any:
    merged = known[3]
    if "minimum" in merged:
        return merged["minimum"]
    if "exclusiveMinimum" in merged:
        return merged["exclusiveMinimum"] + 1
    return min(merged.get("multipleOf", 1), merged.get("maximum", 1))


_OF_TYPE: dict[str, Callable[..., Any]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _number,
    "number": _number,
    "boolean": lambda *_: True,
}


def probes(
    schemas: Schemas, schema: Value, value: Any, depth: int = _DEPTH, place: str = ""
) -> Probes:
    """Return values near this one, each with the keyword and the place that it probes."""
    for other in _KINDS:
        if type(other) is not type(value) or other != value:
            yield f"{place}:type", other
    for keyword, argument in _keywords(schemas, schema):
        for other in _RULES[keyword](argument, value):
            yield f"{place}:{keyword}", other
    if depth and isinstance(value, dict):
        yield from _in_object(schemas, schema, value, depth, place)
    elif depth and isinstance(value, list):
        yield from _in_array(schemas, schema, value, depth, place)


def _keywords(schemas: Schemas, schema: Value) -> Iterator[tuple[str, Any]]:
    seen = set()
    for part in schemas.parts(schema):
        for keyword in filter(_RULES.__contains__, part):
            key = keyword, json.dumps(part[keyword], default=str)
            if key not in seen:
                seen.add(key)
                yield keyword, part[keyword]


def _in_object(
    schemas: Schemas, schema: Value, value: dict[str, Any], depth: int, place: str
) -> Probes:
    for extra in ("unknown", "", "__class__"):
        yield f"{place}:additional", value | {extra: 1}
    names = {name for part in schemas.parts(schema) for name in part.get("properties", {})}
    for name in sorted({*value, *names}):
        inner = schemas.inner(schema, name)
        below = f"{place}/{name if name in names else '*'}"
        held = value[name] if name in value else sample(schemas, inner[0], depth - 1)
        if name in value:
            yield f"{below}:required", {key: item for key, item in value.items() if key != name}
        else:
            yield f"{below}:sample", value | {name: held}
        for each in inner:
            for label, other in probes(schemas, each, held, depth - 1, below):
                yield label, value | {name: other}


def _in_array(schemas: Schemas, schema: Value, value: list[Any], depth: int, place: str) -> Probes:
    first = value[0] if value else sample(schemas, schemas.inner(schema, 0)[0], depth - 1)
    yield f"{place}:items", [first]
    yield f"{place}:uniqueItems", [*(value or [first]), first]
    for each in schemas.inner(schema, 0):
        for label, other in probes(schemas, each, first, depth - 1, f"{place}/0"):
            yield label, [other, *value[1:]]


def _lengths(bound: int, value: Any) -> Iterator[Any]:
    text = value if isinstance(value, str) and value else "a"
    for length in (bound - 1, bound, bound + 1):
        if 0 <= length <= 20_000:
            yield (text * (length // len(text) + 1))[:length]
            yield "\U0001f600" * length


def _counts(bound: int, value: Any) -> Iterator[Any]:
    if isinstance(value, list) and bound <= 2_000:
        items = value or ["x"]
        for count in (bound - 1, bound, bound + 1):
            if count >= 0:
                yield (items * (count // len(items) + 1))[:count]


def _sizes(bound: int, value: Any) -> Iterator[Any]:
    if isinstance(value, dict) and bound <= 1_000:
        for count in (bound - 1, bound, bound + 1):
            more = {f"x{number}": 1 for number in range(max(count - len(value), 0))}
            yield dict([*value.items(), *more.items()][: max(count, 0)])


def _bounds(bound: Any, _: Any) -> Iterator[Any]:
    if not isinstance(bound, bool):
        yield from (bound - 1, bound, bound + 1, bound + 0.5, float(bound))


def _multiples(factor: Any, _: Any) -> Iterator[Any]:
    yield from (0, factor, factor * 3, factor * 7, -factor, factor * 1.5, factor + 1)


def _choices(choices: list[Any], _: Any) -> Iterator[Any]:
    for choice in choices:
        yield choice
        if isinstance(choice, str):
            yield from (choice.swapcase(), f"{choice} ", choice[:-1])
        elif isinstance(choice, int | float):
            yield from (str(choice), choice + 1)


def _spellings(_: str, value: Any) -> Iterator[Any]:
    text = value if isinstance(value, str) else "a"
    for more in ("\n", " ", "!", "\u0661", "\u00e9", "\x7f", "\x85", "\u2028", "\0", "0", "-"):
        yield text + more
        yield more + text
        yield more


def _formats(name: str, _: Any) -> Iterator[Any]:
    yield from _NEAR.get(name, ())
    if name in _SAMPLES:
        text = _SAMPLES[name]
        yield from (text, f"{text} ", f" {text}", f"{text}\n", text.upper())


_RULES: dict[str, Callable[[Any, Any], Iterator[Any]]] = {
    "minLength": _lengths,
    "maxLength": _lengths,
    "minItems": _counts,
    "maxItems": _counts,
    "minProperties": _sizes,
    "maxProperties": _sizes,
    "minimum": _bounds,
    "maximum": _bounds,
    "exclusiveMinimum": _bounds,
    "exclusiveMaximum": _bounds,
    "multipleOf": _multiples,
    "enum": _choices,
    "const": lambda value, held: _choices([value], held),
    "pattern": _spellings,
    "format": _formats,
}
