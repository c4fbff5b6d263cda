"""Rules on references: a row refers to rows of its own owner, and to ones that are there."""

import ast
from collections.abc import Container, Iterator

from scripts.reviewing.module import inside, last
from scripts.reviewing.owners import OWNER_COLUMN
from scripts.reviewing.project import Project
from scripts.reviewing.rule import Fault, Rule, at
from scripts.reviewing.rules.schema import every, example
from scripts.reviewing.tables import TableClass, constants, keyword

_KEEPS = {"CASCADE", "RESTRICT", "NO ACTION"}


def _references(project: Project) -> Iterator[Fault]:
    for table in every(project):
        for call in table.arguments():
            if last(call.func) == "ForeignKeyConstraint":
                for what in faults_of_reference(*_sides(call), call):
                    yield at(table.module, call, what)
        for owner, name, node in table.fields():
            calls = [e for e in inside(node) if isinstance(e, ast.Call)]
            single = any(last(each.func) == "ForeignKey" for each in calls)
            refers = single or keyword(node.value, "foreign_key") is not None
            if refers and owner is table.node and table.is_owned:
                yield at(table.module, node, f"{name} refers to a row without its owner")


def faults_of_reference(own: list[str], other: list[str], call: ast.Call) -> Iterator[str]:
    """Say what is wrong with a reference of columns to others, and what it does to them."""
    if own[:1] != [OWNER_COLUMN] or not other or not other[0].endswith(OWNER_COLUMN):
        yield "the reference does not begin with owner_id on both sides"
    for action in ("ondelete", "onupdate"):
        given = keyword(call, action)
        said = str(given.value).upper() if isinstance(given, ast.Constant) else None
        if said is None:
            continue
        only = said.startswith("SET NULL (") and OWNER_COLUMN.upper() not in said
        if said not in _KEEPS and not only:
            yield f"{action} {said} changes owner_id"
        elif action == "onupdate" and said == "CASCADE":
            yield "onupdate CASCADE hands rows to another owner"


def refers(column: str, tables: Container[str]) -> bool:
    """Tell whether a column is named after a table that it refers to."""
    return column.endswith("_id") and column.removesuffix("_id") in tables


def _unbound(project: Project) -> Iterator[Fault]:
    tables = {each.name for each in every(project)}
    for table in every(project):
        for owner, name, node in table.fields():
            bound = "oreign" in ast.unparse(node) or name in _bound(table)
            if owner is table.node and refers(name, tables) and not bound:
                yield at(table.module, node, f"{name} of {table.name} references nothing")


def _bound(table: TableClass) -> set[str]:
    """Return the columns of the foreign keys of a table."""
    keys = (call for call in table.arguments() if last(call.func) == "ForeignKeyConstraint")
    return {name for key in keys for name in _sides(key)[0]}


def _sides(key: ast.Call) -> tuple[list[str], list[str]]:
    """Return the columns that a foreign key is of, and those that it refers to."""
    sides = [each.elts if isinstance(each, ast.List | ast.Tuple) else [] for each in key.args[:2]]
    own, other = [*map(constants, sides), [], []][:2]
    return own, other


RULES = (
    Rule(
        "FH304",
        "reference-across-owners",
        "Checks of foreign keys bypass policies: a reference without the owner reaches any row.",
        "Refer by (owner_id, id), with ON DELETE CASCADE, RESTRICT or SET NULL (column).",
        example("Field", 'list_id: str = Field(foreign_key="list.id")'),
        example(
            "ForeignKeyConstraint",
            "__table_args__ = (\n    ForeignKeyConstraint("
            '["owner_id", "list_id"], ["list.owner_id", "list.id"], ondelete="CASCADE"),\n)',
        ),
        _references,
    ),
    Rule(
        "FH306",
        "field-that-references-nothing",
        "Only a foreign key sees to it that what is named is there, and is the same owner's.",
        "Add a ForeignKeyConstraint of (owner_id, column).",
        example("Field", "notes: str\nnoterow_id: str"),
        example(
            "ForeignKeyConstraint",
            "__table_args__ = (\n    ForeignKeyConstraint("
            '["owner_id", "noterow_id"], ["noterow.owner_id", "noterow.id"]),\n)\n'
            "noterow_id: str",
        ),
        _unbound,
    ),
)
