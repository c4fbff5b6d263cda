"""Forms: urlencoded (WHATWG URL §5) and multipart (RFC 7578)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.agreement.operations import Parameter
from scripts.agreement.styles import Either, Known, Raw, UnreadableError, field, pairs, query

_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]+)"|([^;\s"]+))', re.IGNORECASE)
_NAME = re.compile(r';\s*name="((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_FILE = re.compile(r";\s*filename\*?=", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """A part of a multipart body."""

    name: str
    is_file: bool
    media_type: str
    content: bytes


def urlencoded(body: bytes, encoding: Mapping[str, Any]) -> Raw:
    """Return the fields of a form; raises UnreadableError."""
    try:
        found = query(body.decode("ascii"))
    except UnicodeDecodeError:
        raise UnreadableError("the form is not ASCII") from None
    fields: dict[str, Raw] = {}
    styled = {name for name, how in encoding.items() if how.keys() & {"style", "explode"}}
    for name in styled:
        style = encoding[name].get("style", "form")
        explode = encoding[name].get("explode", style == "form")
        parameter = Parameter(name, "query", style, explode, False, {})
        if ways := pairs(parameter, found, lambda _: False):
            fields[name] = Either(tuple(ways))
    texts: dict[str, list[Raw]] = {}
    for name, text in found:
        if name.partition("[")[0] not in styled:
            texts.setdefault(name, []).append(_text(text))
    return fields | {name: field(values) for name, values in texts.items()}


def multipart(body: bytes, content_type: str) -> Raw:
    """Return the fields of a form; raises UnreadableError."""
    texts: dict[str, list[Raw]] = {}
    for part in parts(body, content_type):
        texts.setdefault(part.name, []).append(_value(part))
    return {name: field(values) for name, values in texts.items()}


def parts(body: bytes, content_type: str) -> list[Part]:
    """Take a multipart body apart; raises UnreadableError."""
    if not (found := _BOUNDARY.search(content_type)):
        raise UnreadableError("the multipart body has no boundary")
    delimiter = b"\r\n--" + (found[1] or found[2]).encode("latin-1")
    _, *pieces = (b"\r\n" + body).split(delimiter)
    if not pieces or not pieces[-1].startswith(b"--"):
        raise UnreadableError("the multipart body has no end")
    return [_part(piece) for piece in pieces[:-1]]


def _part(piece: bytes) -> Part:
    head, separator, content = piece.lstrip(b" \t").partition(b"\r\n\r\n")
    if not separator:
        raise UnreadableError("a part has no head")
    lines = (line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n") if line)
    fields = {name.strip().lower(): value.strip() for name, _, value in lines}
    disposition = fields.get("content-disposition", "")
    if not (name := _NAME.search(disposition)):
        raise UnreadableError("a part has no name")
    media_type = fields.get("content-type", "").partition(";")[0].strip().lower()
    return Part(name[1], bool(_FILE.search(disposition)), media_type, content)


def _value(part: Part) -> Raw:
    if is_json(part.media_type) and not part.is_file:
        try:
            return Known(json.loads(part.content))
        except ValueError:
            raise UnreadableError(f"the part {part.name} is not JSON") from None
    opaque = Known(part.content.decode("latin-1"))
    if part.is_file or (part.media_type and not part.media_type.startswith("text/")):
        return opaque
    try:
        return _text(part.content.decode())
    except UnicodeDecodeError:
        return opaque


def _text(text: str) -> Raw:
    if text[:1] in {"{", "["}:
        try:
            return Either((Known(json.loads(text)), text))
        except ValueError:
            return text
    return text


def is_json(media_type: str) -> bool:
    """Say whether a media type is JSON."""
    return media_type == "application/json" or media_type.endswith("+json")
