"""Tables, the column of their owner, and owners themselves, told among expressions."""

import ast

from scripts.reviewing.calls import arguments, returned
from scripts.reviewing.module import Module
from scripts.reviewing.names import Names
from scripts.reviewing.sources import Sources

OWNER_COLUMN = "owner_id"
OWNER_NAMES = frozenset({"owner", "owner_id", "user_id", "subject", "sub"})
REQUESTS = frozenset({"body", "request", "payload", "data", "form", "values", "item", "params"})

_FAR = 12  # helpers that may call each other
_COLUMNS = {"c", "columns"}
_WRAPPERS = {"literal", "cast", "coalesce", "nullif", "type_coerce"}


class Owners:
    """Tells what expressions of a project stand for."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.sources = Sources(names)

    def key(self, module: Module, node: ast.AST, far: int = _FAR) -> str:
        """Return the text that a table, or a source of tables, is known by within a function."""
        if source := self.sources.key(module, node):
            return source
        while isinstance(node, ast.Attribute) and node.attr == "__table__":
            node = node.value
        if isinstance(node, ast.Call) and far and (given := self._passed(module, node, far - 1)):
            return self.key(module, given, far - 1)
        if isinstance(node, ast.Name) and len(values := module.values(node) or []) == 1:
            value = values[0]
            if isinstance(value, ast.Attribute) and value.attr == "__table__":
                return self.key(module, value)
            if isinstance(value, ast.Name) and value.id != node.id:
                return self.key(module, value)
        return ast.unparse(node)

    def _passed(self, module: Module, call: ast.Call, far: int) -> ast.expr | None:
        """Return the argument of which a helper returns the table, if that is what it does."""
        found = self._names.called(module, call)
        if found is None:
            return None
        names = {self.key(found[0], each, far) for each in returned(*found)}
        return arguments(found[1], call).get(names.pop()) if len(names) == 1 else None

    def column(self, module: Module, node: ast.AST) -> str:
        """Return the table of which an expression is the owner's column, or nothing."""
        match node:
            case ast.Attribute(attr=name, value=ast.Attribute(attr=columns, value=table)):
                if name == OWNER_COLUMN and columns in _COLUMNS:
                    return self.key(module, table)
            case ast.Subscript(
                value=ast.Attribute(attr=columns, value=table), slice=ast.Constant(value=name)
            ):
                if name == OWNER_COLUMN and columns in _COLUMNS:
                    return self.key(module, table)
            case ast.Call(func=called, args=[only]) if self._names.database(module, called):
                return self.column(module, only)
            case ast.Name() if len(values := module.values(node) or []) == 1:
                return self.column(module, values[0])
        if isinstance(node, ast.Attribute) and node.attr == OWNER_COLUMN:
            return self.key(module, node.value) if self._is_table(module, node.value) else ""
        return ""

    def is_owner(self, module: Module, node: ast.AST, far: int = _FAR) -> bool:
        """Tell whether an expression stands for the owner who asks."""
        match node:
            case ast.Name():
                values = module.bindings(node)
                if values:
                    return far > 0 and all(self.is_owner(module, v, far - 2) for v in values)
                return module.is_parameter(node) and node.id.lstrip("_") in OWNER_NAMES
            case ast.Attribute(attr=name, value=value):
                asked = isinstance(value, ast.Name) and value.id in REQUESTS
                known = name.lstrip("_") in OWNER_NAMES and not asked
                return known and not self.column(module, node)
            case ast.Call() if far > 0:
                return self._makes_owner(module, node, far - 1)
        return False

    def _is_table(self, module: Module, node: ast.AST) -> bool:
        if self._names.class_(self._names.of(module, node)):
            return True
        if not isinstance(node, ast.Name):
            return False
        values = module.values(node) or []
        made = any(isinstance(v, ast.Call) and "alias" in ast.unparse(v.func) for v in values)
        return made or (not values and node.id[:1].isupper())

    def _makes_owner(self, module: Module, call: ast.Call, far: int) -> bool:
        name = self._names.database(module, call.func)
        first = call.args[0] if call.args else None
        if name == "bindparam":
            return first is not None and self._names_owner(module, first)
        if name == "current_setting":
            return first is not None and "user_id" in ast.unparse(first)
        if name in _WRAPPERS:
            return first is not None and self.is_owner(module, first, far)
        found = self._names.called(module, call)
        if found is None:
            return False
        results = returned(*found)
        if first is not None and any(self._binds(found[0], each) for each in results):
            return self._names_owner(module, first)
        return bool(results) and all(self.is_owner(found[0], each, far) for each in results)

    def _binds(self, module: Module, node: ast.AST) -> bool:
        """Tell whether an expression is a parameter of a statement, named by the first argument."""
        match node:
            case ast.Call(func=called, args=[ast.Name() as first, *_]):
                return self._names.database(module, called) == "bindparam" and (
                    module.is_parameter(first)
                )
        return False

    def _names_owner(self, module: Module, node: ast.AST) -> bool:
        if isinstance(node, ast.Constant):
            return isinstance(node.value, str) and "owner" in node.value
        name = self._names.of(module, node) or ast.unparse(node)
        return "OWNER" in name.rpartition(".")[2]
