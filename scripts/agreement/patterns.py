"""Regular expressions of ECMA-262, written for Python's `re`."""

import re

_TOKEN = re.compile(r"\\u\{[0-9A-Fa-f]+\}|\\[pP]\{[^}]*\}|\\k<|\\.|\(\?<(?![=!])|.", re.DOTALL)
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
    for token in _TOKEN.findall(pattern):
        written.append(_inside(token) if inside else _outside(token))
        if token == "[" and not inside:
            inside = True
        elif token == "]":
            inside = False
    text = "".join(written).replace("(?P=", "(?P=")
    text = re.sub(r"\(\?P=(\w+)>", r"(?P=\1)", text)
    try:
        re.compile(text)
    except re.error:
        return None
    return text


def _outside(token: str) -> str:
    if token in _CLASSES:
        return f"[{_CLASSES[token]}]"
    if token in _OPPOSITES:
        return f"[^{_CLASSES[_OPPOSITES[token]]}]"
    if token[:2] in {r"\p", r"\P"} and "{" in token:
        return _PROPERTIES.get(token[3:-1], token)
    return _OUTSIDE.get(token) or _escaped(token)


def _inside(token: str) -> str:
    if token in _CLASSES:
        return _CLASSES[token]
    if token == r"\b":
        return r"\x08"
    return rf"\{token}" if token in "[&~|" else _escaped(token)


def _escaped(token: str) -> str:
    """Write an escape as Python knows it; in ECMA-262 one of an ordinary character is it."""
    if token.startswith(r"\u{"):
        return re.escape(chr(int(token[3:-1], 16)))
    if len(token) == 2 and token[0] == "\\" and not (token[1].isalnum() or token[1] == "_"):
        return re.escape(token[1])
    return token
