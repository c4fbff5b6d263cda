"""Rules on SQL as text: there is none but in migrations."""

import ast
import re
from collections.abc import Iterator

from scripts.reviewing.module import Module, texts
from scripts.reviewing.project import Project
from scripts.reviewing.rule import Fault, Rule, at

_TEXT = {"text", "literal_column", "TextClause", "DDL"}
_RUNS = {"exec_driver_sql", "execute", "executemany", "executescript", "copy", "prepare"}
_COMPOSED = {"psycopg.sql.SQL", "psycopg.sql.Composed"}
_SQL = re.compile(
    r"\s*(SELECT\s.+\sFROM\s|SELECT\s+\w+\(|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\b"
    r"|WITH\s+\w+\s+AS\s*\(|(CREATE|ALTER|DROP)\s+(TABLE|ROLE|POLICY|VIEW|INDEX|FUNCTION|TRIGGER)\b"
    r"|TRUNCATE\s|GRANT\s+\S+.*\s(ON|TO)\s|SET\s+(LOCAL\s+|SESSION\s+)?(ROLE|search_path|app\.))",
    re.IGNORECASE | re.DOTALL,
)


def is_sql(text: str) -> bool:
    """Tell whether a text begins like a statement of SQL."""
    return _SQL.match(text + " ") is not None


def _raw(project: Project) -> Iterator[Fault]:
    for module in [*project.core, *project.implementation]:
        for call in module.of(ast.Call):
            yield from _called(project, module, call)
        for node in module.of(ast.JoinedStr, ast.BinOp):
            if is_sql(texts(node)) and not _is_part(module, node):
                yield at(module, node, "SQL is put together from pieces of text")


def _called(project: Project, module: Module, call: ast.Call) -> Iterator[Fault]:
    name = project.names.of(module, call.func)
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if project.names.database(module, call.func) in _TEXT or name in _COMPOSED:
        yield at(module, call, f"{name} takes SQL as text")
    elif method == "exec_driver_sql":
        yield at(module, call, "exec_driver_sql takes SQL as text")
    elif method in _RUNS and call.args and _is_text(module, call.args[0]):
        yield at(module, call, f"{method} is given SQL as text")
    elif method == "format" and is_sql(texts(call.func)):
        yield at(module, call, "SQL is put together from pieces of text")


def _is_text(module: Module, node: ast.expr) -> bool:
    """Tell whether an expression is text that a statement is read from."""
    if isinstance(node, ast.Name):
        return any(_is_text(module, each) for each in module.values(node) or [])
    return isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp) and is_sql(texts(node))


def _is_part(module: Module, node: ast.AST) -> bool:
    return any(isinstance(each, ast.BinOp | ast.JoinedStr) for each in module.around(node))


RULES = (
    Rule(
        "FH103",
        "raw-sql",
        "Text is not looked into: it may lack the owner, and what is put into it may be SQL.",
        "Build the statement with SQLModel's select, insert, update and delete, in impl/core.",
        """\
# file: impl/core/counting.py
async def count(connection, table):
    return await connection.exec_driver_sql(f"SELECT count(*) FROM {table}")
""",
        """\
# file: impl/core/counting.py
from sqlmodel import func, select

def count(table, owner_id):
    return select(func.count()).select_from(table).where(table.c.owner_id == owner_id)
""",
        _raw,
    ),
)
