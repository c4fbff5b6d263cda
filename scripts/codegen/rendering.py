"""From what the contract declares to the text of the generated modules."""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scripts.codegen import tree
from scripts.codegen.models import FORMATS, Models
from scripts.codegen.specification import (
    AnswerSpec,
    BodySpec,
    OperationSpec,
    ParameterSpec,
    TagSpec,
)

HEADER = "# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.\n"
_HERE = Path(__file__).parent
_OURS = {
    "APIRouter",
    "Answer",
    "Answers",
    "Body",
    "ConfigDict",
    "Declaration",
    "Gate",
    "Parameter",
    "Protocol",
    "TypeAdapter",
}  # fmt: skip - one list
"""What the module of a tag is written in: models of these names go by the module of models."""
_WORD = re.compile(r"\b[A-Za-z_][A-Za-z0-9_]*\b")


class Rendering:
    """Renders templates with the names that the models have."""

    def __init__(self, models: Models) -> None:
        self.models = models
        self.taken: set[str] = set()
        self.environment = Environment(  # noqa: S701 - it writes Python, not HTML
            loader=FileSystemLoader(_HERE / "templates"),
            lstrip_blocks=True,
            trim_blocks=True,
            undefined=StrictUndefined,
        )
        self.environment.filters |= {
            "block": _block,
            "json": json.dumps,
            "line": _line,
            "literal": repr,
        }
        self.environment.globals |= {
            "adapter": self._adapter,
            "answer": self._answer,
            "argument_hint": self._argument_hint,
            "body_hint": self._body_hint,
            "hint": self._hint,
            "return_hint": self._return_hint,
        }

    def tree(self, tags: Sequence[TagSpec], document: dict[str, Any]) -> dict[str, bytes]:
        """Return the generated package, formatted."""
        self.taken = _OURS.union(*map(_names, tags))
        modules = {f"{tag.module}.py": self._tag(tag) for tag in tags}
        modules["__init__.py"] = f'"""{_line(document["info"]["title"])}, generated."""\n'
        modules["api.py"] = self.environment.get_template("api.py.jinja").render(tags=tags)
        modules["models.py"] = f'"""The models of the contract."""\n\n{self.models.text}'
        for name, source in tree.read(_HERE / "runtime").items():
            modules[f"runtime/{name}"] = source.decode()
        files = _formatted(modules)
        files[tree.CONTRACT] = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        return {name: text.encode() for name, text in files.items()}

    def _tag(self, tag: TagSpec) -> str:
        hints = " ".join(hint for operation in tag.operations for hint in self._hints(operation))
        words = set(_WORD.findall(hints))
        return self.environment.get_template("tag.py.jinja").render(
            tag=tag,
            model_names=sorted(words & self.models.names - self.taken),
            format_names=sorted(words & {*FORMATS.values(), "Exactly", "Spelling"}),
        )

    def _hints(self, operation: OperationSpec) -> list[str]:
        bodies = [self._body_hint(operation.body)] if operation.body else []
        answers = [self._hint(answer.schema) for answer in operation.answers if answer.schema]
        return [*map(self._argument_hint, operation.parameters), *bodies, *answers]

    def _hint(self, schema: str) -> str:
        hint = self.models.hint(schema)
        return f"models.{hint}" if hint in self.taken else hint

    def _argument_hint(self, parameter: ParameterSpec) -> str:
        hint = self._hint(parameter.schema)
        given = parameter.required or parameter.default is not None
        return hint if given else f"{hint} | None"

    def _body_hint(self, body: BodySpec) -> str:
        hints = list(dict.fromkeys(map(self._hint, body.schemas.values())))
        return " | ".join(hints if body.required else [*hints, "None"])

    def _return_hint(self, operation: OperationSpec) -> str:
        if bare := operation.bare:
            return self._hint(bare.schema) if bare.schema else "None"
        return " | ".join(answer.class_name for answer in operation.answers)

    def _adapter(self, schema: str) -> str:
        name = self.models.class_name(schema)
        config = "" if self.models.is_class(name) else ", config=_strict"
        return f"TypeAdapter[Any](models.{name}{config})"

    def _answer(self, answer: AnswerSpec) -> str:
        parts = [str(answer.status)]
        if answer.schema:
            parts += [repr(answer.media_type), self._adapter(answer.schema)]
        if answer.headers:
            names = {header.attribute: header.name for header in answer.headers}
            parts.append(f"headers={names!r}")
        return f"Answer({', '.join(parts)})"


def _names(tag: TagSpec) -> set[str]:
    """Return the names that the module of a tag defines."""
    classes = {answer.class_name for operation in tag.operations for answer in operation.answers}
    return {tag.class_name, *classes, *(operation.id.upper() for operation in tag.operations)}


def _line(text: str) -> str:
    """Return the first sentence or line, safe inside a docstring."""
    return _safe(text.strip().split("\n")[0])


def _block(text: str) -> str:
    return _safe(text.strip()).replace("\n", "\n        ")


def _safe(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', "'")


def _formatted(modules: dict[str, str]) -> dict[str, str]:
    """Format modules, and sort their imports, as everything else in the project is."""
    with TemporaryDirectory() as folder:
        for name, text in modules.items():
            file = Path(folder, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(HEADER + text, "utf-8")
        for command in (["check", "--fix-only", "--select=I,F401,UP,E,W"], ["format"]):
            options = ["--quiet", "--isolated", "--no-cache", "--line-length=100", folder]
            ruff = [sys.executable, "-m", "ruff", *command, *options]
            done = subprocess.run(ruff, capture_output=True, text=True, check=False)  # noqa: S603 - our own venv's ruff
            if done.returncode:
                raise RuntimeError(f"the models cannot be formatted: {done.stderr.strip()}")
        return {name: Path(folder, name).read_text("utf-8") for name in modules}
