"""Rules of the core: a row is its owner's from the first moment on, and stays so."""

import ast
from collections.abc import Iterator

from scripts.reviewing.calls import arguments, returned
from scripts.reviewing.module import Function, Module, inside
from scripts.reviewing.owners import OWNER_COLUMN
from scripts.reviewing.project import Project
from scripts.reviewing.rule import Fault, Rule, at
from scripts.reviewing.rules.queries import Queries
from scripts.reviewing.rules.schema import begins
from scripts.reviewing.tables import keyword

_FAR = 6  # names and helpers that may stand for each other


def _written(project: Project) -> Iterator[Fault]:
    queries = Queries(project)
    rows = Rows(project)
    for module in project.core:
        for call, kind in queries.statements.begun(module):
            if kind == "insert":
                yield from _inserted(queries, rows, module, call)
            elif kind == "update":
                yield from _changed(rows, module, call)


def _inserted(queries: Queries, rows: "Rows", module: Module, call: ast.Call) -> Iterator[Fault]:
    begun = queries.statements.chains(module, call)[0]
    if not begun.tables and not begun.is_opaque:
        return
    given = list(_calls(module, call, {"values", "from_select"}))
    if not any(_sets_owner(rows, module, each) for each in given):
        yield at(module, call, "this insert does not set owner_id to the owner")
    for upsert in _calls(module, call, {"on_conflict_do_update"}):
        yield from _replaced(rows, module, upsert)


def _replaced(rows: "Rows", module: Module, call: ast.Call) -> Iterator[Fault]:
    """Yield upserts that may replace a row of another owner, or give one away."""
    found = keyword(call, "index_elements")
    values = (module.values(found) or []) if isinstance(found, ast.Name) else [found]
    for each in values:
        if isinstance(each, ast.List | ast.Tuple) and each.elts and not begins(each.elts):
            yield at(module, call, "this upsert may replace a row of another owner")
    given = keyword(call, "set_")
    if given is not None and rows.may_name_owner(module, given):
        yield at(module, call, "this upsert gives rows to another owner")


def _changed(rows: "Rows", module: Module, call: ast.Call) -> Iterator[Fault]:
    for given in _calls(module, call, {"values"}):
        named = any(each.arg == OWNER_COLUMN for each in given.keywords)
        if named or any(rows.may_name_owner(module, each) for each in given.args):
            yield at(module, call, "this update gives rows to another owner")


def _calls(module: Module, call: ast.Call, methods: set[str]) -> Iterator[ast.Call]:
    """Yield calls of some methods of a statement, from where it begins on."""
    function = module.function(call)
    name = _target(module.statement(call))
    for each in inside(function or module.tree):
        match each:
            case ast.Call(func=ast.Attribute(attr=method, value=start)) if method in methods:
                names = {ast.unparse(part) for part in inside(start) if isinstance(part, ast.Name)}
                if call in inside(start) or name in names:
                    yield each


def _target(statement: ast.stmt) -> str:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return ""


def _sets_owner(rows: "Rows", module: Module, call: ast.Call) -> bool:
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if method == "from_select":
        return OWNER_COLUMN in ast.unparse(call.args[0]) if call.args else False
    named = [each.value for each in call.keywords if each.arg == OWNER_COLUMN]
    if named:
        return rows.ownership.is_owner(module, named[0])
    return any(rows.are_owned(module, each) for each in call.args)


class Rows:
    """Reads the mappings that rows are written from, through names and helpers."""

    def __init__(self, project: Project) -> None:
        self.ownership = project.ownership
        self._names = project.names

    def are_owned(self, module: Module, row: ast.expr, far: int = _FAR) -> bool:
        """Tell whether a row, or each of some rows, ends with the owner set."""
        while isinstance(row, ast.ListComp):
            row = row.elt
        match row:
            case ast.Dict():
                return self._ends_with_owner(module, row, far)
            case ast.List(elts=items) if items:
                return all(self.are_owned(module, each, far) for each in items)
            case ast.IfExp(body=one, orelse=other):
                return all(self.are_owned(module, each, far) for each in (one, other))
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                kept = self.are_owned(module, left, far)
                kept = kept and not self.may_name_owner(module, right)
                return kept or self.are_owned(module, right, far)
            case ast.Name() | ast.Call() if far:
                return self._stands_for_owned(module, row, far - 1)
        return False

    def _stands_for_owned(self, module: Module, row: ast.Name | ast.Call, far: int) -> bool:
        if isinstance(row, ast.Call):
            found = self._names.called(module, row)
            made = returned(*found) if found else []
            return bool(made) and all(self.are_owned(found[0], each, far) for each in made)  # type: ignore[index]  # or nothing was made
        values = module.values(row) or []
        if values and all(self.are_owned(module, each, far) for each in values):
            return True
        return any(self.are_owned(module, each, far) for each in _additions(module, row))

    def _ends_with_owner(self, module: Module, row: ast.Dict, far: int) -> bool:
        """Tell whether a mapping sets the owner, and nothing that is spread into it later does."""
        for key, value in zip(reversed(row.keys), reversed(row.values), strict=True):
            if key is None and self.are_owned(module, value, far):
                return True
            if key is None and not self._is_apart(module, value):
                return False
            if isinstance(key, ast.Constant) and key.value == OWNER_COLUMN:
                return self.ownership.is_owner(module, value)
        return False

    def _is_apart(self, module: Module, value: ast.expr) -> bool:
        """Tell whether a mapping is known to leave the owner alone."""
        known = isinstance(value, ast.Dict | ast.DictComp) or (
            isinstance(value, ast.Call) and self._names.called(module, value) is not None
        )
        return known and not self.may_name_owner(module, value)

    def may_name_owner(self, module: Module, row: ast.AST, far: int = _FAR) -> bool:
        """Tell whether values name the owner's column, or names that nobody refuses to be it."""
        for each in inside(row):
            match each:
                case ast.Constant(value="owner_id"):
                    return True
                case ast.DictComp(key=ast.Name() as name) if not self._refused(module, name):
                    return True
                case ast.Name() | ast.Call() if far and self._stands_for(module, each, far - 1):
                    return True
        return False

    def _stands_for(self, module: Module, node: ast.Name | ast.Call, far: int) -> bool:
        if isinstance(node, ast.Name):
            values = [] if module.is_global(node) else module.values(node) or []
            return any(self.may_name_owner(module, each, far) for each in values)
        if found := self._names.called(module, node):
            made = [each for each in returned(*found) if isinstance(each, ast.Dict | ast.DictComp)]
            return any(self.may_name_owner(found[0], each, far) for each in made)
        return False

    def _refused(self, module: Module, name: ast.Name) -> bool:
        """Tell whether a name out of some is refused where it is the owner's column."""
        function = module.function(name)
        every = (each for node in module.around(name) for each in getattr(node, "generators", ()))
        loop = next((e for e in every if ast.unparse(e.target) == name.id), None)
        if function is None or loop is None:
            return False
        if isinstance(loop.iter, ast.Name):
            return self._refuses(module, function, loop.iter.id, _FAR)
        return isinstance(loop.iter, ast.Tuple | ast.List)

    def _refuses(self, module: Module, function: Function, name: str, far: int) -> bool:
        """Tell whether a function raises where a parameter names the owner's column."""
        for node in inside(*function.body):
            match node:
                case ast.If(test=test) if any(isinstance(e, ast.Raise) for e in node.body):
                    if {name, OWNER_COLUMN} <= _words(module, test):
                        return True
                case ast.Call() if far and (found := self._names.called(module, node)):
                    given = arguments(found[1], node).items()
                    for inner in (p for p, v in given if ast.unparse(v) == name):
                        if self._refuses(*found, inner, far - 1):
                            return True
        return False


def _words(module: Module, node: ast.expr, far: int = _FAR) -> set[str]:
    """Return the names in an expression, and the texts that they stand for."""
    found: set[str] = set()
    for each in inside(node):
        match each:
            case ast.Constant(value=str(text)):
                found.add(text)
            case ast.Name(id=name):
                found.add(name)
                for value in (module.values(each) or []) if far else ():
                    found |= _words(module, value, far - 1)
    return found


def _additions(module: Module, row: ast.Name) -> Iterator[ast.expr]:
    """Yield what is added to a mapping after it was made."""
    function = module.function(row)
    for node in inside(*function.body) if function else ():
        match node:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.BitOr(), value=value):
                added = value
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="update"), args=[value]):
                added = value
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name), slice=key)]):
                added = ast.Dict([key], [node.value])
            case _:
                continue
        if name == row.id:
            yield added


RULES = (
    Rule(
        "FH202",
        "row-without-owner",
        "A row is its owner's from the first moment on, and never becomes anybody else's.",
        "Set owner_id last, from the owner's parameter; never in an update.",
        """\
# file: impl/core/statements.py
from sqlalchemy import Table
from sqlmodel import insert

def add(table: Table, row: dict):
    return insert(table).values(row)
""",
        """\
# file: impl/core/statements.py
from sqlalchemy import Table
from sqlmodel import insert

def add(table: Table, row: dict, owner_id: str):
    return insert(table).values({**row, "owner_id": owner_id})
""",
        _written,
    ),
)
