"""Rules of the core: every statement carries the owner of the rows it touches."""

import ast
from collections.abc import Iterator

from scripts.reviewing.module import Module, inside
from scripts.reviewing.ownership import EVERY, NOTHING, OWNER_COLUMN, Ownership
from scripts.reviewing.project import Project
from scripts.reviewing.rule import Fault, Rule, at
from scripts.reviewing.rules.schema import begins
from scripts.reviewing.statements import BUILDERS, Chain, Statements
from scripts.reviewing.tables import declared, in_catalog, keyword

_SESSIONS = {"Session", "AsyncSession", "sessionmaker", "async_sessionmaker", "scoped_session"}


class Queries:
    """The statements of a project's core, as its rules ask for them."""

    def __init__(self, project: Project) -> None:
        self.names = project.names
        self.ownership = project.ownership
        modules = [*project.core, *project.implementation]
        every = declared(project.names, modules)
        self._shared = {each.dotted for each in every if each.shared_because}
        self.statements = Statements(project.names, self.ownership, self._is_unowned)

    def _is_unowned(self, module: Module, key: str) -> bool:
        name = key.partition(".")[0]
        dotted = module.imports.get(name, f"{module.name}.{name}")
        if dotted in self._shared or in_catalog(self.names, module, key):
            return True
        return self._is_derived(module, name)

    def _is_derived(self, module: Module, name: str) -> bool:
        """Tell whether a name is that of a statement, whose own tables are looked at there."""
        values = [value for found in module.named(name) for value in found]
        calls = (each for each in inside(*values) if isinstance(each, ast.Call))
        return any(self.statements.kind(module, each) for each in calls)


def _unowned(project: Project) -> Iterator[Fault]:
    queries = Queries(project)
    for module in project.core:
        for call, kind in queries.statements.begun(module):
            if kind == "insert":
                continue
            exposed = _exposed(queries, module, call)
            if exposed:
                what = f"this {kind} does not confine {', '.join(exposed)} to the owner"
                yield at(module, call, what)
        for node in module.of(ast.Call):
            name = project.names.database(module, node.func)
            if name in _SESSIONS:
                yield at(module, node, f"a {name} loads rows by their ids alone")
        yield from _handed_on(project, module)
    yield from _sources(project, queries)


def _sources(project: Project, queries: Queries) -> Iterator[Fault]:
    """Yield where a source is made of tables that its conditions do not confine."""
    ownership = queries.ownership
    for made in ownership.sources.made([*project.core, *project.implementation]):
        said = ownership.criterion(made.module, made.conditions) if made.conditions else NOTHING
        confined = said.confined()
        for table in _elements(made.tables):
            key = ownership.key(made.module, table)
            if not {key, EVERY} & confined:
                what = f"the conditions of this source do not confine {key} to the owner"
                yield at(made.module, made.call, what)


def _elements(node: ast.expr | None) -> list[ast.expr]:
    match node:
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return items
    return [node or ast.Constant(value=None)]


def _handed_on(project: Project, module: Module) -> Iterator[Fault]:
    """Yield where what begins statements is given to something else, which then begins them."""
    for node in module.of(ast.Name, ast.Attribute):
        parent = module.parent(node)
        is_given = isinstance(parent, ast.Call) and node is not parent.func
        is_kept = isinstance(parent, ast.keyword | ast.List | ast.Tuple | ast.Dict | ast.Return)
        if (is_given or is_kept) and project.names.database(module, node) in BUILDERS:
            yield at(module, node, f"{ast.unparse(node)} is handed on, so nobody sees its owner")


def _exposed(queries: Queries, module: Module, call: ast.Call) -> list[str]:
    ways = queries.statements.chains(module, call)
    found = {name for way in ways for name in way.exposed()}
    if not found:
        return []
    own = any(way.criterion.linked or way.criterion.owned for way in ways)
    outer = _around(queries, module, call) if own else frozenset()
    return sorted(found - outer)


def _around(queries: Queries, module: Module, call: ast.Call) -> frozenset[str]:
    """Return the tables that other statements of the function confine: a subquery's outer ones."""
    function = module.function(call)
    others: set[str] = set()
    for other, _ in queries.statements.begun(module):
        if other is not call and module.function(other) is function:
            ways = queries.statements.chains(module, other)
            others |= frozenset.intersection(*(way.criterion.confined() for way in ways))
    linked = (way.criterion.linked for way in queries.statements.chains(module, call))
    pairs = {pair for each in linked for pair in each if pair & others}
    return frozenset(others).union(*pairs)


def _written(project: Project) -> Iterator[Fault]:
    queries = Queries(project)
    for module in project.core:
        for call, kind in queries.statements.begun(module):
            if kind == "insert":
                yield from _inserted(queries, module, call)
            elif kind == "update":
                yield from _changed(module, call)


def _inserted(queries: Queries, module: Module, call: ast.Call) -> Iterator[Fault]:
    begun: Chain = queries.statements.chains(module, call)[0]
    if not begun.tables and not begun.is_opaque:
        return
    given = list(_values(module, call))
    if not any(_sets_owner(queries.ownership, module, each) for each in given):
        yield at(module, call, "this insert does not set owner_id to the owner")
    for upsert in _calls(module, call, {"on_conflict_do_update"}):
        yield from _replaced(module, upsert)


def _replaced(module: Module, call: ast.Call) -> Iterator[Fault]:
    """Yield upserts that may replace a row of another owner, or give one away."""
    found = keyword(call, "index_elements")
    if isinstance(found, ast.List | ast.Tuple) and found.elts and not begins(found.elts):
        yield at(module, call, "this upsert may replace a row of another owner")
    given = keyword(call, "set_")
    if given is not None and _holds_owner(module, given):
        yield at(module, call, "this upsert gives rows to another owner")


def _changed(module: Module, call: ast.Call) -> Iterator[Fault]:
    for values in _values(module, call):
        if _names_owner(module, values):
            yield at(module, call, "this update gives rows to another owner")


def _values(module: Module, call: ast.Call) -> Iterator[ast.Call]:
    """Yield the calls that give a statement its values."""
    return _calls(module, call, {"values", "from_select"})


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


def _sets_owner(ownership: Ownership, module: Module, call: ast.Call) -> bool:
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if method == "from_select":
        return "owner_id" in ast.unparse(call.args[0]) if call.args else False
    named = [each.value for each in call.keywords if each.arg == OWNER_COLUMN]
    if named:
        return ownership.is_owner(module, named[0])
    return any(_row_has_owner(ownership, module, each) for each in call.args)


def _row_has_owner(ownership: Ownership, module: Module, row: ast.expr) -> bool:
    """Tell whether a row, or each of some rows, ends with the owner set."""
    match row:
        case ast.Dict():
            return _ends_with_owner(ownership, module, row)
        case ast.List(elts=rows) if rows:
            return all(_row_has_owner(ownership, module, each) for each in rows)
        case ast.ListComp(elt=item):
            return _row_has_owner(ownership, module, item)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return any(_row_has_owner(ownership, module, each) for each in (right, left))
        case ast.Name():
            values = module.values(row) or []
            every = [*values, *_additions(module, row)]
            return any(_row_has_owner(ownership, module, each) for each in every)
    return False


def _ends_with_owner(ownership: Ownership, module: Module, row: ast.Dict) -> bool:
    """Tell whether a mapping sets the owner, and nothing that is spread into it later does."""
    for key, value in zip(reversed(row.keys), reversed(row.values), strict=True):
        if key is None and _row_has_owner(ownership, module, value):
            return True
        if key is None and not isinstance(value, ast.Call | ast.Dict):
            return False
        if isinstance(key, ast.Constant) and key.value == OWNER_COLUMN:
            return ownership.is_owner(module, value)
    return False


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


def _names_owner(module: Module, call: ast.Call) -> bool:
    if any(each.arg == OWNER_COLUMN for each in call.keywords):
        return True
    return any(_holds_owner(module, row) for row in call.args)


def _holds_owner(module: Module, row: ast.AST, far: int = 4) -> bool:
    """Tell whether values name the owner's column, through the names that they are bound to."""
    for each in inside(row):
        if isinstance(each, ast.Constant) and each.value == OWNER_COLUMN:
            return True
        if isinstance(each, ast.Name) and far and not module.is_global(each):
            values = module.values(each) or []
            if any(_holds_owner(module, value, far - 1) for value in values):
                return True
    return False


RULES = (
    Rule(
        "FH201",
        "statement-without-owner",
        "A statement that does not name the owner touches everybody's rows, but for the policies.",
        "Confine every table it touches: .where(table.c.owner_id == owner), joined by AND.",
        """\
# file: impl/core/statements.py
from sqlalchemy import Table, or_
from sqlmodel import select

def get(table: Table, owner_id: str, key: str):
    return select(table.c.id).where(or_(table.c.owner_id == owner_id, table.c.id == key))
""",
        """\
# file: impl/core/statements.py
from sqlalchemy import Table
from sqlmodel import select

def get(table: Table, owner_id: str, key: str):
    return select(table.c.id).where(_owned(table, owner_id), table.c.id == key)

def _owned(table: Table, owner_id: str):
    return table.c.owner_id == owner_id
""",
        _unowned,
    ),
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
