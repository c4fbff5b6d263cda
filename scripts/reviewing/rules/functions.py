"""Rules on the functions of an implementation: one for each operation, and whole."""

import ast
import re
from collections.abc import Iterator

from scripts.codegen.naming import snake
from scripts.reviewing.answering import Answering
from scripts.reviewing.module import Function, Module, inside
from scripts.reviewing.operations import operations
from scripts.reviewing.project import CODE, CONTRACT, Project
from scripts.reviewing.rule import Fault, Rule, Severity, at

_LATER = re.compile(r"#\s*(TODO|FIXME|XXX)\b")
_BROAD = {"Exception", "BaseException", "HTTPException", "Problem", "StarletteHTTPException"}


def _stubs(project: Project) -> Iterator[Fault]:
    for module in project.implementation:
        for function in module.every_function():
            if _is_stub(function) and not _is_declaration(module, function):
                yield at(module, function, f"{function.name} does nothing yet")
        for node in module.of(ast.Raise):
            if node.exc and "NotImplemented" in ast.unparse(node.exc):
                yield at(module, node, "this is not implemented")
        yield from _unfinished(project, module)


def _unfinished(project: Project, module: Module) -> Iterator[Fault]:
    answering = Answering(project.names)
    for call in module.of(ast.Call):
        answer = answering.made(module, call)
        if answer and answer.status == 501:
            yield at(module, call, "501 is answered")
    for number, line in enumerate(module.text.splitlines(), 1):
        if _LATER.search(line):
            yield Fault(module.path, number, "something is left to be done")


def _is_stub(function: Function) -> bool:
    """Tell whether a function has no body but a docstring, `pass` or `...`."""
    return all(
        isinstance(each, ast.Pass)
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        for each in function.body
    )


def _is_declaration(module: Module, function: Function) -> bool:
    owner = module.owner(function)
    marks = [ast.unparse(each).rpartition(".")[2] for each in function.decorator_list]
    is_protocol = owner is not None and any("Protocol" in ast.unparse(b) for b in owner.bases)
    return is_protocol or bool({"abstractmethod", "overload"} & set(marks))


def _missing(project: Project) -> Iterator[Fault]:
    names = {name for module in project.implementation for name in _defined(module)}
    for operation in operations(project.contract):
        if operation.function not in names:
            tag = next(iter(operation.raw.get("tags") or []), "default")
            what = (
                f"no function in {CODE}{snake(str(tag)).lower()}.py is named {operation.function}"
            )
            yield Fault(CONTRACT, operation.line, what)


def _defined(module: Module) -> set[str]:
    return {*module.functions, *module.imports, *module.globals}


def _unnamed(project: Project) -> Iterator[Fault]:
    every = operations(project.contract)
    wanted = {operation.function for operation in every}
    tags = {snake(str(tag)).lower() for each in every for tag in each.raw.get("tags") or []}
    for module in project.implementation:
        if module.name.rpartition(".")[2] not in tags and not wanted & set(module.functions):
            continue
        for name, function in module.functions.items():
            if "." not in name and not name.startswith("_") and name not in wanted:
                yield at(module, function, f"{name} is named by no operation")


def _swallowed(project: Project) -> Iterator[Fault]:
    for module in project.implementation:
        for handler in module.of(ast.ExceptHandler):
            broad = _breadth(project, module, handler.type)
            if broad and not any(isinstance(each, ast.Raise) for each in inside(*handler.body)):
                yield at(module, handler, f"{broad} is caught and not raised again")
        for call in module.of(ast.Call):
            if project.names.of(module, call.func) == "contextlib.suppress":
                for each in call.args:
                    if broad := _breadth(project, module, each):
                        yield at(module, call, f"{broad} is suppressed")


def _breadth(project: Project, module: Module, kind: ast.expr | None) -> str:
    """Return the widest of what is caught, if it takes in refusals."""
    if kind is None:
        return "every exception"
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    names = [project.names.of(module, each) or ast.unparse(each) for each in kinds]
    return next((name for name in names if name.rpartition(".")[2] in _BROAD), "")


def _deferred(project: Project) -> Iterator[Fault]:
    for module in [*project.implementation, *project.core]:
        for node in module.every_import():
            if module.function(node):
                yield at(module, node, "an import stands in a function")
        for call in module.of(ast.Call):
            if project.names.of(module, call.func) in {"importlib.import_module", "__import__"}:
                yield at(module, call, "a module is imported by a call")


_CONTRACT = """\
# file: openapi.yaml
openapi: 3.1.0
info: {title: Todos, version: 1.0.0}
paths:
  /todos:
    get: {operationId: list_todos, tags: [todos], responses: {'200': {description: All.}}}
"""
_NONE = "async def list_todos(scope):\n    return []\n"

RULES = (
    Rule(
        "FH113",
        "stub",
        "What is declared is served: an operation without a body answers 500 or 501.",
        "Write the function, or take the operation out of the contract.",
        "# file: impl/todos.py\nasync def list_todos(scope):\n    ...\n",
        f"# file: impl/todos.py\n{_NONE}",
        _stubs,
    ),
    Rule(
        "FH114",
        "operation-without-function",
        "An operation that nothing implements keeps the server from starting.",
        "Write a function of the operation's name in the module of its tag.",
        f"{_CONTRACT}# file: impl/todos.py\nasync def todos(scope):\n    return []\n",
        f"{_CONTRACT}# file: impl/todos.py\n{_NONE}",
        _missing,
    ),
    Rule(
        "FH115",
        "function-without-operation",
        "A public function in a tag's module looks like an operation, and none leads to it.",
        "Begin its name with an underscore, move it to a module of its own, or remove it.",
        f"{_CONTRACT}# file: impl/todos.py\n{_NONE}\ndef all_todos(scope):\n    return []\n",
        f"{_CONTRACT}# file: impl/todos.py\n{_NONE}\ndef _all_todos(scope):\n    return []\n",
        _unnamed,
    ),
    Rule(
        "FH116",
        "refusal-swallowed",
        "NotFound and other problems are exceptions: caught, they become a success.",
        "Catch the one exception that is meant, or raise it again.",
        """\
# file: impl/todos.py
async def get_todo(scope, todo_id):
    try:
        return await scope.get(TodoRow, todo_id, Todo)
    except Exception:
        return None
""",
        """\
# file: impl/todos.py
async def get_todo(scope, todo_id):
    try:
        return await scope.get(TodoRow, todo_id, Todo)
    except ValueError:
        return None
""",
        _swallowed,
    ),
    Rule(
        "FH117",
        "deferred-import",
        "An import that waits for a request hides what a module depends on, and fails late.",
        "Import at the head of the module.",
        "# file: impl/todos.py\ndef _now():\n    import time\n    return time.time()\n",
        "# file: impl/todos.py\nimport time\n\ndef _now():\n    return time.time()\n",
        _deferred,
        Severity.WARNING,
    ),
)
