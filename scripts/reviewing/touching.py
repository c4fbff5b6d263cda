"""What statements touch: the tables that are selected, changed or selected from."""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from scripts.reviewing.module import Module, inside, parameters
from scripts.reviewing.names import Names
from scripts.reviewing.ownership import EVERY, NOTHING, Criterion, Ownership
from scripts.reviewing.tables import has_columns, is_core_table, is_tableless, stands_for_table

BUILDERS = frozenset({"select", "update", "delete", "insert", "exists"})
COMBINED = frozenset({"union", "union_all", "intersect", "intersect_all", "except_", "except_all"})

JOINS = {"join", "outerjoin", "join_from", "outerjoin_from", "select_from", "using"}
_STATEMENTS = {"Select", "Update", "Delete", "Insert", "CompoundSelect", "CTE", "Subquery"}


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


class Touching:
    """Finds what expressions touch, where statements are made of them."""

    def __init__(
        self, names: Names, ownership: Ownership, unowned: Callable[[Module, str], bool]
    ) -> None:
        self._names = names
        self._ownership = ownership
        self._unowned = unowned

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

    def _source(self, module: Module, node: ast.AST) -> Chain:
        """Return what a FROM or ON brings along."""
        match node:
            case ast.Call(func=ast.Attribute(attr=method, value=left)) if method in JOINS:
                parts = [left, *node.args, *(each.value for each in node.keywords)]
                return self._joined(self._source(module, each) for each in parts)
            case ast.Call(func=called) if self._names.database(module, called) in JOINS:
                parts = [*node.args, *(each.value for each in node.keywords)]
                return self._joined(self._source(module, each) for each in parts)
            case ast.Compare() | ast.Call() | ast.BinOp() | ast.Starred() | ast.Constant():
                said = self._ownership.criterion(module, node)
                return replace(self._columns(module, [node]), criterion=said)
        return self._touching(module, node)

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
        if not isinstance(node, ast.Name):
            return False
        function = module.function(node)
        found = parameters(function).get(node.id) if function else None
        if found is None or found.annotation is None:
            return False
        names = (self._names.database(module, each) for each in inside(found.annotation))
        return any(name in _STATEMENTS for name in names)

    def _joined(self, chains: Iterator[Chain]) -> Chain:
        whole = Chain()
        for each in chains:
            whole |= each
        return whole
