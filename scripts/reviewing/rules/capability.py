"""Rules of implementations: the scope is the one way in which they reach the database."""

import ast
from collections.abc import Iterator

from scripts.reviewing.module import Module
from scripts.reviewing.project import Project
from scripts.reviewing.rule import Fault, Rule, at
from scripts.reviewing.scopes import is_scope
from scripts.reviewing.touching import BUILDERS, COMBINED

_STATEMENTS = BUILDERS | COMBINED | {"text", "literal_column", "TextClause", "join", "outerjoin"}
_SESSIONS = frozenset(
    {"Session", "AsyncSession", "sessionmaker", "async_sessionmaker", "scoped_session"}
    | {"create_engine", "create_async_engine", "Engine", "AsyncEngine"}
    | {"Connection", "AsyncConnection", "async_scoped_session", "object_session", "Query"}
)
_DRIVERS = {"psycopg", "psycopg2", "psycopg_pool", "asyncpg", "pg8000", "aiopg"}
# What a scope is called with, and what of it is refused; all else builds or runs statements.
_WHOLE = {"etags", "ids", "problems", "unauthenticated"}
_WORDS = {
    "criteria": {"matching", "related"},
    "issuing": {"Renewal"},
    "jws": {"digest"},
    "owned": {"Entity", "Owned", "Shared", "Versioned"},
    "paging": {"Order", "Page"},
    "reading": {"Aggregate"},
    "scope": {"UserScope"},
    "source": {"Join"},
}
_MAKERS = {"impl.core.gate", "impl.core.scope"}
_ASSEMBLY = "impl.app"


def _outside(project: Project) -> list[Module]:
    return [each for each in project.implementation if each.name != _ASSEMBLY]


def _uses(module: Module) -> Iterator[ast.expr]:
    """Yield the names that are used, the longest dotted ones."""
    for node in module.of(ast.Name, ast.Attribute):
        if not isinstance(module.parent(node), ast.Attribute):
            yield node
    yield from module.of(ast.Call)


def _statements(project: Project) -> Iterator[Fault]:
    for module in project.implementation:
        for node in _uses(module):
            name = project.names.of(module, node)
            parts = name.split(".")
            known = project.names.database(module, node) in _STATEMENTS | _SESSIONS
            if known or parts[0] in _DRIVERS:
                yield at(module, node, f"{name} is used outside impl/core")
        for plain in module.every_import():
            yield from _imported(module, plain)
        yield from _queries(module)


def _imported(module: Module, node: ast.Import | ast.ImportFrom) -> Iterator[Fault]:
    source = getattr(node, "module", None) or ""
    for each in node.names:
        whole = f"{source}.{each.name}" if source else each.name
        parts = whole.split(".")
        forbidden = parts[0] in {"sqlalchemy", "sqlmodel"} and parts[-1] in _STATEMENTS | _SESSIONS
        if parts[0] in _DRIVERS or forbidden:
            yield at(module, node, f"{whole} is imported outside impl/core")


def _queries(module: Module) -> Iterator[Fault]:
    """Yield statements that are begun from a table itself."""
    for node in module.of(ast.Attribute):
        match node:
            case ast.Attribute(attr=method, value=ast.Attribute(attr="__table__")):
                if method in BUILDERS:
                    yield at(module, node, f"__table__.{method} is used outside impl/core")
            case ast.Attribute(attr="exec_driver_sql" | "cursor" as method):
                yield at(module, node, f"{method} is used outside impl/core")


def _internals(project: Project) -> Iterator[Fault]:
    for module in _outside(project):
        for node in module.every_import():
            source = getattr(node, "module", None) or ""
            for each in node.names:
                name = f"{source}.{each.name}" if source else each.name
                if _is_internal(name):
                    yield at(module, node, f"{name} is imported by an implementation")
        for used in _uses(module):
            name = project.names.of(module, used)
            if _is_internal(name):
                yield at(module, used, f"{name} is used by an implementation")


def _is_internal(name: str) -> bool:
    """Tell whether a dotted name is of the core, and no word of the capability."""
    match name.split("."):
        case ["impl", "core", inner, *rest] if inner not in _WHOLE:
            return not rest or rest[0] not in _WORDS.get(inner, ())
    return False


def _reaching(project: Project) -> Iterator[Fault]:
    for module in project.implementation:
        for node in module.of(ast.Attribute):
            if node.attr.startswith("_UserScope__"):
                yield at(module, node, f"{node.attr} is private to the scope")
            elif is_scope(module, node.value):
                yield from _private(module, node)
        for call in module.of(ast.Call):
            yield from _by_name(module, call)


def _private(module: Module, node: ast.Attribute) -> Iterator[Fault]:
    if node.attr.startswith("_"):
        yield at(module, node, f"{node.attr} is private to the scope")
    elif not isinstance(node.ctx, ast.Load):
        yield at(module, node, f"{node.attr} of the scope is changed")


def _by_name(module: Module, call: ast.Call) -> Iterator[Fault]:
    named = ast.unparse(call.func).rpartition(".")[2]
    readers = {
        "getattr",
        "setattr",
        "delattr",
        "hasattr",
        "vars",
        "__getattribute__",
        "__setattr__",
    }
    if named in readers | {"attrgetter", "methodcaller"}:
        texts = [a.value for a in call.args if isinstance(a, ast.Constant)]
        if any("_UserScope__" in str(text) for text in texts):
            yield at(module, call, "a private attribute of the scope is reached by name")
        elif named in readers and call.args and is_scope(module, call.args[0]):
            yield at(module, call, f"{named} is used on the scope")


def _made(project: Project) -> Iterator[Fault]:
    for module in [*project.implementation, *project.core]:
        if module.name in _MAKERS:
            continue
        for call in module.of(ast.Call):
            name = project.names.of(module, call.func)
            again = isinstance(call.func, ast.Call) and _type_of_scope(module, call.func)
            if name.endswith(".UserScope") or again or _is_copy(module, call):
                yield at(module, call, "a scope is made, which only the gate does")


def _type_of_scope(module: Module, call: ast.Call) -> bool:
    return ast.unparse(call.func) == "type" and bool(call.args) and is_scope(module, call.args[0])


def _is_copy(module: Module, call: ast.Call) -> bool:
    named = ast.unparse(call.func).rpartition(".")[2]
    return named in {"copy", "deepcopy", "replace"} and any(is_scope(module, a) for a in call.args)


RULES = (
    Rule(
        "FH101",
        "statement-outside-core",
        "What is written outside impl/core does not carry the owner: it reads anybody's rows.",
        "Use a method of the scope; if it has none for this, add one to impl/core.",
        """\
# file: impl/todos.py
from sqlmodel import select as s
from impl.tables import TodoRow

async def list_todos(scope):
    return s(TodoRow)
""",
        """\
# file: impl/todos.py
from sqlmodel import col
from impl.tables import TodoRow

async def list_todos(scope):
    return await scope.find(TodoRow, Todo, col(TodoRow.done), limit=20)
""",
        _statements,
    ),
    Rule(
        "FH102",
        "core-internals-imported",
        "Below the scope there are statements and connections of no owner in particular.",
        "Import UserScope and what it is called with: Order, Join, Aggregate, related, matching.",
        "# file: impl/todos.py\nfrom impl.core.database import Database\n",
        "# file: impl/todos.py\nfrom impl.core.scope import UserScope\n",
        _internals,
    ),
    Rule(
        "FH104",
        "reaching-through-the-scope",
        "What the scope hides is what runs statements for any owner.",
        "Use the public methods of the scope.",
        """\
# file: impl/todos.py
async def get_todo(scope, todo_id):
    return await scope._UserScope__database.run("ada", todo_id, {})
""",
        """\
# file: impl/todos.py
async def get_todo(scope, todo_id):
    return await scope.get(TodoRow, todo_id, Todo)
""",
        _reaching,
    ),
    Rule(
        "FH105",
        "scope-made-outside-the-gate",
        "A scope is bought with a verified token; one made elsewhere is of whoever is named.",
        "Use the scope that the operation is handed.",
        """\
# file: impl/todos.py
from impl.core.scope import UserScope

async def get_todo(scope, todo_id):
    return await UserScope("ada", frozenset(), None, None).get(TodoRow, todo_id, Todo)
""",
        """\
# file: impl/core/gate.py
from impl.core.scope import UserScope

def admit(caller, database, cursors):
    return UserScope(caller.user_id, caller.scopes, database, cursors)
""",
        _made,
    ),
)
