"""Statements that code builds, each with the tables it touches and what it says of the owner."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace

from scripts.reviewing.module import Function, Module, inside, parameters
from scripts.reviewing.names import Names
from scripts.reviewing.ownership import EVERY, Criterion, Ownership, both
from scripts.reviewing.touching import JOINS, Chain, Touching

_FILTERS = {"where", "filter"}
_NONE: frozenset[str] = frozenset()


class Statements(Touching):
    """Finds the statements of a module and follows each through the function it is built in."""

    def __init__(
        self, names: Names, ownership: Ownership, unowned: Callable[[Module, str], bool]
    ) -> None:
        super().__init__(names, ownership, unowned)
        self._left: frozenset[Function] = frozenset()

    def begun(self, module: Module) -> Iterator[tuple[ast.Call, str]]:
        """Yield the calls with which statements begin, and the kind of each."""
        for call in module.of(ast.Call):
            if kind := self.kind(module, call):
                yield call, kind

    def chains(self, module: Module, call: ast.Call) -> list[Chain]:
        """Return the ways that a statement goes, from the call that begins it."""
        return self._climb(module, call, self._begin(module, call), frozenset())

    def _begin(self, module: Module, call: ast.Call) -> Chain:
        name = self._names.database(module, call.func)
        if not name and isinstance(call.func, ast.Attribute):
            return self._touching(module, call.func.value)
        return self._joined(self._touching(module, each) for each in call.args)

    def _climb(
        self, module: Module, node: ast.AST, chain: Chain, seen: frozenset[str]
    ) -> list[Chain]:
        """Return the ways of a statement from one of its places on."""
        while (step := self._step(module, node)) is not None:
            node, gained = step
            chain |= gained
        parent = module.parent(node)
        if isinstance(parent, ast.Return) and chain.exposed():
            return self._returned(module, node, chain)
        binding = _binding(parent)
        return self._used(module, *binding, chain, seen) if binding else [chain]

    def _returned(self, module: Module, node: ast.AST, chain: Chain) -> list[Chain]:
        """Return the ways of a statement from where each caller of its function gets it."""
        function = module.function(node)
        if function is None or function in self._left:
            return [chain]
        outer, self._left = self._left, self._left | {function}
        ways = [
            way
            for home, call in self._ownership.calls.of(function)
            for way in self._climb(home, call, self._renamed(chain, home, function, call), _NONE)
        ]
        self._left = outer
        # What remains exposed is named as it is called here.
        return [chain if way.exposed() else way for way in ways] or [chain]

    def _renamed(self, chain: Chain, home: Module, function: Function, call: ast.Call) -> Chain:
        """Return a chain in the words of who calls the function that it was begun in."""
        said = self._ownership.named(chain.criterion, home, function, call)
        touched = self._ownership.named(Criterion(chain.tables), home, function, call)
        return replace(chain, tables=touched.owned, criterion=said)

    def _step(self, module: Module, node: ast.AST) -> tuple[ast.AST, Chain] | None:
        """Return what a statement is made into next, and what is added to it by that."""
        parent = module.parent(node)
        call = module.parent(parent) if parent else None
        match parent:
            case ast.Attribute(attr=method) if isinstance(call, ast.Call) and call.func is parent:
                return call, self._method(module, method, call)
            case ast.Call() if node is not parent.func and not self._ends(module, parent):
                return parent, self._helped(module, parent, node)
            case ast.IfExp() | ast.Await():
                return parent, Chain()
        return None

    def _ends(self, module: Module, call: ast.Call) -> bool:
        """Tell whether a statement is part of another one from here on."""
        name = self._names.database(module, call.func)
        return bool(name) or isinstance(call.func, ast.Attribute)

    def _used(
        self, module: Module, binding: ast.AST, name: str, chain: Chain, seen: frozenset[str]
    ) -> list[Chain]:
        scope = module.function(binding)
        if scope is None or name in seen:
            return [chain]
        block, ways = module.parent(module.statement(binding)), []
        for use in _loads(scope, name):
            around = _rebinding(module, use, name)
            if around is None:
                ways += self._climb(module, use, chain, seen | {name})
                continue
            gained = self._joined(iter(self._until(module, use, name)))
            if module.parent(around) is not block:
                # What is only perhaps confined is not, but what is perhaps joined counts.
                gained = replace(gained, criterion=Criterion(linked=gained.criterion.linked))
            chain |= gained
        return ways or [chain]

    def _until(self, module: Module, use: ast.AST, name: str) -> list[Chain]:
        return self._climb(module, use, Chain(), frozenset({name}))

    def _method(self, module: Module, method: str, call: ast.Call) -> Chain:
        values = [*call.args, *(each.value for each in call.keywords)]
        if method in _FILTERS:
            said = both(self._ownership.criterion(module, each) for each in values)
            return replace(self._columns(module, values), criterion=said)
        if method == "filter_by":
            owner = [k.value for k in call.keywords if k.arg == "owner_id"]
            found = any(self._ownership.is_owner(module, each) for each in owner)
            return Chain(criterion=Criterion(frozenset([EVERY]))) if found else Chain()
        if method in JOINS:
            return self._joined(self._source(module, each) for each in values)
        if method == "correlate" and _is_inner(module, call):
            outer = frozenset(self._keys(module, values))
            return Chain(criterion=Criterion(outer))
        return self._columns(module, values) if method in {"add_columns", "order_by"} else Chain()

    def _helped(self, module: Module, call: ast.Call, argument: ast.AST) -> Chain:
        """Return what a helper adds to a statement that it is given."""
        found = self._names.called(module, call)
        if found is None or argument not in call.args:
            return Chain()
        names = list(parameters(found[1]))
        if names[:1] == ["self"]:
            names = names[1:]
        at = call.args.index(argument)
        if at >= len(names):
            return Chain()
        return self._added(found[0], found[1], names[at], call, module)

    def _added(
        self, inner: Module, function: Function, name: str, call: ast.Call, module: Module
    ) -> Chain:
        # Where it goes from the helper's end is followed from the call.
        outer, self._left = self._left, self._left | {function}
        uses = _loads(function, name)
        every = [w for use in uses for w in self._climb(inner, use, Chain(), frozenset({name}))]
        self._left = outer
        if not every:
            return Chain()
        said = every[0].criterion
        for way in every[1:]:
            said &= way.criterion
        return Chain(criterion=self._ownership.named(said, module, function, call))


def _is_inner(module: Module, call: ast.Call) -> bool:
    """Tell whether what a call makes of a statement is part of another one right away."""
    match module.parent(call):
        case ast.Attribute(attr="exists" | "scalar_subquery"):
            return True
    return False


def _loads(scope: ast.AST, name: str) -> list[ast.Name]:
    """Return where a name is used, in the order of the lines."""
    found = [
        each
        for each in inside(scope)
        if isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Load)
    ]
    return sorted(found, key=lambda each: (each.lineno, each.col_offset))


def _binding(node: ast.AST | None) -> tuple[ast.AST, str] | None:
    """Return a statement that binds a single name, and the name."""
    match node:
        case (
            ast.Assign(targets=[ast.Name(id=name)])
            | ast.AnnAssign(target=ast.Name(id=name))
            | ast.NamedExpr(target=ast.Name(id=name))
        ):
            return node, name
    return None


def _rebinding(module: Module, use: ast.AST, name: str) -> ast.stmt | None:
    """Return the statement that binds a name anew, to what is made of its value."""
    statement = module.statement(use)
    match statement:
        case ast.Assign(targets=[ast.Name(id=target)]) | ast.AnnAssign(target=ast.Name(id=target)):
            return statement if target == name else None
    return None
