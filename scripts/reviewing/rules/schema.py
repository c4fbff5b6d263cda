"""Rules on tables: every row has one owner, and every key begins with it."""

import ast
from collections.abc import Iterator

from scripts.reviewing.module import Module, inside, last
from scripts.reviewing.owners import OWNER_COLUMN
from scripts.reviewing.project import Project
from scripts.reviewing.rule import Fault, Rule, Severity, at
from scripts.reviewing.tables import TableClass, constants, declared, in_catalog, is_true, keyword


def every(project: Project) -> list[TableClass]:
    """Return the tables that a project declares."""
    return declared(project.names, [*project.implementation, *project.core])


def _owned(project: Project) -> list[TableClass]:
    return [each for each in every(project) if each.is_owned]


def _unowned(project: Project) -> Iterator[Fault]:
    for table in every(project):
        if not table.is_owned and not table.shared_because:
            yield at(table.module, table.node, f"{table.name} has no owner")
    for module in [*project.implementation, *project.core]:
        for call in module.of(ast.Call):
            name = project.names.database(module, call.func)
            if name == "Table" and not _has_owner(project, module, call):
                yield at(module, call, "this Table has no owner_id")


def _has_owner(project: Project, module: Module, call: ast.Call) -> bool:
    statement = module.statement(call)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if isinstance(target, ast.Name) and in_catalog(project.names, module, target.id):
        return True
    columns = (e for e in inside(call) if isinstance(e, ast.Call) and last(e.func) == "Column")
    return any(constants(each.args)[:1] == [OWNER_COLUMN] for each in columns)


def _keys(project: Project) -> Iterator[Fault]:
    for table in _owned(project):
        for call in table.arguments():
            if last(call.func) == "PrimaryKeyConstraint" and not begins(call.args):
                yield at(
                    table.module, call, f"the key of {table.name} does not begin with owner_id"
                )
        own = next(node for _, name, node in table.fields() if name == OWNER_COLUMN)
        primary = any(
            is_true(keyword(node.value, "primary_key"))
            for _, n, node in table.fields()
            if n == OWNER_COLUMN
        )
        if not is_true(keyword(own.value, "primary_key")) or not primary:
            yield at(table.module, table.node, f"owner_id is not in the key of {table.name}")


def begins(arguments: list[ast.expr]) -> bool:
    """Tell whether columns named by arguments begin with the owner."""
    names = constants(arguments)
    first = arguments[0] if arguments else None
    return names[:1] == [OWNER_COLUMN] or (
        isinstance(first, ast.Attribute) and first.attr == OWNER_COLUMN
    )


def _uniques(project: Project) -> Iterator[Fault]:
    for table in _owned(project):
        for call in table.arguments():
            kind, columns = last(call.func), call.args
            if kind == "Index" and is_true(keyword(call, "unique")):
                kind, columns = "UniqueConstraint", call.args[1:]
            if kind == "UniqueConstraint" and not begins(columns):
                yield at(table.module, call, f"values of {table.name} are unique across owners")
        for owner, name, node in table.fields():
            if owner is table.node and _says(node.value, "unique"):
                yield at(table.module, node, f"{name} is unique across owners")


def _says(field: ast.expr | None, name: str) -> bool:
    """Tell whether a field, or the column made for it, has an attribute that is true."""
    if is_true(keyword(field, name)):
        return True
    for each in inside(field) if field else ():
        match each:
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                if any(
                    isinstance(k, ast.Constant) and k.value == name and is_true(v) for k, v in pairs
                ):
                    return True
            case ast.Call() if each is not field and is_true(keyword(each, name)):
                return True
    return False


def _indexes(project: Project) -> Iterator[Fault]:
    for table in _owned(project):
        for call in table.arguments():
            is_unique = is_true(keyword(call, "unique"))
            if last(call.func) == "Index" and not is_unique and not begins(call.args[1:]):
                yield at(
                    table.module, call, f"an index of {table.name} does not begin with owner_id"
                )
        for owner, name, node in table.fields():
            if owner is table.node and _says(node.value, "index"):
                yield at(table.module, node, f"the index on {name} does not begin with owner_id")
    yield from _sorted(project)


def _sorted(project: Project) -> Iterator[Fault]:
    """Yield the columns that lists are sorted by and no index serves."""
    tables = {each.dotted: each for each in _owned(project)}
    for module in project.implementation:
        for call in module.of(ast.Call):
            if not project.names.of(module, call.func).endswith(".Order") or not call.args:
                continue
            for column in _columns(module, call.args[0]):
                table = tables.get(project.names.of(module, column.value))
                if table and not _is_served(table, column.attr):
                    what = f"no index (owner_id, {column.attr}, ...) serves this order"
                    yield at(module, column, what)


def _columns(module: Module, node: ast.AST) -> Iterator[ast.Attribute]:
    """Yield the columns that an expression may stand for."""
    match node:
        case ast.Call(args=[only]):
            yield from _columns(module, only)
        case ast.Subscript(value=ast.Name() as name) | (ast.Name() as name):
            for value in module.values(name) or []:
                items = value.values if isinstance(value, ast.Dict) else [value]
                for each in items:
                    if not isinstance(each, ast.Name):
                        yield from _columns(module, each)
        case ast.Attribute():
            yield node


def _is_served(table: TableClass, column: str) -> bool:
    if column in {OWNER_COLUMN, "id"}:
        return True
    calls = table.arguments()
    indexes = [call.args[1:] for call in calls if last(call.func) == "Index"]
    # PostgreSQL keeps values unique by an index on them.
    indexes += [call.args for call in calls if last(call.func) == "UniqueConstraint"]
    return any(constants(each)[:2] == [OWNER_COLUMN, column] for each in indexes)


_TABLE = (
    "# file: impl/tables.py\nfrom impl.core.owned import Entity\nfrom sqlmodel import {names}\n\n"
)
_OWNED = """\
# file: impl/core/owned.py
from sqlmodel import Field, SQLModel

class Owned(SQLModel):
    owner_id: str = Field(primary_key=True)

class Entity(Owned):
    id: str = Field(primary_key=True)
"""


def example(names: str, body: str) -> str:
    """Return a project of a table that imports names and has this body."""
    head = f"{_OWNED}{_TABLE.format(names=names)}class NoteRow(Entity, table=True):\n"
    return head + "".join(f"    {line}\n" for line in body.splitlines())


RULES = (
    Rule(
        "FH301",
        "table-without-owner",
        "A row without an owner is everybody's.",
        "Make it an Entity, or Shared with a line that says why: reason: ClassVar[str] = '...'.",
        "# file: impl/tables.py\nfrom sqlmodel import SQLModel\n\n"
        "class NoteRow(SQLModel, table=True):\n    title: str\n",
        example("Field", "title: str"),
        _unowned,
    ),
    Rule(
        "FH302",
        "key-not-by-owner",
        "Look-ups stay with one owner, and references compare owners, if the key begins with it.",
        "Begin the primary key with owner_id.",
        example("Field", "owner_id: str = Field(max_length=128)"),
        example("Field", "owner_id: str = Field(primary_key=True, max_length=128)"),
        _keys,
    ),
    Rule(
        "FH303",
        "unique-across-owners",
        "A value that another owner has taken is refused, which tells that it is there.",
        "Begin the constraint with owner_id.",
        example("UniqueConstraint", '__table_args__ = (UniqueConstraint("title"),)'),
        example("UniqueConstraint", '__table_args__ = (UniqueConstraint("owner_id", "title"),)'),
        _uniques,
    ),
    Rule(
        "FH305",
        "index-not-by-owner",
        "Every query names the owner: an index that does not begin with it serves none of them.",
        "Index (owner_id, column, id), for every column that a list is sorted by.",
        example("Index", '__table_args__ = (Index("note_by_title", "title"),)'),
        example("Index", '__table_args__ = (Index("note_by_title", "owner_id", "title", "id"),)'),
        _indexes,
        Severity.WARNING,
    ),
)
