"""Statements that code builds, each with the tables it touches and what it says of the owner."""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from scripts.reviewing.module import Function, Module, inside, parameters
from scripts.reviewing.names import Names
from scripts.reviewing.ownership import EVERY, NOTHING, Criterion, Ownership, both
from scripts.reviewing.tables import has_columns, is_core_table, is_tableless, stands_for_table

BUILDERS = frozenset({"select", "update", "delete", "insert", "exists"})
COMBINED = frozenset({"union", "union_all", "intersect", "intersect_all", "except_", "except_all"})

_FILTERS = {"where", "filter"}
_JOINS = {"join", "outerjoin", "join_from", "outerjoin_from", "select_from", "using"}
_STATEMENTS = {"Select", "Update", "Delete", "Insert", "CompoundSelect", "CTE", "Subquery"}
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Chain:
    """One way of a statement from where it is begun to where it is used.

    `tables` are those that it touches; `is_opaque` says that it may touch others as well.
    """

    tables: frozenset[str] = frozenset()
    criterion: Criterion = NOTHING
    is_opaque: bool = False

    def __or__(self, other: "Chain") -> "Chain":
        return Chain(
            self.tables | other.tables,
            self.criterion | other.criterion,
            self.is_opaque or other.is_opaque,
        )

    def exposed(self) -> list[str]:
        """Return the tables of which rows of other owners are within reach."""
        confined = self.criterion.confined()
        if EVERY in confined or (not self.tables and (confined or not self.is_opaque)):
            return []
        return sorted(self.tables - confined) or ([] if confined else ["what it selects from"])


class Statements:
    """Finds the statements of a module and follows each through the function it is built in."""

    def __init__(
        self, names: Names, ownership: Ownership, unowned: Callable[[Module, str], bool]
    ) -> None:
        self._names = names
        self._ownership = ownership
        self._unowned = unowned
        self._left: frozenset[Function] = frozenset()

    def begun(self, module: Module) -> Iterator[tuple[ast.Call, str]]:
        """Yield the calls with which statements begin, and the kind of each."""
        for call in module.of(ast.Call):
            if kind := self.kind(module, call):
                yield call, kind

    def kind(self, module: Module, call: ast.Call) -> str:
        """Return which statement a call begins, or nothing."""
        name = self._names.database(module, call.func)
        if name in BUILDERS:
            wraps = name == "exists" and any(self._is_statement(module, a) for a in call.args)
            return "" if wraps else name
        match call.func:
            case ast.Attribute(attr=method, value=table) if method in BUILDERS - {"exists"}:
                return method if is_core_table(module, table) else ""
        return ""

    def chains(self, module: Module, call: ast.Call) -> list[Chain]:
        """Return the ways that a statement goes, from the call that begins it."""
        return self._climb(module, call, self._begin(module, call), frozenset())

    def _begin(self, module: Module, call: ast.Call) -> Chain:
        name = self._names.database(module, call.func)
        if not name and isinstance(call.func, ast.Attribute):
            return self._touching(module, call.func.value)
        return self._joined(self._touching(module, each) for each in call.args)

    def _joined(self, chains: Iterator[Chain]) -> Chain:
        whole = Chain()
        for each in chains:
            whole |= each
        return whole

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
        if method in _JOINS:
            return self._joined(self._source(module, each) for each in values)
        if method == "correlate" and _is_inner(module, call):
            outer = frozenset(self._keys(module, values))
            return Chain(criterion=Criterion(outer))
        return self._columns(module, values) if method in {"add_columns", "order_by"} else Chain()

    def _source(self, module: Module, node: ast.AST) -> Chain:
        """Return what a FROM or ON brings along."""
        match node:
            case ast.Call(func=ast.Attribute(attr=method, value=left)) if method in _JOINS:
                parts = [left, *node.args, *(each.value for each in node.keywords)]
                return self._joined(self._source(module, each) for each in parts)
            case ast.Call(func=called) if self._names.database(module, called) in _JOINS:
                parts = [*node.args, *(each.value for each in node.keywords)]
                return self._joined(self._source(module, each) for each in parts)
            case ast.Compare() | ast.Call() | ast.BinOp() | ast.Starred() | ast.Constant():
                said = self._ownership.criterion(module, node)
                return replace(self._columns(module, [node]), criterion=said)
        return self._touching(module, node)

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

    def _touching(self, module: Module, node: ast.AST) -> Chain:
        """Return the tables of something that is selected, changed or selected from."""
        if isinstance(node, ast.Name) and not stands_for_table(self._names, module, node):
            values = module.values(node) or []
            if values and not any(self._is_statement(module, each) for each in values):
                return self._joined(self._touching(module, each) for each in values)
        if isinstance(node, ast.Name | ast.Attribute) and stands_for_table(
            self._names, module, node
        ):
            return self._named(module, [self._ownership.key(module, node)])
        keys = self._keys(module, [node])
        known = (
            bool(keys)
            or is_tableless(self._names, module, node)
            or self._is_statement(module, node)
        )
        return replace(self._named(module, keys), is_opaque=not known)

    def _columns(self, module: Module, nodes: Sequence[ast.AST]) -> Chain:
        """Return the tables whose columns expressions name, but for statements within them."""
        return self._named(module, self._keys(module, nodes))

    def _keys(self, module: Module, nodes: Sequence[ast.AST]) -> list[str]:
        keys = []
        for node in nodes:
            for each in self._outside(module, node):
                if source := self._ownership.sources.key(module, each):
                    keys.append(source)
                    continue
                match each:
                    case ast.Attribute(attr="c" | "columns", value=table):
                        keys.append(self._ownership.key(module, table))
                    case ast.Attribute(value=ast.Name() as table) if has_columns(
                        self._names, module, table
                    ):
                        keys.append(self._ownership.key(module, table))
        return keys

    def _outside(self, module: Module, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what is in an expression, but not what is in statements in it."""
        pending, names = [node], set[str]()
        while pending:
            each = pending.pop()
            if self._is_begun(module, each):
                continue
            yield each
            pending += ast.iter_child_nodes(each)
            if isinstance(each, ast.Name) and each.id not in names:
                names.add(each.id)
                pending += self._local(module, each)

    def _is_begun(self, module: Module, node: ast.AST) -> bool:
        """Tell whether an expression is a statement, with what its methods add to it."""
        while isinstance(node, ast.Call):
            if self.kind(module, node):
                return True
            node = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        return False

    def _local(self, module: Module, name: ast.Name) -> list[ast.expr]:
        """Return what a name is bound to in its function."""
        function = module.function(name)
        return module.bound(function, name.id) if function else []

    def _named(self, module: Module, keys: list[str]) -> Chain:
        return Chain(frozenset(key for key in keys if not self._unowned(module, key)))

    def _is_statement(self, module: Module, node: ast.AST) -> bool:
        """Tell whether an expression is a statement, or what is derived from one."""
        if self._is_given(module, node):
            return True
        if isinstance(node, ast.Name):
            values = module.values(node) or []
            return any(self._is_statement(module, v) for v in values if not isinstance(v, ast.Name))
        calls = (each for each in inside(node) if isinstance(each, ast.Call))
        return any(self._names.database(module, c.func) in BUILDERS | COMBINED for c in calls)

    def _is_given(self, module: Module, node: ast.AST) -> bool:
        """Tell whether an expression is made of a parameter that is a statement."""
        while isinstance(node, ast.Call | ast.Attribute):
            node = node.func if isinstance(node, ast.Call) else node.value
        function = module.function(node) if isinstance(node, ast.Name) else None
        found = parameters(function).get(node.id) if function else None
        if found is None or found.annotation is None:
            return False
        names = (self._names.database(module, each) for each in inside(found.annotation))
        return any(name in _STATEMENTS for name in names)


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
