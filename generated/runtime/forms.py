# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Forms: fields by name, as `application/x-www-form-urlencoded` or `multipart/form-data`."""

from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, product
from typing import Any
from urllib.parse import parse_qsl

from pydantic_core import from_json, to_json
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.types import Receive

from .bodies import Received, Rejected, chunks, gathered, refuse_large
from .contents import CHARSETS, charsets, refuse_nul
from .fields import Fields
from .files import Files, held, in_time, uploaded
from .gate import Limits
from .negotiation import covers
from .schema import Schema, Unfit
from .styles import Style, unpacked
from .texts import Text, Texts

MAX_FIELDS = 1000
MAX_COMBINATIONS = 32


@dataclass(frozen=True, slots=True)
class Field:
    """A property of a form (OpenAPI 3.1 §4.8.15): how its values are laid out.

    Without a style each value is a field of its own, an object is JSON, and an array may be.
    `media_types` are those that a file may be of, any if there are none.
    """

    name: str
    texts: tuple[Text, ...] = (Text(),)
    style: Style | None = None
    explode: bool = False
    is_file: bool = False
    media_types: tuple[str, ...] = ()

    def values(self, source: Mapping[str, list[str]], known: frozenset[str]) -> Iterator[Any]:
        """Return what was sent as JSON values, the likeliest first; raises ValueError.

        `known` are the names that belong to a property.
        """
        for text in self.texts:
            texts = self._gathered(text, source, known)
            if texts is not None:
                yield from text.readings(texts)

    def names(self, name: str) -> bool:
        """Say whether a name is its own, or that of a property which is sent on its own."""
        spread = any(name in (text.properties or {}) for text in self._spread)
        part = self.style == "deepObject" and name.startswith(f"{self.name}[")
        return name == self.name or spread or part

    @property
    def takes_others(self) -> bool:
        """Whether it takes what belongs to no property."""
        return any(text.others for text in self._spread)

    @property
    def _spread(self) -> list[Text]:
        is_spread = self.style == "form" and self.explode
        return [text for text in self.texts if is_spread and text.properties is not None]

    def _gathered(
        self, text: Text, source: Mapping[str, list[str]], known: frozenset[str]
    ) -> Texts | None:
        if self.style:
            return unpacked(self.name, text, self.style, source, explode=self.explode, known=known)
        values = source.get(self.name)
        if values is None or len(values) > 1 or (text.items and not _is_json_array(values[0])):
            return values
        return values[0]


class Form:
    """Turns the fields of a form into the object that its schema describes."""

    def __init__(self, schema: Schema, fields: Iterable[Field]) -> None:
        self.schema = schema
        self.fields = {field.name: field for field in fields}

    def read(self, source: Mapping[str, list[str]], files: Files | None = None) -> Any:
        """Return the object; raises Unfit.

        A text may be read in several ways. Alternatives of a schema may blame another property
        than the one to read anew, so that with them some combinations are tried besides.
        """
        ways = self._ways(source)
        try:
            return self._blaming(ways, files)
        except Unfit:
            if self.schema.is_model and not self.schema.rules:
                raise
            for combination in islice(product(*ways.values()), MAX_COMBINATIONS):
                with suppress(Unfit):
                    return self._fit(dict(zip(ways, combination, strict=True)), files)
            raise

    def _blaming(self, ways: Mapping[str, list[Any]], files: Files | None) -> Any:
        """Read the properties that do not fit anew, until all fit or none is left to be read."""
        chosen = dict.fromkeys(ways, 0)
        first: Unfit | None = None
        while True:
            try:
                return self._fit({name: ways[name][at] for name, at in chosen.items()}, files)
            except Unfit as unfit:
                first = first or unfit
                wrong = {_property(fault["pointer"]) for fault in unfit.faults}
            left = [name for name, at in chosen.items() if at + 1 < len(ways[name])]
            left = [name for name in left if name in wrong or None in wrong]
            if not left:
                raise first
            chosen |= {name: chosen[name] + 1 for name in left}

    def _fit(self, value: dict[str, Any], files: Files | None) -> Any:
        refuse_nul(value)
        return self.schema.read(to_json(value), files)

    def _ways(self, source: Mapping[str, list[str]]) -> dict[str, list[Any]]:
        """Return the values that each property may have."""
        fields = self.fields.values()
        known = frozenset(name for name in source if any(field.names(name) for field in fields))
        ways = {}
        for name, field in self.fields.items():
            try:
                if values := list(field.values(source, known)):
                    ways[name] = values
            except ValueError as error:
                raise Unfit([{"pointer": f"#/{_escaped(name)}", "detail": str(error)}]) from None
        if not any(field.takes_others for field in fields):
            for name, texts in source.items():
                if name not in known:
                    ways[name] = [texts[0] if len(texts) == 1 else texts]
        return ways


class UrlEncoded:
    """`application/x-www-form-urlencoded`."""

    def __init__(self, schema: Schema, *fields: Field) -> None:
        self.schema = schema
        self.form = Form(schema, fields)

    def parse(self, raw: bytes, fields: Fields) -> Any:
        """Return the object; raises Rejected, Unfit."""
        if not charsets(fields) <= CHARSETS:
            raise Rejected(415)
        try:
            pairs = parse_qsl(
                raw.decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=MAX_FIELDS,
            )
        except ValueError:
            raise Rejected(400) from None
        source: dict[str, list[str]] = {}
        for name, value in pairs:
            source.setdefault(name, []).append(value)
        return self.form.read(source)


class _Parser(MultiPartParser):
    """Refuses a form that is cut off; what closes its files is that parsing fails."""

    is_ended = False

    def on_end(self) -> None:
        self.is_ended = True

    async def parse(self) -> FormData:
        self.stream = self._whole(self.stream)
        return await super().parse()

    async def _whole(self, stream: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
        async for piece in stream:
            yield piece
        if not self.is_ended:
            raise MultiPartException("the last boundary is missing")


class Multipart:
    """`multipart/form-data` (RFC 7578): files go to disk while they arrive."""

    def __init__(self, schema: Schema, *fields: Field) -> None:
        self.schema = schema
        self.form = Form(schema, fields)

    async def receive(self, receive: Receive, fields: Fields, limits: Limits) -> Any:
        """Return the object, or None for no body; raises Rejected, Unfit, ClientDisconnect."""
        form = await self._parsed(receive, fields, limits)
        if form is None:
            return None
        opened = [each for _, each in form.multi_items() if isinstance(each, UploadFile)]
        value = None
        try:
            value = await self._read(form, opened)
        finally:
            kept = set(map(id, held(value)))
            for file in opened:
                if id(file) not in kept:
                    await file.close()
        return value

    async def _parsed(self, receive: Receive, fields: Fields, limits: Limits) -> FormData | None:
        refuse_large(fields, limits.max_upload_bytes)
        # In this charset no byte is lost, and what is no text may be a file.
        content_type = fields[b"content-type"].decode("latin-1")
        headers = Headers({"content-type": f"{content_type}; charset=latin-1"})
        received = Received()
        parser = _Parser(
            headers,
            chunks(receive, limits.max_upload_bytes, received),
            max_fields=MAX_FIELDS,
            max_part_size=limits.max_body_bytes,
        )
        try:
            return await in_time(parser.parse(), limits)
        except (MultiPartException, ValueError):
            unread = not (received.size or received.is_whole)
            if received.size or (unread and await gathered(receive, fields, limits)):
                raise Rejected(400) from None
            return None

    async def _read(self, form: FormData, opened: list[UploadFile]) -> Any:
        """Return the object; a file that is made of a part without a name is opened, too."""
        source: dict[str, list[str]] = {}
        files = Files()
        for sent, value in form.multi_items():
            name = _utf_8(sent.encode("latin-1"))
            field = self.form.fields.get(name)
            if field and field.is_file:
                file = await _file(value)
                opened.append(file)
                self._check(field, file)
                text = files.take(file)
            else:
                text = _utf_8(await _bytes(value))
            source.setdefault(name, []).append(text)
        return self.form.read(source, files)

    def _check(self, field: Field, file: UploadFile) -> None:
        given = (file.content_type or "").partition(";")[0].strip().lower()
        if field.media_types and not any(covers(each, given) for each in field.media_types):
            detail = f"File should be of the media type {' or '.join(field.media_types)}"
            raise Unfit([{"pointer": f"#/{_escaped(field.name)}", "detail": detail}])

    async def close(self, value: Any) -> None:
        """Remove the files."""
        for file in held(value):
            await file.close()


def _property(pointer: str) -> str | None:
    """Return the name of the property that a pointer leads into."""
    _, *steps = pointer.split("/")
    return steps[0].replace("~1", "/").replace("~0", "~") if steps else None


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _is_json_array(text: str) -> bool:
    try:
        return text.startswith("[") and isinstance(from_json(text), list)
    except ValueError:
        return False


async def _file(value: UploadFile | str) -> UploadFile:
    if isinstance(value, str):
        return await uploaded(value.encode("latin-1"))
    value.filename = _utf_8((value.filename or "").encode("latin-1"))
    return value


async def _bytes(value: UploadFile | str) -> bytes:
    return value.encode("latin-1") if isinstance(value, str) else await value.read()


def _utf_8(raw: bytes) -> str:
    """Return the text; raises Rejected."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Rejected(400) from None
