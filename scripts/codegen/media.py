"""Media types, by how generated code reads and writes them."""

from scripts.codegen.kinds import EVERY

_LINES = {
    "application/json-lines",
    "application/jsonl",
    "application/jsonlines",
    "application/ndjson",
    "application/x-jsonlines",
    "application/x-ndjson",
}
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


_FIXED = {FORM: "form", MULTIPART: "multipart", "text/event-stream": "events"}
_FIXED |= dict.fromkeys(_LINES, "lines")


def kind(media_type: str, types: frozenset[str], *, has_schema: bool) -> str | None:
    """Return how content is read and written, by its media type and the JSON types of its schema.

    That is json, lines, form, multipart, events, text or binary; None for what is not known.
    """
    name = media_type.partition(";")[0].strip().lower()
    if name == "application/json" or name.endswith("+json"):
        return "json"
    if name in _FIXED:
        return _FIXED[name]
    is_text = types == {"string"}
    if has_schema and not is_text and types != EVERY:
        return "json" if "*" in name else None
    return "text" if name.startswith("text/") or name.endswith(_WRITTEN) else "binary"


_WRITTEN = ("/xml", "+xml", "/yaml", "/javascript", "/sdp", "/graphql")
