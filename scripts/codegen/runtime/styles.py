"""Styles: how arrays and objects are laid out in texts (OpenAPI 3.1 §4.8.12.2, RFC 6570)."""

import re
from collections.abc import Mapping
from typing import Literal

from .texts import Text, Texts

type Source = Mapping[str, list[str]]
"""What was sent, by name; a name may be sent several times."""

type Style = Literal[
    "form", "simple", "label", "matrix", "spaceDelimited", "pipeDelimited", "deepObject"
]

_SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}


def unpacked(
    name: str, text: Text, style: Style, source: Source, *, explode: bool, known: frozenset[str]
) -> Texts | None:
    """Return the texts that a style keeps under a name, or None if nothing was sent.

    `known` are the names of others: an object whose properties are sent on their own takes none
    of theirs. Raises ValueError for what is sent twice, or is not laid out in this style.
    """
    if style == "deepObject" and (text.properties is not None or text.items):
        return _deep(name, text, source)
    if style == "form" and explode and text.properties is not None:
        return _fields(text, source, known)
    texts = source.get(name)
    if texts is None:
        return None
    if style == "form" and explode and text.items:
        return list(texts)
    return laid_out(_only(texts), name, text, style, explode=explode)


def laid_out(sent: str, name: str, text: Text, style: Style, *, explode: bool) -> Texts:
    """Return the texts in one text that a style has put together."""
    if style == "label":
        return _parts(_without(".", sent), text, "." if explode else ",", pairs=explode)
    if style == "matrix":
        return _matrix(sent, name, text, explode=explode)
    return _parts(sent, text, _SEPARATORS.get(style, ","), pairs=explode)


def names(name: str, text: Text, style: Style, *, explode: bool) -> re.Pattern[str]:
    """Return what matches the names under which a parameter may be sent."""
    if style == "deepObject":
        return re.compile(rf"{re.escape(name)}(\[[^\]]*\])+")
    own = {name}
    if style == "form" and explode and text.properties is not None:
        if text.others:
            return re.compile(".*", re.DOTALL)
        own |= text.properties.keys()
    return re.compile("|".join(map(re.escape, sorted(own))))


def _fields(text: Text, source: Source, known: frozenset[str]) -> Texts | None:
    """Return the properties of an object that are sent on their own."""
    found: dict[str, Texts] = {}
    for name, texts in source.items():
        if _is_ours(name, text, known):
            several = (text.properties or {}).get(name, text.others or Text()).items
            found[name] = list(texts) if several or len(texts) > 1 else texts[0]
    return found or None


def _is_ours(key: str, text: Text, known: frozenset[str]) -> bool:
    named = key in (text.properties or {})
    return named or (text.others is not None and key not in known)


def _deep(name: str, text: Text, source: Source) -> Texts | None:
    """Read `name[a]=1&name[b]=2`, and `name[b][c]=2` where the contract has an object in it."""
    found: dict[str, Texts] = {}
    nested: dict[str, dict[str, list[str]]] = {}
    for key, texts in source.items():
        if not key.startswith(f"{name}["):
            continue
        step, closed, rest = key[len(name) + 1 :].partition("]")
        inner = (text.properties or {}).get(step, text.others or Text())
        if not closed or (rest and inner.properties is None):
            raise ValueError("Value is not laid out as an object")
        if rest:
            nested.setdefault(step, {})[f"{step}{rest}"] = texts
        else:
            found[step] = list(texts) if inner.items or len(texts) > 1 else texts[0]
    if text.items and text.properties is None:
        return _listed(found)
    for step, inside in nested.items():
        found[step] = _deep(step, (text.properties or {}).get(step, Text()), inside) or {}
    return found or None


def _listed(found: Mapping[str, Texts]) -> Texts | None:
    """Return the items of `name[]=a&name[]=b` or `name[0]=a&name[1]=b`."""
    if not all(step == "" or step.isdecimal() for step in found):
        raise ValueError("Value is not laid out as a list")
    items: list[str] = []
    for texts in found.values():
        items += texts if isinstance(texts, list) else [str(texts)]
    return items or None


def _only(texts: list[str]) -> str:
    if len(texts) > 1:
        raise ValueError("Parameter is given more than once")
    return texts[0]


def _without(prefix: str, sent: str) -> str:
    if not sent.startswith(prefix):
        raise ValueError(f"Value should begin with {prefix}")
    return sent[len(prefix) :]


def _matrix(sent: str, name: str, text: Text, *, explode: bool) -> Texts:
    body = _without(";", sent)
    if explode and text.properties is not None:
        return _pairs(body.split(";"))
    if explode and text.items:
        return [_without(f"{name}=", part) for part in body.split(";")]
    return _parts(_without(f"{name}=", body), text, ",", pairs=False)


def _parts(sent: str, text: Text, separator: str, *, pairs: bool) -> Texts:
    if text.properties is not None:
        parts = sent.split(separator) if sent else []
        if pairs:
            return _pairs(parts)
        if len(parts) % 2:
            raise ValueError("Value should be names and values by turns")
        return dict(zip(parts[::2], parts[1::2], strict=True))
    if text.items:
        return list(sent.split(separator))
    return sent


def _pairs(parts: list[str]) -> Texts:
    found: dict[str, Texts] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        if not equals or name in found:
            raise ValueError("Value should be names and values, each name once")
        found[name] = value
    return found
