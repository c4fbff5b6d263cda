"""Request bodies of the contract: their media types, and the fields of forms."""

from typing import Any

from scripts.codegen.book import Book
from scripts.codegen.canonical import NEVER, Schema
from scripts.codegen.contract import Contract, below
from scripts.codegen.kinds import kinds
from scripts.codegen.media import kind
from scripts.codegen.merging import merged
from scripts.codegen.naming import pascal
from scripts.codegen.specification import BodySpec, ContentSpec, FieldSpec, Place
from scripts.codegen.texts import properties, texts

FILE = "x-file"
"""Marks a schema whose values are files."""


class RequestReader:
    """Reads the request bodies of operations."""

    def __init__(self, contract: Contract, book: Book) -> None:
        self.contract = contract
        self.book = book

    def read(self, operation: str, raw: dict[str, Any], pointer: str) -> BodySpec | None:
        """Return the body of an operation, if it takes one."""
        if "requestBody" not in raw:
            return None
        place = below(pointer, "requestBody")
        body, place = self.contract.resolve(raw["requestBody"], place, "requestBodies")
        contents: list[ContentSpec] = []
        fields: dict[str, tuple[FieldSpec, ...]] = {}
        for media_type, content in body.get("content", {}).items():
            where = below(place, "content", media_type)
            sent = media_type.partition(";")[0].strip().lower()
            name = f"{pascal(operation)}Body"
            schema = content.get("schema", {})
            key = self.book.name(schema, below(where, "schema"), name, "request")
            how = self._kind(media_type, key, where, has_schema="schema" in content)
            if how is None:
                continue
            if how in {"form", "multipart"}:
                encoding = content.get("encoding", {})
                key, fields[sent] = self._form(key, name, how, encoding)
            contents.append(ContentSpec(sent, how, key))
        if not contents and not body.get("content"):
            self.book.unsupported.append(Place(place, "a body of no media type"))
        return BodySpec(body.get("required", False), tuple(contents), fields)

    def _kind(self, media_type: str, key: str, pointer: str, *, has_schema: bool) -> str | None:
        types = kinds(self.book.schemas, self.book.schemas[key])
        how = kind(media_type, types, has_schema=has_schema)
        if how is None or how == "events":
            reason = f"bodies of {media_type} are not read"
            self.book.unsupported.append(Place(pointer, reason))
            return None
        return how

    def _form(
        self, key: str, name: str, how: str, encoding: dict[str, Any]
    ) -> tuple[str, tuple[FieldSpec, ...]]:
        """Return a form's schema, in which files are marked, and its fields."""
        schema = merged(self.book.schemas, self.book.schemas[key])
        own = schema.get("properties", {})
        files = {n for n, item in own.items() if how == "multipart" and self._is_file(item)}
        if files:
            marked = {n: _marked(item) if n in files else item for n, item in own.items()}
            key = self.book.add({**schema, "properties": marked}, f"{name}Form")
        fields = [
            self._field(field, item, encoding.get(field, {}), is_file=field in files)
            for field, item in properties(self.book.schemas, self.book.schemas[key]).items()
            if item != NEVER
        ]
        return key, tuple(fields)

    def _field(
        self, name: str, schema: Schema, encoding: dict[str, Any], *, is_file: bool
    ) -> FieldSpec:
        style = encoding.get("style")
        media_types = encoding.get("contentType", "") if is_file else ""
        return FieldSpec(
            name=name,
            texts=texts(self.book.schemas, schema),
            style=style,
            explode=encoding.get("explode", style == "form") if style else False,
            is_file=is_file,
            media_types=tuple(filter(None, (part.strip() for part in media_types.split(",")))),
        )

    def _is_file(self, schema: Any) -> bool:
        """Say whether a property is a file or several (OpenAPI 3.0 §4.7.14.2, 3.1 §4.8.14.3)."""
        plain = merged(self.book.schemas, schema)
        if isinstance(items := plain.get("items"), dict) and plain.get("type") == "array":
            return self._is_file(items)
        if any(self._is_file(part) for part in (*plain.get("anyOf", ()), *plain.get("oneOf", ()))):
            return True
        if plain.get("type", "string") != "string":
            return False
        is_opaque = "contentMediaType" in plain and "contentEncoding" not in plain
        return (
            plain.get("format") == "binary"
            or plain.get("contentEncoding") == "binary"
            or (is_opaque and not plain["contentMediaType"].endswith("json"))
        )


def _marked(schema: Schema) -> Schema:
    """Return the schema of a file, or of several, with what else counts for them."""
    names = {"description", "title", *(("minItems", "maxItems") if "items" in schema else ())}
    kept: Schema = {name: item for name, item in schema.items() if name in names}
    if "items" in schema:
        return {"type": "array", "items": {FILE: True}, **kept}
    return {FILE: True, **kept}
