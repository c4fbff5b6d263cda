"""What a migration does, found without running it: its calls of Alembic, one after the other.

Helpers are followed with their arguments and loops over constants gone through, so that a call is
known with the values that it is given.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scripts.reviewing.calls import returned
from scripts.reviewing.module import Module, inside, last, parameters
from scripts.reviewing.names import Names

_FAR = 12  # functions that call each other
_ROUNDS = 200  # of one loop
_STATEMENTS = 20_000  # of one migration


class Unknown:
    """The value of what is no constant."""


UNKNOWN = Unknown()


@dataclass(frozen=True)
class Step:
    """A call of Alembic; `operation` is its name, `known` what its names are bound to there.

    `parts` are the calls that make its columns and constraints, in the same way.
    """

    module: Module
    call: ast.Call
    operation: str
    known: Mapping[str, object] = field(default_factory=dict)
    parts: tuple["Step", ...] = ()

    def value(self, node: ast.AST | None) -> object:
        """Return the constant that an expression is, or `UNKNOWN`."""
        return value(self.module, node, self.known) if node is not None else UNKNOWN

    def text(self, at: int, name: str = "") -> str:
        """Return an argument that is constant text, by its place or its name; nothing else."""
        found = self.value(self.argument(at, name))
        return found if isinstance(found, str) else ""

    def argument(self, at: int, name: str = "") -> ast.expr | None:
        """Return an argument by its place or its name."""
        named = (each.value for each in self.call.keywords if each.arg == name)
        return self.call.args[at] if at < len(self.call.args) else next(named, None)


class Tracing:
    """Follows the functions of migrations."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._left = 0

    def steps(self, module: Module, function: str) -> list[Step]:
        """Return the steps of a function of a module, such as `upgrade`."""
        found = module.functions.get(function)
        self._left = _STATEMENTS
        return list(self._body(module, found.body, {}, _FAR)) if found else []

    def _body(
        self, module: Module, body: list[ast.stmt], known: dict[str, object], far: int
    ) -> Iterator[Step]:
        for statement in body:
            self._left -= 1
            if self._left > 0:
                yield from self._statement(module, statement, known, far)

    def _statement(
        self, module: Module, statement: ast.stmt, known: dict[str, object], far: int
    ) -> Iterator[Step]:
        match statement:
            case ast.For(target=target, iter=items, body=body):
                yield from self._calls(module, items, known, far)
                for each in _rounds(value(module, items, known)):
                    yield from self._body(module, body, known | _unpacked(target, each), far)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return
            case ast.Assign(targets=[target], value=given):
                yield from self._calls(module, given, known, far)
                known |= _unpacked(target, value(module, given, known))
            case _:
                for _, part in ast.iter_fields(statement):
                    parts = part if isinstance(part, list) else [part]
                    for each in parts:
                        yield from self._part(module, each, known, far)

    def _part(
        self, module: Module, part: object, known: dict[str, object], far: int
    ) -> Iterator[Step]:
        match part:
            case ast.stmt():
                yield from self._statement(module, part, known, far)
            case ast.ExceptHandler(body=body) | ast.match_case(body=body):
                yield from self._body(module, body, known, far)
            case ast.withitem(context_expr=inner) | (ast.expr() as inner):
                yield from self._calls(module, inner, known, far)

    def _calls(
        self, module: Module, node: ast.AST, known: dict[str, object], far: int
    ) -> Iterator[Step]:
        for call in reversed([each for each in inside(node) if isinstance(each, ast.Call)]):
            name = self._names.of(module, call.func) or _batch(call)
            if name.startswith("alembic.op."):
                parts = [part for each in call.args for part in self._parts(module, each, known)]
                operation = name.removeprefix("alembic.op.")
                yield Step(module, call, operation, dict(known), tuple(parts))
            elif (found := self._names.called(module, call)) and far:
                inner = self._given(found[1], module, call, known)
                yield from self._body(found[0], found[1].body, inner, far - 1)

    def _parts(
        self, module: Module, node: ast.expr, known: Mapping[str, object], far: int = _FAR
    ) -> Iterator[Step]:
        """Yield the calls that an expression is made of, those in helpers included."""
        found = self._names.called(module, node) if isinstance(node, ast.Call) else None
        if found and far:
            inner = self._given(found[1], module, node, known)  # type: ignore[arg-type]  # a call, as it was found
            for each in returned(*found):
                yield from self._parts(found[0], each, inner, far - 1)
        elif isinstance(node, ast.ListComp | ast.GeneratorExp):
            yield from self._repeated(module, node, known, far)
        else:
            if isinstance(node, ast.Call):
                yield Step(module, node, last(node.func), dict(known))
            for item in _items(module, node) if far else ():
                yield from self._parts(module, item, known, far - isinstance(node, ast.Name))

    def _repeated(
        self,
        module: Module,
        node: ast.ListComp | ast.GeneratorExp,
        known: Mapping[str, object],
        far: int,
    ) -> Iterator[Step]:
        target, items = node.generators[0].target, node.generators[0].iter
        for each in _rounds(value(module, items, known)):
            yield from self._parts(module, node.elt, {**known, **_unpacked(target, each)}, far)

    def _given(
        self,
        function: ast.FunctionDef | ast.AsyncFunctionDef,
        module: Module,
        call: ast.Call,
        known: Mapping[str, object],
    ) -> dict[str, object]:
        """Return what the parameters of a function are bound to in a call."""
        names = list(parameters(function))
        bound: dict[str, object] = dict.fromkeys(names, UNKNOWN)
        defaults = function.args.defaults
        for name, default in zip(reversed(names), reversed(defaults), strict=False):
            bound[name] = value(module, default, {})
        for name, given in zip(names, call.args, strict=False):
            bound[name] = value(module, given, known)
        for each in call.keywords:
            if each.arg:
                bound[each.arg] = value(module, each.value, known)
        return bound


def _items(module: Module, node: ast.expr) -> list[ast.expr]:
    """Return the expressions that an expression only puts together."""
    match node:
        case ast.Call(args=items) | ast.Tuple(elts=items) | ast.List(elts=items):
            return items
        case ast.Starred(value=item):
            return [item]
        case ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.Name():
            return module.values(node) or []
    return []


def value(module: Module, node: ast.AST | None, known: Mapping[str, object]) -> object:
    """Return the constant that an expression is, given what some names are bound to."""
    match node:
        case ast.Constant(value=constant):
            return constant
        case ast.Name(id=name):
            outer = module.globals.get(name, []) if name not in known else []
            return value(module, outer[0], {}) if len(outer) == 1 else known.get(name, UNKNOWN)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return [value(module, each, known) for each in items]
        case ast.JoinedStr() | ast.BinOp():
            return _pieced(module, node, known)
        case ast.Call():
            return _called(module, node, known)
    return UNKNOWN


def _pieced(module: Module, node: ast.JoinedStr | ast.BinOp, known: Mapping[str, object]) -> object:
    """Return the text that is put together from constant pieces."""
    match node:
        case ast.JoinedStr(values=pieces):
            return _joined([_piece(module, each, known) for each in pieces])
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            parts = [value(module, each, known) for each in (left, right)]
            return _joined(parts) if all(isinstance(each, str) for each in parts) else UNKNOWN
    return UNKNOWN


def _piece(module: Module, node: ast.expr, known: Mapping[str, object]) -> object:
    if isinstance(node, ast.FormattedValue):
        return UNKNOWN if node.format_spec else value(module, node.value, known)
    return value(module, node, known)


def _called(module: Module, call: ast.Call, known: Mapping[str, object]) -> object:
    """Return the text that a call only wraps, strips or fills with constants."""
    match call:
        case ast.Call(func=ast.Name(id="text") | ast.Attribute(attr="text"), args=[only]):
            return value(module, only, known)
        case ast.Call(func=ast.Attribute(value=base, attr="strip" | "dedent"), args=[]):
            return value(module, base, known)
        case ast.Call(func=ast.Attribute(value=base, attr="format"), args=args, keywords=named):
            pattern = value(module, base, known)
            given = [value(module, each, known) for each in args]
            more = {each.arg or "": value(module, each.value, known) for each in named}
            if not isinstance(pattern, str) or UNKNOWN in [*given, *more.values()]:
                return UNKNOWN
            return _filled(pattern, given, more)
    return UNKNOWN


def _filled(pattern: str, given: list[object], named: dict[str, object]) -> object:
    try:
        return pattern.format(*given, **named)
    except (IndexError, KeyError, ValueError, AttributeError):
        return UNKNOWN


def _joined(parts: list[object]) -> object:
    plain = all(isinstance(each, str | int) for each in parts)
    return "".join(map(str, parts)) if plain else UNKNOWN


def _rounds(items: object) -> list[object]:
    return items[:_ROUNDS] if isinstance(items, list) else [UNKNOWN]


def _unpacked(target: ast.expr, given: object) -> dict[str, object]:
    match target:
        case ast.Name(id=name):
            return {name: given}
        case ast.Tuple(elts=targets):
            items = given if isinstance(given, list) else [UNKNOWN] * len(targets)
            pairs = zip(targets, items, strict=False)
            return {name: each for t, i in pairs for name, each in _unpacked(t, i).items()}
    return {}


def _batch(call: ast.Call) -> str:
    """Return the operation of Alembic that a batch, or a bound connection, is asked for."""
    match call.func:
        case ast.Attribute(value=ast.Name(id=name), attr=method) if name.startswith("batch"):
            return f"alembic.op.{method}"
        case ast.Attribute(attr="execute" | "exec_driver_sql"):
            return "alembic.op.execute"
    return ""
