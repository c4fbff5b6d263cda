"""Whether a value is of a format (JSON Schema 2020-12, Validation §7.3), as schemas assert it."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import to_json

from . import formats
from .patterns import matcher
from .values import is_of

_IRI = r"([^\x00-\x20\x7F<>\"{}|\\^`%]|%[0-9A-Fa-f]{2})*"
_SCHEME = "[A-Za-z][A-Za-z0-9+.-]*:"
_POINTER = "(/([^~/]|~[01])*)*"
_TIME = "T([0-9]+H([0-9]+M([0-9]+S)?)?|[0-9]+M([0-9]+S)?|[0-9]+S)"
_DATE = "([0-9]+Y([0-9]+M([0-9]+D)?)?|[0-9]+M([0-9]+D)?|[0-9]+D)"
_LITERAL = r"[^\x00-\x20\"'<>\\^`{|}%]|%[0-9A-Fa-f]{2}"
_EXPRESSION = r"\{[+#./;?&=,!@|]?[A-Za-z0-9_.%:*,]+\}"
_WORD = r"[^\x00-\x2C\x2E\x2F\x3A-\x40\x5B-\x60\x7B-\x7F]"

PATTERNS = {
    # RFC 3986 §4.1: before the first slash a relative reference has no colon.
    "uri-reference": f"^({formats.ABSOLUTE}|({formats.URI_NAME}|@)*{formats.RELATIVE})$",
    "iri": f"^{_SCHEME}{_IRI}$",  # RFC 3987 §2.2
    "iri-reference": f"^{_IRI}$",
    "uri-template": f"^({_LITERAL}|{_EXPRESSION})*$",  # RFC 6570 §2
    "json-pointer": f"^{_POINTER}$",  # RFC 6901 §3
    "relative-json-pointer": f"^(0|[1-9][0-9]*)(#|{_POINTER})$",
    "duration": f"^P({_DATE}({_TIME})?|{_TIME}|[0-9]+W)$",  # RFC 3339 appendix A
    "idn-hostname": f"^{_WORD}+(\\.{_WORD}+)*$",  # RFC 5890 §2.3.2.3
    "idn-email": f"^[^@\\x00-\\x20\\x7F]+@{_WORD}+(\\.{_WORD}+)*$",  # RFC 6531 §3.3
}
"""The formats that a pattern describes."""

TYPES: dict[str, tuple[str, Any]] = {
    "byte": ("string", formats.Base64),
    "date": ("string", formats.Date),
    "date-time": ("string", formats.DateTime),
    "email": ("string", formats.Email),
    "hostname": ("string", formats.Hostname),
    "ipv4": ("string", formats.Ipv4),
    "ipv6": ("string", formats.Ipv6),
    "time": ("string", formats.Time),
    "uri": ("string", formats.Uri),
    "uuid": ("string", formats.Uuid),
    "int32": ("integer", formats.Int32),
    "int64": ("integer", formats.Int64),
}
"""The formats that have a type in Python, each with the JSON type that it is about."""

NAMES = frozenset({*PATTERNS, *TYPES, "regex"})
"""Every format that is asserted; any other is an annotation (Validation §7.2.3)."""


def fits(name: str, value: Any) -> bool:
    """Say whether a value is of a format; one of another JSON type is."""
    if name in TYPES:
        type_, _ = TYPES[name]
        return not is_of(value, type_) or _reader(name)(int(value) if type_ == "integer" else value)
    if not isinstance(value, str):
        return True
    if name == "regex":
        return _is_regex(value)
    return name not in PATTERNS or bool(matcher(PATTERNS[name])(value))


def _is_regex(value: str) -> bool:
    try:
        matcher(value)
    except re.error:
        return False
    return True


@cache
def _reader(name: str) -> Callable[[Any], bool]:
    adapter = TypeAdapter[Any](TYPES[name][1], config=ConfigDict(strict=True))

    def reads(value: Any) -> bool:
        try:
            adapter.validate_json(to_json(value))
        except ValidationError:
            return False
        return True

    return reads
