"""Rules of the core: every statement carries the owner of the rows it touches."""

import ast
from collections.abc import Iterator

from scripts.reviewing.module import Module, inside
from scripts.reviewing.ownership import EVERY, NOTHING
from scripts.reviewing.project import Project
from scripts.reviewing.rule import Fault, Rule, at
from scripts.reviewing.statements import Statements
from scripts.reviewing.tables import declared, in_catalog
from scripts.reviewing.touching import BUILDERS

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
)
