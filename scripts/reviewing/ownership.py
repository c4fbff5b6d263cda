"""What criteria say of owners: which tables' rows an expression confines to the owner's.

The owner's criterion is an equality of a column `owner_id` with a value that stands for the owner.
Helpers are followed, so what counts is what they return and not what they are called.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from scripts.reviewing.module import Function, Module, inside, parameters
from scripts.reviewing.names import Names

OWNER_COLUMN = "owner_id"
OWNER_NAMES = frozenset({"owner", "owner_id", "user_id", "subject", "sub"})
REQUESTS = frozenset({"body", "request", "payload", "data", "form", "values", "item", "params"})
EVERY = "*"

_FAR = 8  # helpers that may call each other
_ADDING = {"append", "extend", "insert"}
_COLUMNS = {"c", "columns"}
_WRAPPERS = {"literal", "cast", "coalesce", "nullif", "type_coerce"}


@dataclass(frozen=True)
class Criterion:
    """The tables that are confined to the owner, and pairs of tables with an equal owner."""

    owned: frozenset[str] = frozenset()
    linked: frozenset[frozenset[str]] = frozenset()

    def __or__(self, other: "Criterion") -> "Criterion":
        return Criterion(self.owned | other.owned, self.linked | other.linked)

    def __and__(self, other: "Criterion") -> "Criterion":
        return Criterion(self.owned & other.owned, self.linked & other.linked)

    def confined(self) -> frozenset[str]:
        """Return the tables that are confined, directly or by the owner of another."""
        found = set(self.owned)
        for _ in self.linked:
            found |= {key for pair in self.linked if pair & found for key in pair}
        return frozenset(found)


NOTHING = Criterion()


def both(every: Iterable[Criterion]) -> Criterion:
    """Return what holds where all criteria do."""
    return reduce(Criterion.__or__, every, NOTHING)


def either(every: Iterable[Criterion]) -> Criterion:
    """Return what holds where any one of the criteria does."""
    known = list(every)
    return reduce(Criterion.__and__, known) if known else NOTHING


class Ownership:
    """Reads criteria in the modules of a project."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def key(self, module: Module, node: ast.AST) -> str:
        """Return the text that a table is known by within a function."""
        while isinstance(node, ast.Attribute) and node.attr == "__table__":
            node = node.value
        if isinstance(node, ast.Name) and len(values := module.values(node) or []) == 1:
            value = values[0]
            if isinstance(value, ast.Attribute) and value.attr == "__table__":
                return self.key(module, value)
            if isinstance(value, ast.Name) and value.id != node.id:
                return self.key(module, value)
        return ast.unparse(node)

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

    def criterion(self, module: Module, node: ast.AST, far: int = _FAR) -> Criterion:
        """Return what an expression, or a list of them, says of owners."""
        match node:
            case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
                return self._equality(module, left, right)
            case ast.ListComp(elt=item) | ast.GeneratorExp(elt=item) | ast.SetComp(elt=item):
                return self._repeated(self.criterion(module, item, far), node)
            case ast.Name() if far > 0:
                return self._of_name(module, node, far - 1)
            case ast.Call() if far > 0:
                return self._of_call(module, node, far - 1)
        return self._combined(module, node, far)

    def _combined(self, module: Module, node: ast.AST, far: int) -> Criterion:
        """Return what an expression says that only joins others together."""
        match node:
            case ast.BinOp(left=left, op=ast.BitAnd() | ast.Add(), right=right):
                return both(self.criterion(module, each, far) for each in (left, right))
            case (
                ast.BinOp(left=one, op=ast.BitOr(), right=other) | ast.IfExp(body=one, orelse=other)
            ):
                return either(self.criterion(module, each, far) for each in (one, other))
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                return both(self.criterion(module, each, far) for each in items)
            case ast.Starred(value=value) | ast.Await(value=value):
                return self.criterion(module, value, far)
        return NOTHING

    def returned(self, module: Module, function: Function) -> list[ast.expr]:
        """Return the expressions that a function returns."""
        found = (each for each in inside(function) if isinstance(each, ast.Return))
        own = (each for each in found if module.function(each) is function)
        return [each.value or ast.Constant(value=None) for each in own]

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
        results = self.returned(*found)
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

    def _equality(self, module: Module, left: ast.AST, right: ast.AST) -> Criterion:
        first, second = self.column(module, left), self.column(module, right)
        if first and second:
            return Criterion(linked=frozenset([frozenset([first, second])]))
        for table, value in ((first, right), (second, left)):
            if table and self.is_owner(module, value):
                return Criterion(frozenset([table]))
        return NOTHING

    def _repeated(
        self, item: Criterion, node: ast.ListComp | ast.GeneratorExp | ast.SetComp
    ) -> Criterion:
        """Return what holds of every table that a comprehension goes through."""
        targets = {ast.unparse(each.target) for each in node.generators if not each.ifs}
        return Criterion(frozenset([EVERY])) if targets & item.owned else item

    def _of_name(self, module: Module, node: ast.Name, far: int) -> Criterion:
        values = module.bindings(node) or []
        made = (value for value in values if not _extends(value, node.id))
        found = either(self.criterion(module, value, far - 1) for value in made)
        scope = module.function(node)
        for each in inside(*scope.body) if scope and values else ():
            match each:
                case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                    if name == node.id:
                        return NOTHING
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=how), args=args):
                    if name == node.id and how in {"clear", "pop", "remove"}:
                        return NOTHING
                    always = module.parent(module.statement(each)) is scope
                    if name == node.id and how in _ADDING and always and args:
                        found |= self.criterion(module, args[-1], far)
        return found

    def _of_call(self, module: Module, call: ast.Call, far: int) -> Criterion:
        name = self._names.database(module, call.func)
        parts = [self.criterion(module, each, far) for each in call.args]
        if name == "and_" or (
            isinstance(call.func, ast.Name) and call.func.id in {"list", "tuple"}
        ):
            return both(parts)
        if name == "or_":
            return either(parts)
        found = self._names.called(module, call)
        if found is None:
            return NOTHING
        said = either(self.criterion(found[0], r, far) for r in self.returned(*found))
        return self.named(said, module, found[1], call)

    def named(
        self, said: Criterion, module: Module, function: Function, call: ast.Call
    ) -> Criterion:
        """Return what a helper says, with its parameters named as the call names them."""
        names = {name: self.key(module, node) for name, node in arguments(function, call).items()}

        def renamed(key: str) -> str:
            first, dot, rest = key.partition(".")
            return names.get(first, first) + dot + rest

        linked = frozenset(frozenset(map(renamed, pair)) for pair in said.linked)
        return Criterion(frozenset(map(renamed, said.owned)), linked)


def _extends(value: ast.expr, name: str) -> bool:
    """Tell whether a value is that of a name with more added to it."""
    match value:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            parts: list[ast.expr] = [left, right]
        case ast.List(elts=items) | ast.Tuple(elts=items):
            parts = [each.value for each in items if isinstance(each, ast.Starred)]
        case _:
            return False
    return any(isinstance(each, ast.Name) and each.id == name for each in parts)


def arguments(function: Function, call: ast.Call) -> dict[str, ast.expr]:
    """Return the arguments of a call by the names of the parameters that they are given to."""
    names = list(parameters(function))
    if names[:1] in (["self"], ["cls"]) and isinstance(call.func, ast.Attribute):
        names = names[1:]
    plain = [each for each in call.args if not isinstance(each, ast.Starred)]
    named = {each.arg: each.value for each in call.keywords if each.arg}
    return {**dict(zip(names, plain, strict=False)), **named}
