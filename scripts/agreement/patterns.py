"""Regular expressions of ECMA-262, written for Python's `re`."""

import re

_PART = re.compile(r"\\u\{[0-9A-Fa-f]+\}|\\[pP]\{[^}]*\}|\\k<|\\.|\(\?<(?![=!])|.", re.DOTALL)
_SPACE = r"\t\n\v\f\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_CLASSES = {
    r"\d": "0-9",
    r"\w": "A-Za-z0-9_",
    r"\s": _SPACE,
}
_OPPOSITES = {r"\D": r"\d", r"\W": r"\w", r"\S": r"\s"}
_PROPERTIES = {
    "L": r"[^\W\d_]",
    "Letter": r"[^\W\d_]",
    "N": r"\d",
    "Nd": r"\d",
    "Alphabetic": r"[^\W\d_]",
}
_OUTSIDE = {
    ".": r"[^\n\r\u2028\u2029]",
    "$": r"\Z",
    r"\b": r"(?a:\b)",
    r"\B": r"(?a:\B)",
    "(?<": "(?P<",
    r"\k<": "(?P=",
}


def python(pattern: str) -> str | None:
    """Return the same pattern for `re.search`, or None if Python cannot express it."""
    written, inside = [], False
    for part in _PART.findall(pattern):
        written.append(_inside(part) if inside else _outside(part))
        inside = part != "]" if inside else part == "["
    text = re.sub(r"\(\?P=(\w+)>", r"(?P=\1)", "".join(written))
    try:
        re.compile(text)
    except re.error:
        return None
    return text


def _outside(part: str) -> str:
    if part in _CLASSES:
        return f"[{_CLASSES[part]}]"
    if part in _OPPOSITES:
        return f"[^{_CLASSES[_OPPOSITES[part]]}]"
    if part[:2] in {r"\p", r"\P"} and "{" in part:
        return _PROPERTIES.get(part[3:-1], part)
    return _OUTSIDE.get(part) or _escaped(part)


def _inside(part: str) -> str:
    if part in _CLASSES:
        return _CLASSES[part]
    if part == r"\b":
        return r"\x08"
    return rf"\{part}" if part in "[&~|" else _escaped(part)


def _escaped(part: str) -> str:
    """Write an escape as Python knows it; in ECMA-262 one of an ordinary character is it."""
    if part.startswith(r"\u{"):
        return re.escape(chr(int(part[3:-1], 16)))
    if len(part) == 2 and part[0] == "\\" and not (part[1].isalnum() or part[1] == "_"):
        return re.escape(part[1])
    return part
