"""Rules on answers: they are those that the contract declares."""

import ast
from collections.abc import Iterator

from scripts.reviewing.answering import Answered, Answering
from scripts.reviewing.module import Function, Module
from scripts.reviewing.operations import Operation, operations, resolved
from scripts.reviewing.project import Project
from scripts.reviewing.rule import Fault, Rule, at

_GATE = "impl.core.gate"  # which knows no rows
_FREE = {"content-type", "content-length", "date", "server", "connection"}


def implemented(project: Project) -> Iterator[tuple[Operation, Module, Function]]:
    """Yield operations with the functions that implement them."""
    for operation in operations(project.contract):
        for module in project.implementation:
            if found := module.functions.get(operation.function):
                yield operation, module, found


def _undeclared(project: Project) -> Iterator[Fault]:
    answering = Answering(project.names)
    seen: set[Fault] = set()
    for operation, module, function in implemented(project):
        for answer in answering.of(module, function):
            for what in _differences(operation, answer):
                fault = at(answer.module, answer.node, f"{operation.function} {what}")
                if fault not in seen:
                    seen.add(fault)
                    yield fault


def _differences(operation: Operation, answer: Answered) -> Iterator[str]:
    """Say how an answer differs from what an operation declares."""
    response = operation.response(answer.status)
    if response is None:
        yield f"answers {answer.status}, which the contract does not declare for it"
        return
    declared = {name.lower() for name in response.get("headers") or {}} | _FREE
    for name in answer.headers:
        if name.lower() not in declared:
            yield f"sends {name} with {answer.status}, which the contract does not declare"
    media_type = "application/problem+json" if answer.is_error else answer.media_type
    content, _ = resolved(operation.contract, response.get("content") or {}, "#")
    if media_type and content and not _takes(content, media_type):
        yield f"sends {media_type} with {answer.status}, which the contract does not declare"


def _takes(content: dict[str, object], media_type: str) -> bool:
    plain = media_type.partition(";")[0].strip().lower()
    names = {each.partition(";")[0].strip().lower() for each in content}
    return bool(names & {plain, f"{plain.partition('/')[0]}/*", "*/*"})


def _forbidden(project: Project) -> Iterator[Fault]:
    answering = Answering(project.names)
    for module in [*project.implementation, *project.core]:
        if module.name == _GATE:
            continue
        for node in module.of(ast.Call, ast.Name, ast.Attribute):
            answer = answering.made(module, node)
            if answer and answer.status == 403:
                yield at(module, node, "403 is answered, which tells that something is there")


_CONTRACT = """\
# file: openapi.yaml
openapi: 3.1.0
info: {title: Todos, version: 1.0.0}
paths:
  /todos/{todo_id}:
    get:
      operationId: get_todo
      responses:
        '200': {description: It., content: {application/json: {}}}
        '404': {description: None.}
"""

RULES = (
    Rule(
        "FH110",
        "undeclared-answer",
        "The contract is the whole API: a client cannot know what it does not declare.",
        "Declare the answer in openapi.yaml and run scripts/generate, or answer what is declared.",
        _CONTRACT
        + """\
# file: impl/todos.py
from impl.core.problems import Problem

def refuse():
    return Problem(409)

async def get_todo(scope, todo_id):
    raise refuse()
""",
        _CONTRACT
        + """\
# file: impl/todos.py
from impl.core.problems import Problem

async def get_todo(scope, todo_id):
    raise Problem(404)
""",
        _undeclared,
    ),
    Rule(
        "FH111",
        "forbidden-by-an-implementation",
        "403 for a row of somebody else tells that it is there; for scopes the gate answers it.",
        "Raise NotFound, or let the scope do so.",
        """\
# file: impl/todos.py
from impl.core.problems import Forbidden

async def get_todo(scope, todo_id):
    raise Forbidden
""",
        """\
# file: impl/todos.py
from impl.core.problems import NotFound

async def get_todo(scope, todo_id):
    raise NotFound
""",
        _forbidden,
    ),
)
