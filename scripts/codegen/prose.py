"""What a contract says in words, as the docstrings of the generated code can hold it."""

import re

_UNWRITABLE = re.compile(r"[^\t\n\x20-\x7e\xa0-\U0010ffff]")
"""Control characters, which Python's source has no place for, and carriage returns."""


def prose(text: str) -> str:
    """Return a text without the characters that source code cannot hold."""
    return _UNWRITABLE.sub("", text).strip()


def line(text: str) -> str:
    """Return the first line, safe inside a docstring."""
    return _safe(text).split("\n")[0]


def block(text: str) -> str:
    """Return all lines, safe inside the docstring of a method."""
    return _safe(text).replace("\n", "\n        ")


def _safe(text: str) -> str:
    return prose(text).replace("\\", "\\\\").replace('"', "'")
