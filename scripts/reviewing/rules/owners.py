"""Rules of implementations: the owner is the token's, and nothing that a request says."""

import ast
from collections.abc import Iterator

from scripts.reviewing.module import Module, inside
from scripts.reviewing.owners import REQUESTS
from scripts.reviewing.project import Project
from scripts.reviewing.rule import Fault, Rule, at
from scripts.reviewing.scopes import is_scope

_OWNERS = {"owner_id", "user_id"}
_READERS = {"get", "pop", "setdefault"}


def _requested(project: Project) -> Iterator[Fault]:
    for module in project.implementation:
        for node in module.nodes:
            name = _from_request(module, node)
            if name and not _is_harmless(module, node):
                yield at(module, node, f"{name} of the request is used as an owner")
            yield from _written(module, node)


def _from_request(module: Module, node: ast.AST) -> str:
    """Return what an owner is taken from, if it is a parameter or part of one."""
    match node:
        case ast.Name(id=name, ctx=ast.Load()) if name in _OWNERS and module.is_parameter(node):
            return "" if module.values(node) else name
        case ast.Attribute(value=ast.Name() as base, attr=name) if name in _OWNERS:
            return f"{base.id}.{name}" if _is_body(module, base) else ""
        case ast.Subscript(value=base, slice=ast.Constant(value=str(name))) if name in _OWNERS:
            is_read = isinstance(node.ctx, ast.Load)
            return f"{ast.unparse(base)}[{name!r}]" if is_read else ""
        case ast.Call(
            func=ast.Attribute(attr=method, value=base), args=[ast.Constant(value=str(name)), *_]
        ) if method in _READERS and name in _OWNERS:
            return f"{ast.unparse(base)}.{method}({name!r})"
    return ""


def _is_body(module: Module, base: ast.Name) -> bool:
    if is_scope(module, base):
        return False
    return base.id in REQUESTS or (module.is_parameter(base) and not module.values(base))


def _is_harmless(module: Module, node: ast.AST) -> bool:
    """Tell whether an owner is only compared with the caller, or part of an address."""
    parent = module.parent(node)
    if isinstance(parent, ast.FormattedValue):
        return True
    if not isinstance(parent, ast.Compare):
        return False
    others = [each for each in (parent.left, *parent.comparators) if each is not node]
    return all(_is_callers(module, each) or isinstance(each, ast.Constant) for each in others)


def _is_callers(module: Module, node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=base, attr="owner_id"):
            return is_scope(module, base)
    return False


def _written(module: Module, node: ast.AST) -> Iterator[Fault]:
    """Yield where rows are given an owner, or chosen by one."""
    match node:
        case ast.Dict(keys=keys):
            names = [each.value for each in keys if isinstance(each, ast.Constant)]
            if "owner_id" in names:
                yield at(module, node, "owner_id is among the values")
        case ast.Subscript(slice=ast.Constant(value="owner_id"), ctx=ast.Store()):
            yield at(module, node, "owner_id is among the values")
        case ast.keyword(arg="owner_id"):
            yield at(module, node.value, "owner_id is given by name")
        case ast.Compare() if any(_is_column(module, e) for e in (node.left, *node.comparators)):
            yield at(module, node, "owner_id is a criterion")


def _is_column(module: Module, node: ast.AST) -> bool:
    """Tell whether an expression is the owner's column of a table."""
    while isinstance(node, ast.Call) and len(node.args) == 1:
        node = node.args[0]
    match node:
        case ast.Attribute(attr="owner_id", value=ast.Attribute(attr="c" | "columns")):
            return True
        case ast.Attribute(attr="owner_id", value=ast.Name(id=name) as base):
            return name[:1].isupper() and not module.is_parameter(base)
    return False


def _checked(project: Project) -> Iterator[Fault]:
    for module in project.implementation:
        for compare in module.of(ast.Compare):
            for each in (compare.left, *compare.comparators):
                if _is_of_row(module, each):
                    what = f"{ast.unparse(each)} is compared after the row was read"
                    yield at(module, compare, what)


def _is_of_row(module: Module, node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name() as base, attr=name) if name in _OWNERS:
            if is_scope(module, base) or base.id in REQUESTS:
                return False
            read = module.values(base) or []
            return any(isinstance(e, ast.Await) for value in read for e in inside(value)) or (
                not module.is_parameter(base) and not base.id[:1].isupper()
            )
    return False


RULES = (
    Rule(
        "FH106",
        "owner-from-the-request",
        "A client may send any id: who it names is not who asks. The scope sets the owner itself.",
        "Leave the owner to the scope; `scope.owner_id` says who it is.",
        """\
# file: impl/todos.py
async def create_todo(scope, body):
    return await scope.add(TodoRow, {"title": body.title, "list": body.owner_id}, Todo)
""",
        """\
# file: impl/users.py
async def get_profile(scope, user_id):
    if user_id != scope.owner_id:
        raise NotFound
    return await scope.mine(ProfileRow, Profile)
""",
        _requested,
    ),
    Rule(
        "FH112",
        "fetched-then-checked",
        "A row that must be checked was read without its owner, and the answer tells it is there.",
        "Read by the scope, which finds nothing but the caller's rows.",
        """\
# file: impl/todos.py
async def get_todo(scope, todo_id):
    row = await load(todo_id)
    if row.owner_id != scope.owner_id:
        raise NotFound
    return row
""",
        """\
# file: impl/todos.py
async def get_todo(scope, todo_id):
    return await scope.get(TodoRow, todo_id, Todo)
""",
        _checked,
    ),
)
