"""Rules of the core: who acts is set for one transaction, and the policies stay in force."""

import ast
import re
from collections.abc import Iterator

from scripts.reviewing.module import Module
from scripts.reviewing.project import Project
from scripts.reviewing.rule import Fault, Rule, at
from scripts.reviewing.tables import is_true, keyword

_LASTING = re.compile(
    r"^\s*(SET\s+(?!LOCAL\b)(SESSION\s+)?(AUTHORIZATION\b|ROLE\b|app\.\w+\s*(=|TO))|RESET\s+(ROLE|ALL)\b)"
    r"|set_config\s*\([^)]*,\s*false\s*\)",
    re.IGNORECASE,
)
_BYPASS = re.compile(
    r"\brow_security\b|(?<!NO)BYPASSRLS|DISABLE\s+ROW\s+LEVEL|NO\s+FORCE\s+ROW|SECURITY\s+DEFINER"
    r"|session_replication_role",
    re.IGNORECASE,
)


def _lasting(project: Project) -> Iterator[Fault]:
    for module in [*project.core, *project.implementation]:
        for call in module.of(ast.Call):
            if _last(project, module, call) == "set_config" and not _is_local(module, call):
                yield at(module, call, "set_config is not told to be local to the transaction")
        for node in _constants(module):
            if _LASTING.search(str(node.value)):
                yield at(module, node, "a setting outlives its transaction")


def _last(project: Project, module: Module, call: ast.Call) -> str:
    name = project.names.of(module, call.func) or ast.unparse(call.func)
    return name.rpartition(".")[2]


def _is_local(module: Module, call: ast.Call) -> bool:
    given = call.args[2] if len(call.args) > 2 else keyword(call, "is_local")
    return given is not None and _is_said_true(module, given)


def _is_said_true(module: Module, node: ast.expr) -> bool:
    match node:
        case ast.Constant():
            return is_true(node)
        case ast.Name():
            values = module.values(node) or []
            return bool(values) and all(_is_said_true(module, each) for each in values)
        case ast.Call(func=called, args=[]):
            return ast.unparse(called).rpartition(".")[2] == "true"
        case ast.Call(args=[first, *_]):
            return _is_said_true(module, first)
    return False


def _constants(module: Module) -> Iterator[ast.Constant]:
    """Yield the texts of a module that are no docstrings."""
    for node in module.of(ast.Constant):
        is_text = isinstance(node.value, str)
        if is_text and not isinstance(module.parent(node), ast.Expr):
            yield node


def _outside(project: Project) -> Iterator[Fault]:
    for module in [*project.core, *project.implementation]:
        for name, value in _given(module):
            if _commits_each(name, value):
                yield at(module, value, "each statement is a transaction of its own")


def _given(module: Module) -> Iterator[tuple[object, ast.expr]]:
    """Yield what is given by name: to calls, in mappings, and to `set_autocommit`."""
    yield from ((node.arg, node.value) for node in module.of(ast.keyword))
    for mapping in module.of(ast.Dict):
        for key, value in zip(mapping.keys, mapping.values, strict=True):
            if isinstance(key, ast.Constant):
                yield key.value, value
    for call in module.of(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "set_autocommit":
            yield from (("autocommit", each) for each in call.args)


def _commits_each(name: object, value: ast.expr) -> bool:
    if name == "autocommit":
        return is_true(value)
    return name == "isolation_level" and "AUTOCOMMIT" in ast.unparse(value).upper()


def _bypassed(project: Project) -> Iterator[Fault]:
    for module in [*project.core, *project.implementation]:
        for node in _constants(module):
            if found := _BYPASS.search(str(node.value)):
                yield at(module, node, f"{found[0]} takes the policies out of force")
        for call in module.of(ast.Call):
            named = [each.arg for each in call.keywords]
            if "row_security" in named:
                yield at(module, call, "row_security takes the policies out of force")


RULES = (
    Rule(
        "FH203",
        "setting-not-local",
        "A setting that outlives its transaction is carried to the next user of the connection.",
        "Use set_config(name, value, true), or SET LOCAL.",
        """\
# file: impl/core/database.py
from sqlmodel import func, select

def identity(owner_id):
    return select(func.set_config("app.user_id", owner_id, False))
""",
        """\
# file: impl/core/database.py
from sqlmodel import func, select

def identity(owner_id):
    return select(func.set_config("app.user_id", owner_id, True))
""",
        _lasting,
    ),
    Rule(
        "FH204",
        "owner-outside-a-transaction",
        "Where each statement commits by itself, the role and the owner are gone before the next.",
        "Leave autocommit off, or send role, owner and statement as one implicit transaction.",
        """\
# file: impl/core/database.py
def opened(engine):
    return engine.execution_options(isolation_level="AUTOCOMMIT")
""",
        """\
# file: impl/core/database.py
def opened(engine):
    return engine.execution_options(isolation_level="REPEATABLE READ")
""",
        _outside,
    ),
    Rule(
        "FH205",
        "policies-bypassed",
        "The policies are the lock that holds when a statement is wrong.",
        "Leave row-level security in force; ask as an owner, or as nobody.",
        """\
# file: impl/core/database.py
OPTIONS = {"row_security": "off"}
""",
        """\
# file: impl/core/database.py
OPTIONS = {"role": "freehold_user"}
""",
        _bypassed,
    ),
)
