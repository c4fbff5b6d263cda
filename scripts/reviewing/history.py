"""The history of a database, as its migrations write it: tables, keys and policies."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scripts.reviewing.module import Module, inside, last
from scripts.reviewing.project import Project
from scripts.reviewing.tables import is_true, keyword
from scripts.reviewing.tracing import Step, Tracing

_NAME = r'"?(?:\w+"?\."?)?(\w+)"?'
_TABLE = rf"ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?{_NAME}\s+"
ENABLED = re.compile(_TABLE + r"ENABLE\s+ROW\s+LEVEL\s+SECURITY", re.IGNORECASE)
FORCED = re.compile(_TABLE + r"FORCE\s+ROW\s+LEVEL\s+SECURITY", re.IGNORECASE)
UNDONE = re.compile(_TABLE + r"(DISABLE|NO\s+FORCE)\s+ROW\s+LEVEL\s+SECURITY", re.IGNORECASE)
POLICY = re.compile(
    rf"(CREATE|ALTER)\s+POLICY\s+\"?\w+\"?\s+ON\s+{_NAME}\s*([^;]*)", re.IGNORECASE | re.DOTALL
)
DROPPED = re.compile(rf"DROP\s+POLICY\s+(?:IF\s+EXISTS\s+)?\"?\w+\"?\s+ON\s+{_NAME}", re.IGNORECASE)
GRANTED = re.compile(
    rf"GRANT\s+([\w,\s]+?)\s+ON\s+(?:TABLE\s+)?{_NAME}\s+TO\s+\"?(\w+)", re.IGNORECASE
)
CREATED = re.compile(
    rf"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{_NAME}\s*\((.*)", re.IGNORECASE | re.DOTALL
)
REMOVED = re.compile(rf"DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?{_NAME}", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """A statement in text, and the step that runs it; no text where that is not constant."""

    step: Step
    text: str | None


@dataclass
class TableHistory:
    """A table that migrations create, and what is done about its isolation.

    `references` are the columns of each foreign key, by its name.
    """

    name: str
    made: Step
    columns: dict[str, Step] = field(default_factory=dict)
    references: dict[str, list[str]] = field(default_factory=dict)
    key: list[str] = field(default_factory=list)
    is_enabled: bool = False
    is_forced: bool = False
    policies: list[tuple[Step, str]] = field(default_factory=list)
    grants: list[str] = field(default_factory=list)
    is_text: bool = False


@dataclass
class History:
    """What all migrations leave behind; `said` is every statement in text, `steps` every step."""

    tables: dict[str, TableHistory] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    dismantled: list[tuple[Step, str, str]] = field(default_factory=list)


def versions(project: Project) -> list[Module]:
    """Return the migrations, each behind the one that it follows."""
    found = {_assigned(m, "revision"): m for m in project.migrations if "upgrade" in m.functions}
    ordered: list[Module] = []
    pending = sorted(found.items(), key=lambda each: each[1].path)
    while pending:
        done = {_assigned(each, "revision") for each in ordered}
        ready = [p for p in pending if _before(p[1]) <= done or not (_before(p[1]) & found.keys())]
        for each in ready or pending[:1]:
            ordered.append(each[1])
            pending.remove(each)
    return ordered


def history(project: Project) -> History:
    """Return what the migrations of a project do, from the first to the last."""
    whole, tracing = History(), Tracing(project.names)
    for module in versions(project):
        for step in tracing.steps(module, "upgrade"):
            whole.steps.append(step)
            _take(whole, step)
        for step in tracing.steps(module, "downgrade"):
            if step.operation == "execute":
                whole.said += _texts(step)
    return whole


def columns(step: Step, node: ast.expr | None) -> list[str]:
    """Return the constant names in a list of columns."""
    found = step.value(node)
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def parts(step: Step, kind: str) -> Iterator[Step]:
    """Yield the constraints or columns that a table is created with."""
    return (each for each in step.parts if each.operation == kind)


def _before(module: Module) -> set[str]:
    nodes = inside(*module.globals.get("down_revision", [])[:1])
    return {str(each.value) for each in nodes if isinstance(each, ast.Constant) and each.value}


def _assigned(module: Module, name: str) -> str:
    values = module.globals.get(name, [])
    return str(values[0].value) if values and isinstance(values[0], ast.Constant) else module.name


def _take(whole: History, step: Step) -> None:
    name = step.text(0, "table_name")
    if step.operation == "create_table" and name:
        whole.tables[name] = _created(step, name)
    elif step.operation == "drop_table":
        whole.tables.pop(name, None)
    elif step.operation == "rename_table" and name in whole.tables:
        table = whole.tables.pop(name)
        table.name = step.text(1, "new_table_name")
        whole.tables[table.name] = table
    elif step.operation != "execute":
        _altered(whole, step)
    else:
        for said in _texts(step):
            whole.said.append(said)
            if said.text is not None:
                _read(whole, said)


def _created(step: Step, name: str) -> TableHistory:
    table = TableHistory(name, step)
    for column in parts(step, "Column"):
        _add(table, column)
    for key in parts(step, "PrimaryKeyConstraint"):
        table.key = [key.text(at) for at in range(len(key.call.args))]
    for reference in parts(step, "ForeignKeyConstraint"):
        own = columns(reference, reference.argument(0, "columns"))
        table.references[_called(reference, own)] = own
    return table


def _add(table: TableHistory, column: Step) -> None:
    name = column.text(0)
    table.columns[name] = column
    if is_true(keyword(column.call, "primary_key")):
        table.key.append(name)
    if any(isinstance(e, ast.Call) and last(e.func) == "ForeignKey" for e in inside(column.call)):
        table.references[name] = [name]


def _called(reference: Step, own: list[str]) -> str:
    """Return the name of a foreign key, or what is as good where it has none."""
    name = reference.value(keyword(reference.call, "name"))
    return name if isinstance(name, str) else " ".join(own)


def _altered(whole: History, step: Step) -> None:
    """Take in what a step adds to the columns and foreign keys of a table, or takes from them."""
    at = 1 if step.operation in {"create_foreign_key", "drop_constraint"} else 0
    table = whole.tables.get(step.text(at, "source_table" if at else "table_name"))
    if table is None:
        return
    match step.operation:
        case "add_column":
            for column in parts(step, "Column"):
                _add(table, column)
        case "drop_column":
            table.columns.pop(step.text(1, "column_name"), None)
        case "create_foreign_key":
            table.references[step.text(0)] = columns(step, step.argument(3, "local_cols"))
        case "drop_constraint":
            table.references.pop(step.text(0), None)


def _texts(step: Step) -> list[Said]:
    node = step.argument(0, "sqltext")
    if node is None or _is_built(step.module, node):
        return []
    found = step.value(node)
    return [Said(step, found if isinstance(found, str) else None)]


def _is_built(module: Module, node: ast.expr) -> bool:
    """Tell whether a statement is made by SQLAlchemy, and not of text."""
    names = [ast.unparse(node)]
    while isinstance(node, ast.Call | ast.Attribute):
        node = node.func if isinstance(node, ast.Call) else node.value
        names.append(ast.unparse(node))
    origin = module.imports.get(names[-1], "").partition(".")[0]
    return origin in {"sqlalchemy", "sqlmodel"} and not any(e.endswith("text") for e in names)


def _read(whole: History, said: Said) -> None:
    text = said.text or ""
    for found in CREATED.finditer(text):
        table = whole.tables[found[1]] = TableHistory(found[1], said.step, is_text=True)
        table.columns = dict.fromkeys(re.findall(r"\bowner_id\b", found[2]), said.step)
        key = re.search(r"PRIMARY\s+KEY\s*\(([^)]*)\)", found[2], re.IGNORECASE)
        table.key = [each.strip(' "') for each in key[1].split(",")] if key else []
    for found in REMOVED.finditer(text):
        whole.tables.pop(found[1], None)
    _isolate(whole, said.step, text)


def _isolate(whole: History, step: Step, text: str) -> None:
    for found in ENABLED.finditer(text):
        if table := whole.tables.get(found[1]):
            table.is_enabled = True
    for found in FORCED.finditer(text):
        if table := whole.tables.get(found[1]):
            table.is_forced = True
    _let_in(whole, step, text)
    _dismantle(whole, step, text)


def _let_in(whole: History, step: Step, text: str) -> None:
    for found in POLICY.finditer(text):
        if table := whole.tables.get(found[2]):
            table.policies.append((step, found[3]))
    for found in GRANTED.finditer(text):
        if table := whole.tables.get(found[2]):
            table.grants.append(f"{found[1]} {found[3]}".upper())


def _dismantle(whole: History, step: Step, text: str) -> None:
    for found in UNDONE.finditer(text):
        whole.dismantled.append((step, found[1], " ".join(found[2].upper().split())))
        if table := whole.tables.get(found[1]):
            table.is_enabled &= found[2].upper() != "DISABLE"
            table.is_forced &= found[2].upper() == "DISABLE"
    for found in DROPPED.finditer(text):
        whole.dismantled.append((step, found[1], "DROP POLICY"))
        if table := whole.tables.get(found[1]):
            table.policies.clear()
