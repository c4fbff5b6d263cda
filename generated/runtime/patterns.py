# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
r"""Patterns of ECMA-262, the dialect of JSON Schema, for the engines that there are in Python."""

import re
from collections.abc import Callable
from functools import cache

from pydantic_core import SchemaError, SchemaValidator, ValidationError, core_schema

_TOKEN = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\(\?<(?=[A-Za-z])|[.$]", re.DOTALL)
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_ESCAPES = {
    r"\d": "[0-9]",
    r"\D": "[^0-9]",
    r"\w": "[0-9A-Za-z_]",
    r"\W": "[^0-9A-Za-z_]",
    r"\/": "/",
}
_INSIDE_CLASSES = _ESCAPES | {r"\d": "0-9", r"\w": "0-9A-Za-z_"}
_ANY = r"[^\n\r\u2028\u2029]"
_OF_PYDANTIC = {".": _ANY, r"\b": r"(?-u:\b)", r"\B": r"(?-u:\B)"}
_OF_PYTHON = {".": _ANY, "$": r"\Z", "(?<": "(?P<"}


def portable(pattern: str) -> str:
    r"""Write a pattern for Pydantic's engine, to which `\d` is any script's digit."""
    return _translated(pattern, _ESCAPES | _OF_PYDANTIC)


def is_plain(pattern: str) -> bool:
    """Say whether Pydantic's engine takes a pattern: it looks neither ahead nor behind."""
    try:
        SchemaValidator(core_schema.str_schema(pattern=portable(pattern)))
    except SchemaError:
        return False
    return True


@cache
def matcher(pattern: str) -> Callable[[str], object]:
    """Return what finds a pattern in a text; raises re.error for what is none."""
    if not is_plain(pattern):
        return re.compile(_translated(pattern, _ESCAPES | _OF_PYTHON), re.ASCII).search
    validator = SchemaValidator(core_schema.str_schema(pattern=portable(pattern)))

    def search(text: str) -> bool:
        try:
            validator.validate_python(text)
        except ValidationError:
            return False
        return True

    return search


def _translated(pattern: str, tokens: dict[str, str]) -> str:
    def token(found: re.Match[str]) -> str:
        if found[0].startswith("["):
            return _ESCAPE.sub(lambda escape: _INSIDE_CLASSES.get(escape[0], escape[0]), found[0])
        return tokens.get(found[0], found[0])

    return _TOKEN.sub(token, pattern)
