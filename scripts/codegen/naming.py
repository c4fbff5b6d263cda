"""Names of the contract as names in Python."""

import keyword
import re
from http import HTTPStatus

ANNOTATIONS = {
    "Annotated",
    "Any",
    "Exactly",
    "Field",
    "Literal",
    "MISSING",
    "Spelling",
    "bool",
    "dict",
    "float",
    "int",
    "list",
    "str",
}  # fmt: skip - one list
"""What annotations are written in: another use of such a name would change their meaning."""

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


def identifier(name: str) -> str:
    """Return the name as it is if Python and annotations take it, else the nearest that they do."""
    plain = name if name.isidentifier() else re.sub(r"\W+", "_", name).strip("_") or "_"
    if plain[0].isdigit():
        plain = f"_{plain}"
    return f"{plain}_" if keyword.iskeyword(plain) or plain in ANNOTATIONS | {"models"} else plain


def snake(name: str) -> str:
    """`If-None-Match` and `ifNoneMatch` become `if_none_match`; `ETag` becomes `etag`."""
    if "-" in name or name == "ETag":
        return identifier(name.lower())
    return identifier("_".join(_WORDS.findall(name)).lower() or name)


def pascal(name: str) -> str:
    """`list_todos` and `listTodos` become `ListTodos`."""
    return identifier("".join(word[0].upper() + word[1:] for word in _WORDS.findall(name)) or name)


def outcome(status: int) -> str:
    """Return the phrase of a status (RFC 9110 §15) as the end of a class name."""
    return "Ok" if status == HTTPStatus.OK else pascal(HTTPStatus(status).phrase.title())
