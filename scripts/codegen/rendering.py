"""From what the contract declares to the text of the generated modules."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scripts.codegen import sources, tree
from scripts.codegen.book import put
from scripts.codegen.canonical import inner
from scripts.codegen.formatting import formatted
from scripts.codegen.merging import references
from scripts.codegen.models import FORMATS, Models
from scripts.codegen.prose import block, line
from scripts.codegen.specification import (
    AnswerSpec,
    ApiSpec,
    BodySpec,
    ContentSpec,
    OperationSpec,
    ParameterSpec,
    TagSpec,
)
from scripts.codegen.vocabulary import is_annotation

HEADER = "# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.\n"
_HERE = Path(__file__).parent
_OURS = {
    "APIRouter",
    "Answer",
    "Answers",
    "AsyncIterable",
    "Binary",
    "BinaryWriter",
    "Body",
    "Declaration",
    "Event",
    "EventsWriter",
    "Field",
    "Gate",
    "Header",
    "Json",
    "JsonWriter",
    "Lines",
    "LinesWriter",
    "Multipart",
    "Outgoing",
    "Parameter",
    "Plain",
    "PlainWriter",
    "Protocol",
    "Request",
    "Schema",
    "Structured",
    "Text",
    "UploadFile",
    "UrlEncoded",
    "rules",
}  # fmt: skip - one list
"""What the modules of tags are written in: models of these names go by the module of models."""
_WORD = re.compile(r"\b[A-Za-z_][A-Za-z0-9_]*\b")


class Rendering:
    """Renders templates with the names that the models have."""

    def __init__(self, models: Models, schemas: Mapping[str, Any], loose: set[str]) -> None:
        self.models = models
        self.schemas = schemas
        self.loose = loose
        self.checked: set[str] = set()
        self.taken: set[str] = set()
        self.environment = Environment(  # noqa: S701 - it writes Python, not HTML
            loader=FileSystemLoader(_HERE / "templates"),
            lstrip_blocks=True,
            trim_blocks=True,
            undefined=StrictUndefined,
        )
        self.environment.filters |= {"block": block, "line": line, "literal": repr}
        self.environment.globals |= {
            "answer": lambda spec: sources.answer(spec, self._schema),
            "answer_hint": self._answer_hint,
            "argument_hint": self._argument_hint,
            "body_hint": self._body_hint,
            "body_source": lambda spec: sources.body(spec, self._schema),
            "hint": self._hint,
            "parameter_source": lambda spec: sources.parameter(spec, self._schema),
            "refusals": sources.refusals,
            "return_hint": self._return_hint,
            "schema": self._schema,
            "security": sources.security,
        }

    def tree(self, api: ApiSpec, document: dict[str, Any]) -> dict[str, bytes]:
        """Return the generated package, formatted."""
        sent = {name for each in api.outgoing for name in (each.id, each.id.upper())}
        self.taken = _OURS.union(sent, *map(_names, api.tags))
        modules = {f"{tag.module}.py": self._tag(tag) for tag in api.tags}
        modules["__init__.py"] = f'"""{line(document["info"]["title"])}, generated."""\n'
        modules["api.py"] = self._rendered("api", api=api)
        modules["models.py"] = f'"""The models of the contract."""\n\n{self.models.text}'
        if api.outgoing:
            modules["outgoing.py"] = self._outgoing(api)
        files = {}
        if self.checked:
            modules["rules.py"] = self._rendered("rules")
            files["schemas.json"] = _json(self._reachable(), 1)
        for name, source in tree.read(_HERE / "runtime").items():
            modules[f"runtime/{name}"] = source.decode()
        files |= formatted(modules, HEADER)
        files[tree.CONTRACT] = _json(document, 1)
        return {name: text.encode() for name, text in files.items()}

    def _rendered(self, template: str, **names: Any) -> str:
        return self.environment.get_template(f"{template}.py.jinja").render(**names)

    def _tag(self, tag: TagSpec) -> str:
        hints = [hint for operation in tag.operations for hint in self._hints(operation)]
        return self._rendered("tag", tag=tag, **self._imports(hints))

    def _outgoing(self, api: ApiSpec) -> str:
        hints = [self._hint(each.content.schema) for each in api.outgoing if each.content]
        return self._rendered("outgoing", api=api, **self._imports(hints))

    def _imports(self, hints: list[str]) -> dict[str, list[str]]:
        words = set(_WORD.findall(" ".join(hints)))
        return {
            "model_names": sorted(words & self.models.names - self.taken),
            "format_names": sorted(words & ({*FORMATS.values(), "Exactly", "Spelling"} - {"File"})),
        }

    def _reachable(self) -> dict[str, Any]:
        """Return the schemas that values are checked by, and all that they refer to."""
        found: dict[str, Any] = {}
        waiting = sorted(self.checked)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = _bare(self.schemas[name])
                waiting.extend(references(found[name]))
        return dict(sorted(found.items()))

    def _hints(self, operation: OperationSpec) -> list[str]:
        bodies = [self._body_hint(operation.body)] if operation.body else []
        answers = [self._answer_hint(answer) for answer in operation.answers if answer.contents]
        headers = [self._hint(h.schema) for answer in operation.answers for h in answer.headers]
        return [*map(self._argument_hint, operation.parameters), *bodies, *answers, *headers]

    def _hint(self, schema: str) -> str:
        hint = self.models.hint(schema)
        return f"models.{hint}" if hint in self.taken else hint

    def _argument_hint(self, parameter: ParameterSpec) -> str:
        hint = self._hint(parameter.schema)
        given = parameter.required or parameter.default is not None
        return hint if given else f"{hint} | None"

    def _body_hint(self, body: BodySpec) -> str:
        def hint(content: ContentSpec) -> str:
            if content.kind == "binary":
                return "UploadFile"
            plain = self._hint(content.schema)
            return f"list[{plain}]" if content.kind == "lines" else plain

        hints = [hint(content) for content in body.contents]
        return " | ".join(dict.fromkeys(hints if body.required else [*hints, "None"])) or "None"

    def _answer_hint(self, answer: AnswerSpec) -> str:
        def hint(content: ContentSpec) -> str:
            plain = self._hint(content.schema)
            match content.kind:
                case "binary":
                    return "bytes | AsyncIterable[bytes]"
                case "events":
                    return f"AsyncIterable[Event[{plain}]]"
                case "lines":
                    return f"AsyncIterable[{plain}]"
            return plain

        return " | ".join(dict.fromkeys(hint(content) for content in answer.contents))

    def _return_hint(self, operation: OperationSpec) -> str:
        hints = [answer.class_name for answer in operation.typed]
        if bare := operation.bare:
            hints.insert(0, self._answer_hint(bare) if bare.contents else "None")
        return " | ".join(dict.fromkeys(hints)) or "None"

    def _schema(self, name: str) -> str:
        type_ = f"models.{self.models.class_name(name)}"
        if name not in self.loose:
            return f"Schema({type_})"
        self.checked.add(name)
        return f"Schema({type_}, rules, {name!r})"


def _bare(schema: Any) -> Any:
    """Return a schema without what is said about it."""
    if not isinstance(schema, dict):
        return schema
    kept = {name: item for name, item in schema.items() if not is_annotation(name)}
    for path, _, item in inner(kept, ""):
        put(kept, path, _bare(item))
    return kept


def _json(value: Any, indent: int) -> str:
    return json.dumps(value, indent=indent, ensure_ascii=False) + "\n"


def _names(tag: TagSpec) -> set[str]:
    """Return the names that the module of a tag defines."""
    classes = {answer.class_name for operation in tag.operations for answer in operation.typed}
    return {tag.class_name, *classes, *(operation.id.upper() for operation in tag.operations)}
