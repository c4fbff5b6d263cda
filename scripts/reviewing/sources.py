"""Sources: values of the core that carry tables and the conditions on which their rows are read.

A class of sources is frozen, and has a field of tables and one of criteria. Where one is made, its
conditions must confine its tables; everywhere else they are then known to.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from scripts.reviewing.module import Module, inside, parameters
from scripts.reviewing.names import Names

_FAR = 8  # attributes and names that may stand for each other


@dataclass(frozen=True)
class Kind:
    """A class of sources, and its fields: all, that of the tables, and that of the conditions."""

    dotted: str
    fields: tuple[str, ...]
    tables: str
    conditions: str


@dataclass(frozen=True)
class Made:
    """A call that makes a source; None is what the call does not say."""

    module: Module
    call: ast.Call
    tables: ast.expr | None
    conditions: ast.expr | None


class Sources:
    """Finds sources in the modules of a project."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._kinds: dict[str, Kind | None] = {}

    def key(self, module: Module, node: ast.AST, far: int = _FAR) -> str:
        """Return the text by which the source is known that an expression is, or is part of."""
        values = (module.values(node) or []) if isinstance(node, ast.Name) else []
        if far and len(values) == 1 and (found := self.key(module, values[0], far - 1)):
            return found
        if far == 0 or self._is_source(module, node):
            return ast.unparse(node) if far else ""
        match node:
            case ast.Attribute(value=whole, attr=attribute):
                found = self._of_attribute(module, whole, attribute, far - 1)
                return found or self.key(module, whole, far - 1)
            case (
                ast.Subscript(value=whole)
                | ast.Starred(value=whole)
                | ast.Call(func=ast.Attribute(value=whole))
            ):
                return self.key(module, whole, far - 1)
        return ""

    def confined(self, module: Module, node: ast.AST) -> str:
        """Return the source of which an expression is the conditions, or nothing."""
        match node:
            case ast.Attribute(value=value, attr=attribute):
                kind = self._kind(self._class(module, value, _FAR))
                return self.key(module, value) if kind and kind.conditions == attribute else ""
        return ""

    def made(self, modules: list[Module]) -> Iterator[Made]:
        """Yield where sources are made, and where they are made of others."""
        for module in modules:
            for call in module.of(ast.Call):
                name = self._names.of(module, call.func)
                if kind := self._kind(name):
                    given = dict(zip(kind.fields, call.args, strict=False)) | _named(call)
                    yield Made(module, call, given.get(kind.tables), given.get(kind.conditions))
                elif made := self._altered(module, call, name):
                    yield made

    def _altered(self, module: Module, call: ast.Call, name: str) -> Made | None:
        """Return the source that a call makes of another one with different fields."""
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if name.rpartition(".")[2] == "replace" and call.args:
            old: ast.expr = call.args[0]
        elif isinstance(call.func, ast.Attribute) and method in {"_replace", "__replace__"}:
            old = call.func.value
        else:
            return None
        kind = self._kind(self._class(module, old, _FAR))
        if kind is None:
            return None
        given = _named(call)
        same = ast.Attribute(old, kind.conditions, ast.Load())
        tables = given.get(kind.tables, old)
        return Made(module, call, tables, given.get(kind.conditions, same))

    def _is_source(self, module: Module, node: ast.AST) -> bool:
        return self._kind(self._class(module, node, _FAR)) is not None

    def _class(self, module: Module, node: ast.AST, far: int) -> str:
        """Return the class of the project that a value is of, as a dotted name."""
        match node:
            case ast.Name(id=name) if far:
                values = module.values(node)
                if values:
                    kinds = {self._class(module, each, far - 1) for each in values}
                    return kinds.pop() if len(kinds) == 1 else ""
                return self._of_parameter(module, node, name)
            case ast.Attribute(value=value, attr=attribute) if far:
                found = self._names.class_(self._class(module, value, far - 1))
                return self._of_field(*found, attribute, far - 1) if found else ""
            case ast.Call(func=called):
                name = self._names.of(module, called)
                if function := self._names.function(name):
                    return self._annotated(function[0], function[1].returns)
                return name if self._names.class_(name) else ""
        return ""

    def _of_parameter(self, module: Module, node: ast.Name, name: str) -> str:
        function = module.function(node)
        found = parameters(function).get(name) if function else None
        if found is None:
            return ""
        owner = module.owner(node)
        if name == "self" and owner:
            return f"{module.name}.{owner.name}"
        return self._annotated(module, found.annotation)

    def _of_field(self, home: Module, node: ast.ClassDef, attribute: str, far: int) -> str:
        for each in node.body:
            match each:
                case ast.AnnAssign(target=ast.Name(id=name), annotation=said) if name == attribute:
                    return self._annotated(home, said)
        kinds = {self._class(home, value, far) for value in _assigned(home, node, attribute)}
        return kinds.pop() if len(kinds) == 1 else ""

    def _of_attribute(self, module: Module, value: ast.expr, attribute: str, far: int) -> str:
        """Return the source that an attribute is part of, by what its class binds it to."""
        found = self._names.class_(self._class(module, value, _FAR))
        keys = {self.key(found[0], v, far) for v in _assigned(*found, attribute)} if found else ()
        key = keys.pop() if keys and len(keys) == 1 else ""
        root, dot, rest = key.partition(".")
        return f"{ast.unparse(value)}.{rest}" if root == "self" and dot else ""

    def _annotated(self, module: Module, said: ast.expr | None) -> str:
        return self._names.of(module, said) if said is not None else ""

    def _kind(self, dotted: str) -> Kind | None:
        if dotted not in self._kinds:
            found = self._names.class_(dotted)
            self._kinds[dotted] = _kind(dotted, found[1]) if found else None
        return self._kinds[dotted]


def _kind(dotted: str, node: ast.ClassDef) -> Kind | None:
    """Return what a class says that it carries, if its values never change."""
    heads = " ".join(ast.unparse(each) for each in (*node.decorator_list, *node.bases))
    if "frozen=True" not in heads and "NamedTuple" not in heads:
        return None
    said = {
        each.target.id: ast.unparse(each.annotation)
        for each in node.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    }
    tables = [name for name, kind in said.items() if "Table" in kind]
    conditions = [name for name, kind in said.items() if "ColumnElement[bool]" in kind]
    if len(tables) != 1 or len(conditions) != 1:
        return None
    return Kind(dotted, tuple(said), tables[0], conditions[0])


def _assigned(home: Module, node: ast.ClassDef, attribute: str) -> Iterator[ast.expr]:
    """Yield what a class binds an attribute of its instances to."""
    for each in inside(*node.body):
        match each:
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)], value=value
            ) if name == attribute and home.owner(each) is node:
                yield value


def _named(call: ast.Call) -> dict[str, ast.expr]:
    return {each.arg: each.value for each in call.keywords if each.arg}
