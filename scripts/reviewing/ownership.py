"""What criteria say of owners: which tables' rows an expression confines to the owner's.

The owner's criterion is an equality of a column `owner_id` with a value that stands for the owner.
Helpers are followed, so what counts is what they return and not what they are called.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from scripts.reviewing.calls import Calls, arguments, returned
from scripts.reviewing.module import Function, Module, inside
from scripts.reviewing.names import Names
from scripts.reviewing.owners import Owners

EVERY = "*"
SHARED = "impl.core.owned.Shared"

_FAR = 12  # helpers that may call each other
_ADDING = {"append", "extend", "insert"}


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


class Ownership(Owners):
    """Reads criteria in the modules of a project."""

    def __init__(self, names: Names) -> None:
        super().__init__(names)
        self.calls = Calls(names)
        self._asked: set[tuple[Function, str]] = set()

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
            case ast.Attribute() if source := self.sources.confined(module, node):
                return Criterion(frozenset([source]))
        return self._combined(module, node, far)

    def _combined(self, module: Module, node: ast.AST, far: int) -> Criterion:
        """Return what an expression says that only joins others together."""
        match node:
            case ast.BinOp(left=left, op=ast.BitAnd() | ast.Add(), right=right):
                return both(self.criterion(module, each, far) for each in (left, right))
            case ast.BinOp(left=one, op=ast.BitOr(), right=other):
                return either(self.criterion(module, each, far) for each in (one, other))
            case ast.IfExp(test=test, body=one, orelse=other):
                known = Criterion(self._shared(module, test))
                return either(
                    [self.criterion(module, one, far) | known, self.criterion(module, other, far)]
                )
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                return both(self.criterion(module, each, far) for each in items)
            case ast.Starred(value=value) | ast.Await(value=value):
                return self.criterion(module, value, far)
        return NOTHING

    def _shared(self, module: Module, test: ast.expr) -> frozenset[str]:
        """Return the table that a test finds to be without owners."""
        match test:
            case ast.Call(func=ast.Name(id="issubclass"), args=[table, kind]):
                if self._names.of(module, kind) == SHARED:
                    return frozenset([self.key(module, table)])
        return frozenset()

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
        if not values and module.is_parameter(node):
            return self._of_parameter(module, node, far)
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

    def _of_parameter(self, module: Module, node: ast.Name, far: int) -> Criterion:
        """Return what every caller gives for a parameter."""
        function = self.calls.holder(module, node)
        if function is None or (function, node.id) in self._asked:
            return NOTHING
        self._asked.add((function, node.id))
        said = either(
            self._given(*place, function, node.id, far) for place in self.calls.of(function)
        )
        self._asked.remove((function, node.id))
        return said

    def _given(
        self, module: Module, call: ast.Call, function: Function, name: str, far: int
    ) -> Criterion:
        """Return what a call gives for a parameter, in the words of the function."""
        given = arguments(function, call)
        said = self.criterion(module, given[name], far) if name in given else NOTHING
        own = {each for each, value in given.items() if self.key(module, value) in said.owned}
        return Criterion(frozenset(own) | (said.owned & {EVERY}))

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
        said = either(self.criterion(found[0], r, far) for r in returned(*found))
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
