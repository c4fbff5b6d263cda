"""Contents of request bodies: JSON, text, lines of JSON."""

from typing import Any

from pydantic_core import from_json, to_json

from .bodies import Rejected
from .faults import MANY
from .fields import Fields
from .gate import Fault
from .schema import Schema, Unfit
from .texts import refuse_unfit

SEMICOLON = ord(";")
CHARSETS = {"utf-8", "us-ascii"}
"""Those that JSON and forms may be in: UTF-8, and what is a part of it."""
# Some of Python's others take time that grows with the square of what they decode.
_OF_TEXT = CHARSETS | {"iso-8859-1", "latin1", "windows-1252", "utf-16", "utf-16le", "utf-16be"}


class Json:
    """JSON in UTF-8 (RFC 8259 §8.1)."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def parse(self, raw: bytes, fields: Fields) -> Any:
        """Return the value; raises Rejected, Unfit."""
        if SEMICOLON in fields.get(b"content-type", b"") and not charsets(fields) <= CHARSETS:
            raise Rejected(415)
        return parsed(self.schema, raw)


class Lines:
    """Lines of JSON, each a value of its own: `application/x-ndjson`, `application/jsonl`."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def parse(self, raw: bytes, fields: Fields) -> list[Any]:
        """Return the values; the first step of a pointer is the number of the line, from 0.

        Raises Rejected, Unfit.
        """
        if not charsets(fields) <= CHARSETS:
            raise Rejected(415)
        values: list[Any] = []
        faults: list[Fault] = []
        for number, line in enumerate(raw.split(b"\n")):
            if not line.strip():
                continue
            try:
                values.append(parsed(self.schema, line))
            except Unfit as unfit:
                if not unfit.faults:
                    raise
                faults += [_in_line(number, fault) for fault in unfit.faults]
            if len(faults) >= MANY:
                break
        if faults:
            raise Unfit(faults[:MANY])
        return values


class Plain:
    """Text, in UTF-8 unless its charset says otherwise."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def parse(self, raw: bytes, fields: Fields) -> Any:
        """Return the text; raises Rejected, Unfit."""
        given = charsets(fields)
        if len(given) > 1 or not given <= _OF_TEXT:
            raise Rejected(415)
        try:
            text = raw.decode(next(iter(given), "utf-8"))
        except UnicodeDecodeError:
            raise Rejected(400) from None
        try:
            refuse_unfit(text)
        except ValueError as error:
            raise Unfit([{"pointer": "#", "detail": str(error)}]) from None
        return self.schema.read(to_json(text))


def _in_line(number: int, fault: Fault) -> Fault:
    return {**fault, "pointer": f"#/{number}{fault['pointer'][1:]}"}


def charsets(fields: Fields) -> set[str]:
    """Return the charset that a body says it is in, if it does."""
    _, *parameters = fields.get(b"content-type", b"").decode("latin-1").lower().split(";")
    given = (parameter.strip() for parameter in parameters)
    return {each.partition("=")[2].strip('"') for each in given if each.startswith("charset=")}


def parsed(schema: Schema, raw: bytes) -> Any:
    """Return the value of JSON that no text with NUL and no number but finite ones are in."""
    # Of bytes, `find` is ten times as fast as `in`, which first takes them for a number.
    if raw.find(b"\\u0000") >= 0 or raw.find(b"NaN") >= 0 or raw.find(b"Infinity") >= 0:
        try:
            value = from_json(raw, allow_inf_nan=False)
        except ValueError as error:
            raise Unfit([], str(error)) from None
        refuse_nul(value)
    return schema.read(raw)


def refuse_nul(value: Any) -> None:
    """Raise Unfit for a value in which there is text with NUL."""
    if _holds_nul(value):
        raise Unfit([{"pointer": "#", "detail": "Text must not hold NUL"}])


def _holds_nul(value: Any) -> bool:
    match value:
        case str():
            return "\0" in value
        case dict():
            return any(_holds_nul(item) for pair in value.items() for item in pair)
        case list():
            return any(map(_holds_nul, value))
    return False
