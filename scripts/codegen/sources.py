"""Code for what is declared: calls that make the parts of an operation, as they are generated."""

import json
from collections.abc import Callable, Iterable

from scripts.codegen.specification import (
    AnswerSpec,
    BodySpec,
    ContentSpec,
    FieldSpec,
    ParameterSpec,
    Security,
)
from scripts.codegen.texts import written

type Source = Callable[[str], str]
"""Gives the code of a schema by its name."""

_CONTENTS = {"json": "Json", "lines": "Lines", "text": "Plain", "form": "UrlEncoded"}
_STREAMS = {"multipart": "Multipart", "binary": "Binary"}
_WRITERS = {
    "binary": "BinaryWriter",
    "events": "EventsWriter",
    "json": "JsonWriter",
    "lines": "LinesWriter",
    "text": "PlainWriter",
}


def parameter(spec: ParameterSpec, schema: Source) -> str:
    """Return the code of a parameter."""
    parts = [repr(spec.argument), repr(spec.name), repr(spec.location), schema(spec.schema)]
    if spec.is_plain:
        parts += [f"kinds={spec.kinds!r}"] if spec.kinds else []
        parts += ["array=True", f"separator={spec.separator!r}"] if spec.array else []
    else:
        parts += [written(text) for text in spec.texts]
        parts += [f"style={spec.style!r}"]
        parts += ["explode=True"] if spec.explode else []
        parts += [f"media_type={spec.media_type!r}"] if spec.media_type else []
        parts += ["allow_empty=True"] if spec.allow_empty else []
    if spec.required:
        parts.append("required=True")
    elif spec.default is not None:
        parts.append(f"default={json.dumps(spec.default)!r}")
    return f"{'Parameter' if spec.is_plain else 'Structured'}({', '.join(parts)})"


def body(spec: BodySpec, schema: Source) -> str:
    """Return the code of a request body."""
    contents = {
        c.media_type: _content(c, spec, schema) for c in spec.contents if c.kind in _CONTENTS
    }
    streams = {c.media_type: _content(c, spec, schema) for c in spec.contents if c.kind in _STREAMS}
    parts = [f"required={spec.required}"]
    parts += [f"contents={_mapping(contents)}"] if contents else []
    parts += [f"streams={_mapping(streams)}"] if streams else []
    return f"Body({', '.join(parts)})"


def answer(spec: AnswerSpec, schema: Source) -> str:
    """Return the code of a response."""
    parts = [repr(spec.status or spec.range)]
    if spec.contents:
        writers = {
            c.media_type: f"{_WRITERS[c.kind]}({'' if c.kind == 'binary' else schema(c.schema)})"
            for c in spec.contents
        }
        parts.append(_mapping(writers))
    if spec.headers:
        headers = [
            f"Header({h.attribute!r}, {h.name!r}"
            + (f", {schema(h.schema)}" if h.is_checked else "")
            + (", explode=True)" if h.explode else ")")
            for h in spec.headers
        ]
        parts.append(f"headers=({', '.join(headers)},)")
    return f"Answer({', '.join(parts)})"


def security(spec: Security) -> str:
    """Return the code of a security requirement."""
    alternatives = [
        _mapping({name: _frozen(sorted(scopes)) for name, scopes in alternative.items()})
        for alternative in spec
    ]
    return f"({''.join(f'{alternative}, ' for alternative in alternatives)})"


def refusals(statuses: tuple[int, ...]) -> str:
    """Return the code of a set of statuses, written as ranges where it is made of whole ones."""
    classes = [range(first, first + 100) for first in (400, 500)]
    whole = [each for each in classes if set(each) <= set(statuses)]
    rest = [status for status in statuses if not any(status in each for each in whole)]
    parts = [f"*{each!r}" for each in whole] + [str(status) for status in rest]
    return f"frozenset([{', '.join(parts)}])" if parts else "frozenset()"


def _content(spec: ContentSpec, holder: BodySpec, schema: Source) -> str:
    if spec.kind == "binary":
        return "Binary()"
    fields = [_field(field) for field in holder.fields.get(spec.media_type, ())]
    name = (_CONTENTS | _STREAMS)[spec.kind]
    return f"{name}({', '.join([schema(spec.schema), *fields])})"


def _field(spec: FieldSpec) -> str:
    parts = [repr(spec.name)]
    if texts := [
        written(text) for text in spec.texts if len(spec.texts) > 1 or written(text) != "Text()"
    ]:
        parts.append(f"({', '.join(texts)},)")
    if spec.style:
        parts.append(f"style={spec.style!r}, explode={spec.explode}")
    if spec.is_file:
        parts.append("is_file=True")
    if spec.media_types:
        parts.append(f"media_types={spec.media_types!r}")
    return f"Field({', '.join(parts)})"


def _mapping(items: dict[str, str]) -> str:
    return "{" + ", ".join(f"{name!r}: {code}" for name, code in items.items()) + "}"


def _frozen(items: Iterable[str]) -> str:
    return f"frozenset({list(items)!r})" if items else "frozenset()"
