"""The tables that code declares: their columns, keys and owners."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from scripts.reviewing.module import Module, inside, parameters
from scripts.reviewing.names import Names
from scripts.reviewing.owners import OWNER_COLUMN

SHARED = "Shared"

_TABLELESS = {"set_config", "current_setting", "now", "version", "literal", "true", "false", "null"}
_TABLELESS |= {"gen_random_uuid", "bindparam"}


@dataclass(frozen=True)
class TableClass:
    """A class with `table=True`; `lineage` is itself and the classes it comes from."""

    module: Module
    node: ast.ClassDef
    lineage: tuple[tuple[Module, ast.ClassDef], ...]

    @property
    def dotted(self) -> str:
        """The name that other modules import it by."""
        return f"{self.module.name}.{self.node.name}"

    @cached_property
    def name(self) -> str:
        """The name of the table in the database."""
        for value in self._assigned("__tablename__"):
            if isinstance(value, ast.Constant):
                return str(value.value)
        return self.node.name.lower()

    @property
    def is_owned(self) -> bool:
        """Whether its rows have an owner."""
        return any(name == OWNER_COLUMN for _, name, _ in self.fields())

    @property
    def shared_because(self) -> str | None:
        """Why its rows have no owner, if that is declared."""
        if not any(each.name == SHARED for _, each in self.lineage[1:]) and not any(
            ast.unparse(base).rpartition(".")[2] == SHARED for base in self.node.bases
        ):
            return None
        said = constants([value for name, value in _bound(self.node) if name == "reason"])
        return said[-1].strip() or None if said else None

    def fields(self) -> Iterator[tuple[ast.ClassDef, str, ast.AnnAssign]]:
        """Yield the fields of the class and of what it comes from, its own first."""
        for _, each in self.lineage:
            for node in each.body:
                match node:
                    case ast.AnnAssign(target=ast.Name(id=name)):
                        yield each, name, node

    def arguments(self) -> list[ast.Call]:
        """Return the constraints and indexes in its `__table_args__`."""
        return [
            each
            for value in self._assigned("__table_args__")
            for each in inside(value)
            if isinstance(each, ast.Call)
        ]

    def _assigned(self, name: str) -> Iterator[ast.expr]:
        for _, each in self.lineage:
            yield from (value for target, value in _bound(each) if target == name)


def _bound(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    """Yield what the names in a class are bound to."""
    for each in node.body:
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def declared(names: Names, modules: list[Module]) -> list[TableClass]:
    """Return the classes with `table=True`."""
    return [
        TableClass(module, node, tuple(_lineage(names, module, node)))
        for module in modules
        for node in module.of(ast.ClassDef)
        if any(each.arg == "table" and is_true(each.value) for each in node.keywords)
    ]


def keyword(call: ast.AST | None, name: str) -> ast.expr | None:
    """Return the value that a call gives to a keyword."""
    keywords = call.keywords if isinstance(call, ast.Call) else []
    return next((each.value for each in keywords if each.arg == name), None)


def is_true(node: ast.AST | None) -> bool:
    """Tell whether an expression is `True`."""
    return isinstance(node, ast.Constant) and node.value is True


def constants(nodes: list[ast.expr]) -> list[str]:
    """Return the constant texts among expressions."""
    return [e.value for e in nodes if isinstance(e, ast.Constant) and isinstance(e.value, str)]


def in_catalog(names: Names, module: Module, key: str) -> bool:
    """Tell whether a text names a table of the database's own catalog."""
    name = key.partition(".")[0]
    home, _, own = module.imports.get(name, f"{module.name}.{name}").rpartition(".")
    found = names.module(home)
    return found is not None and any(_is_catalog(found, v) for v in found.globals.get(own, []))


def stands_for_table(names: Names, module: Module, node: ast.AST) -> bool:
    """Tell whether an expression is a table, or the class of one."""
    return is_core_table(module, node) or _is_class(names, module, node)


def has_columns(names: Names, module: Module, node: ast.Name) -> bool:
    """Tell whether the columns of a table are attributes of what a name stands for."""
    made_by = (_made(value) for value in module.values(node) or [])
    return _is_class(names, module, node) or any("aliased" in name for name in made_by)


def is_core_table(module: Module, node: ast.AST) -> bool:
    """Tell whether an expression is a `Table`, by how it is made or annotated."""
    match node:
        case ast.Attribute(attr="__table__"):
            return True
        case ast.Name(id=name):
            if values := module.values(node):
                return any("alias" in _made(v) or _made(v).endswith("Table") for v in values)
            return _is_annotated(module, node, name)
    return False


def is_tableless(names: Names, module: Module, node: ast.AST) -> bool:
    """Tell whether what is selected is of no table."""
    match node:
        case ast.Constant():
            return True
        case ast.Starred(value=value) | ast.GeneratorExp(elt=value):
            return is_tableless(names, module, value)
        case ast.Name():
            values = module.values(node) or []
            return bool(values) and all(is_tableless(names, module, each) for each in values)
        case ast.Call(func=called, args=args):
            name = names.database(module, called)
            known = name in _TABLELESS or name.startswith("pg_")
            return known or (bool(name) and all(is_tableless(names, module, a) for a in args))
    return False


def _is_annotated(module: Module, node: ast.Name, name: str) -> bool:
    for scope in module.around(node):
        if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            found = parameters(scope).get(name)
            if found and found.annotation:
                kind = ast.unparse(found.annotation).partition("[")[0].rpartition(".")[2]
                return kind in {"Table", "type", "FromClause"}
    return False


def _is_class(names: Names, module: Module, node: ast.AST) -> bool:
    found = names.class_(names.of(module, node))
    return bool(found and any(each.arg == "table" for each in found[1].keywords))


def _made(node: ast.AST) -> str:
    """Return what makes a value, if a call does."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def _is_catalog(module: Module, node: ast.expr) -> bool:
    if not (isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Table")):
        return False
    said = ast.unparse(node)
    for each in inside(node):
        if isinstance(each, ast.Name):
            said += "".join(ast.unparse(value) for value in module.globals.get(each.id, []))
    return "pg_catalog" in said or "information_schema" in said


def _lineage(
    names: Names, module: Module, node: ast.ClassDef, far: int = 8
) -> Iterator[tuple[Module, ast.ClassDef]]:
    yield module, node
    for base in node.bases if far else ():
        if found := names.class_(names.of(module, base)):
            yield from _lineage(names, *found, far - 1)
