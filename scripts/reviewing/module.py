"""A module of Python: its tree, what stands around each node, and what its names are bound to."""

import ast
from collections import defaultdict
from collections.abc import Iterator

MAX_DEPTH = 120  # nodes inside each other: beyond it, what reads trees would overflow the stack

type Function = ast.FunctionDef | ast.AsyncFunctionDef

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Module:
    """A module, parsed once.

    `path` is that of its file, relative to the project; `name` is the one it is imported by.
    `functions` holds those of the module and of its classes, the latter as `Class.function`.
    Raises `SyntaxError`, or `ValueError` for what no parser can take.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self.is_package = path.endswith("__init__.py")
        self.text = text
        self.tree = ast.parse(text)
        self.nodes: list[ast.AST] = []
        self._parents: dict[ast.AST, ast.AST] = {}
        self._kinds: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        self._link()
        self.imports, self.stars = _imports(self)
        self._bound = _bindings(self)
        self.globals = self._bound.get(None, {})
        self.functions = dict(_functions(self.tree.body))
        self.classes = {each.name: each for each in self.of(ast.ClassDef)}
        self._values: dict[ast.Name, list[ast.expr] | None] = {}

    def _link(self) -> None:
        level: list[ast.AST] = [self.tree]
        for _ in range(MAX_DEPTH):
            self.nodes += level
            for node in level:
                self._kinds[type(node)].append(node)
            pairs = [(child, node) for node in level for child in ast.iter_child_nodes(node)]
            self._parents.update(pairs)
            level = [child for child, _ in pairs]
            if not level:
                return
        raise ValueError("nested too deeply")

    def of[Node: ast.AST](self, *kinds: type[Node]) -> Iterator[Node]:
        """Yield the nodes of some kinds."""
        for kind in kinds:
            yield from self._kinds[kind]  # type: ignore[misc]  # kept by their kind

    def every_function(self) -> Iterator[Function]:
        """Yield the functions, those in classes and other functions included."""
        yield from self.of(ast.FunctionDef)
        yield from self.of(ast.AsyncFunctionDef)

    def every_import(self) -> Iterator[ast.Import | ast.ImportFrom]:
        """Yield the imports, those in functions included."""
        yield from self.of(ast.Import)
        yield from self.of(ast.ImportFrom)

    def named(self, name: str) -> Iterator[list[ast.expr]]:
        """Yield what a name is bound to in each function, and outside of all."""
        yield self.globals.get(name, [])
        for function in self.every_function():
            yield self.bound(function, name)

    def parent(self, node: ast.AST) -> ast.AST | None:
        """Return what a node stands in."""
        return self._parents.get(node)

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what a node stands in, from the inside to the outside."""
        while (node := self._parents.get(node)) is not None:  # type: ignore[assignment]  # ends the loop
            yield node

    def function(self, node: ast.AST) -> Function | None:
        """Return the function that a node stands in."""
        inside = (each for each in self.around(node) if isinstance(each, _SCOPES[:2]))
        return next(inside, None)

    def owner(self, node: ast.AST) -> ast.ClassDef | None:
        """Return the class that a node stands in."""
        return next((each for each in self.around(node) if isinstance(each, ast.ClassDef)), None)

    def statement(self, node: ast.AST) -> ast.stmt:
        """Return the statement that a node is part of."""
        every = (each for each in (node, *self.around(node)) if isinstance(each, ast.stmt))
        return next(every)

    def bound(self, function: Function | ast.Lambda, name: str) -> list[ast.expr]:
        """Return the expressions that a name is bound to within a function."""
        return self._bound.get(function, {}).get(name, [])

    def values(self, node: ast.Name) -> list[ast.expr] | None:
        """Return what a name is bound to where it stands, but for what is made of itself.

        None for a parameter, or no binding.
        """
        if node not in self._values:
            found = self.bindings(node)
            made = [each for each in found or [] if node.id not in self._leading_to(each)]
            self._values[node] = None if found is None else made
        return self._values[node]

    def _leading_to(self, value: ast.expr) -> set[str]:
        """Return the names that a value is made of, and those that they stand for."""
        pending = [each for each in inside(value) if isinstance(each, ast.Name)]
        seen: set[str] = set()
        while pending:
            name = pending.pop()
            if name.id in seen:
                continue
            seen.add(name.id)
            others = (self.bindings(name) or []) if isinstance(name.ctx, ast.Load) else []
            pending += [each for each in others if isinstance(each, ast.Name)]
        return seen

    def bindings(self, node: ast.Name) -> list[ast.expr] | None:
        """Return everything that a name is bound to where it stands."""
        for scope in self.around(node):
            if isinstance(scope, _SCOPES):
                if found := self.bound(scope, node.id):
                    return found
                if node.id in parameters(scope):
                    return None
        return self.globals.get(node.id)

    def is_global(self, node: ast.Name) -> bool:
        """Tell whether a name is bound outside of every function."""
        scopes = (each for each in self.around(node) if isinstance(each, _SCOPES))
        return not any(self.bound(each, node.id) for each in scopes)

    def is_parameter(self, node: ast.Name) -> bool:
        """Tell whether a name is that of a parameter where it stands."""
        scopes = (each for each in self.around(node) if isinstance(each, _SCOPES))
        return any(node.id in parameters(each) for each in scopes)


def parameters(function: Function | ast.Lambda) -> dict[str, ast.arg]:
    """Return the parameters of a function in their order."""
    a = function.args
    more = [each for each in (a.vararg, a.kwarg) if each]
    return {each.arg: each for each in [*a.posonlyargs, *a.args, *a.kwonlyargs, *more]}


def inside(*nodes: ast.AST) -> Iterator[ast.AST]:
    """Yield nodes and everything in them."""
    for node in nodes:
        yield from ast.walk(node)


def last(node: ast.expr) -> str:
    """Return the last part of a dotted name."""
    return ast.unparse(node).rpartition(".")[2]


def texts(node: ast.AST) -> str:
    """Return the constant text in an expression; what is put in between is left out."""
    pieces = (each.value for each in inside(node) if isinstance(each, ast.Constant))
    return "".join(piece for piece in pieces if isinstance(piece, str))


def _imports(module: Module) -> tuple[dict[str, str], list[str]]:
    """Return what imported names stand for, and the modules of which every name is imported."""
    found: dict[str, str] = {}
    stars: list[str] = []
    for plain in module.of(ast.Import):
        for each in plain.names:
            first = each.name.partition(".")[0]
            found[each.asname or first] = each.name if each.asname else first
    for near in module.of(ast.ImportFrom):
        source = _source(module, near)
        stars += [source for each in near.names if each.name == "*"]
        for each in near.names:
            found[each.asname or each.name] = f"{source}.{each.name}"
    return found, stars


def _source(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    steps = module.name.split(".")
    base = steps[: len(steps) - node.level + module.is_package]
    return ".".join([*base, *([node.module] if node.module else [])])


def _functions(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Function]]:
    for each in body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + each.name, each
        elif isinstance(each, ast.ClassDef):
            yield from _functions(each.body, f"{each.name}.")


def _bindings(module: Module) -> dict[ast.AST | None, dict[str, list[ast.expr]]]:
    """Return what names are bound to in each function, and under None outside of all."""
    found: dict[ast.AST | None, dict[str, list[ast.expr]]] = {}
    nodes: list[ast.stmt | ast.expr] = [*module.of(ast.Assign), *module.of(ast.AnnAssign)]
    nodes += module.of(ast.NamedExpr)
    for node in sorted(nodes, key=lambda each: (each.lineno, each.col_offset)):
        scope = next((each for each in module.around(node) if isinstance(each, _SCOPES)), None)
        names = found.setdefault(scope, defaultdict(list))
        for target, value in _bound(node):
            names[target].append(value)
    return found


def _bound(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _paired(target, value)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            yield name, value


def _paired(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case ast.Name(id=name), _:
            yield name, value
        case ((ast.Tuple(elts=targets) | ast.List(elts=targets)), (ast.Tuple(elts=values))):
            for each, item in zip(targets, values, strict=False):
                yield from _paired(each, item)
        case ((ast.Tuple(elts=targets) | ast.List(elts=targets)), _):
            for each in targets:
                if isinstance(each, ast.Name):
                    yield each.id, value
