"""Rules on logs: they hold no token, no body and no value of a row."""

import ast
import re
from collections.abc import Iterator

from scripts.reviewing.module import Module, inside
from scripts.reviewing.project import Project
from scripts.reviewing.rule import Fault, Rule, at

_LEVELS = {"debug", "info", "warning", "warn", "error", "critical", "exception", "log", "fatal"}
_LOGGERS = re.compile(r"(^|\.)_*(log|logger|logging)$", re.IGNORECASE)
_PRIVATE = re.compile(
    r"^_*(\w+_)?(token|tokens|secret|password|authorization|credentials?|cookies?|body|payload"
    r"|headers|bearer|jwt|values|parameters|params|row|rows)$",
    re.IGNORECASE,
)
_TRACES = {"print_exc", "format_exc", "print_exception", "format_exception", "print_stack"}


def _messages(module: Module) -> Iterator[ast.Call]:
    """Yield the calls that write to a log."""
    for call in module.of(ast.Call):
        match call.func:
            case ast.Attribute(attr=level, value=base) if level in _LEVELS:
                name = base.func if isinstance(base, ast.Call) else base
                said = ast.unparse(name)
                if _LOGGERS.search(said) or said.endswith("getLogger"):
                    yield call


def _values(project: Project) -> Iterator[Fault]:
    for module in [*project.implementation, *project.core]:
        for call in _messages(module):
            given = [*call.args, *(each.value for each in call.keywords)]
            if name := next((n for each in given for n in _private(each)), None):
                yield at(module, call, f"{name} is logged")
        for call in module.of(ast.Call):
            if project.names.of(module, call.func) in {"print", "pprint.pprint"}:
                yield at(module, call, "print writes to the log of whoever runs the server")


def _private(node: ast.expr) -> Iterator[str]:
    """Yield the names of what must not be logged, but for those that are only measured."""
    pending: list[ast.AST] = [node]
    while pending:
        each = pending.pop()
        match each:
            case ast.Call(func=ast.Name(id="len" | "type" | "bool" | "id")):
                continue
            case ast.Name(id=name) | ast.Attribute(attr=name) if _PRIVATE.match(name):
                yield name
            case ast.Constant(value=str(name)) if name.lower() in {"authorization", "cookie"}:
                yield name
        pending += ast.iter_child_nodes(each)


def _pieced(project: Project) -> Iterator[Fault]:
    for module in [*project.implementation, *project.core]:
        for call in _messages(module):
            if call.args and _is_pieced(call.args[-1] if _is_level(call) else call.args[0]):
                yield at(module, call, "the message is put together before it is logged")


def _is_level(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "log" and len(call.args) == 2


def _is_pieced(node: ast.expr) -> bool:
    match node:
        case ast.JoinedStr(values=values):
            return any(isinstance(each, ast.FormattedValue) for each in values)
        case ast.BinOp(op=ast.Mod() | ast.Add(), left=left):
            return any(isinstance(e, ast.Constant | ast.JoinedStr) for e in inside(left))
        case ast.Call(func=ast.Attribute(attr="format", value=ast.Constant())):
            return True
    return False


def _traced(project: Project) -> Iterator[Fault]:
    for module in [*project.implementation, *project.core]:
        for call in _messages(module):
            traces = (each.value for each in call.keywords if each.arg == "exc_info")
            told = any(not _is_false(each) for each in traces)
            if told or (isinstance(call.func, ast.Attribute) and call.func.attr == "exception"):
                yield at(module, call, "a traceback is logged with the text of the exception")
        for call in module.of(ast.Call):
            name = project.names.of(module, call.func)
            if name.startswith("traceback.") and name.rpartition(".")[2] in _TRACES:
                yield at(module, call, f"{name} gives the text of the exception")


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


_HEAD = "# file: impl/todos.py\nimport logging\n\nlogger = logging.getLogger(__name__)\n\n"

RULES = (
    Rule(
        "FH602",
        "private-value-logged",
        "Logs are read, copied and kept by more people than the database, and have no policies.",
        "Log what happened and whom to ask: ids of requests, counts, names of constraints.",
        f"{_HEAD}def _refuse(token):\n    logger.warning('refused: %s', token)\n",
        f"{_HEAD}def _refuse(token):\n    logger.warning('refused: %d characters', len(token))\n",
        _values,
    ),
    Rule(
        "FH603",
        "message-put-together",
        "A message with values in it cannot be grouped, and nobody sees which values they are.",
        "Give the logger a constant message, and the values as its arguments.",
        f"{_HEAD}def _note(count):\n    logger.info(f'found {{count}}')\n",
        f"{_HEAD}def _note(count):\n    logger.info('found %d', count)\n",
        _pieced,
    ),
    Rule(
        "FH604",
        "traceback-with-values",
        "The text of an exception may carry a row, a body or a token; so does its traceback.",
        "Log the exception's type, or let ErrorBoundary (impl/core/problems.py) log its frames.",
        f"{_HEAD}def _failed():\n    logger.exception('failed')\n",
        f"{_HEAD}def _failed(error):\n    logger.error('failed: %s', type(error).__name__)\n",
        _traced,
    ),
)
