"""Rules of the core: who is let in, and as whom."""

import ast
from collections.abc import Iterator

from scripts.reviewing.module import Function, Module, inside, last, parameters
from scripts.reviewing.owners import OWNER_NAMES
from scripts.reviewing.project import Project
from scripts.reviewing.rule import Fault, Rule, at
from scripts.reviewing.rules.keys import is_false


def _ungated(project: Project) -> Iterator[Fault]:
    for module in project.core:
        for function in module.every_function():
            owner = module.owner(function)
            if not (owner and owner.name.endswith("Gate")):
                continue
            for name in {"security", "user_id"} & set(parameters(function)):
                heeded = name != "security" or _is_gone_through(function, name)
                if not (heeded and _refuses_by(function, name)):
                    yield at(module, function, f"{function.name} refuses nobody by {name}")
            if "security" in parameters(function) and not _compares_scopes(owner):
                yield at(module, function, f"{function.name} compares no scopes with the caller's")
            yield from _bought(project, module, function)


def _compares_scopes(gate: ast.ClassDef) -> bool:
    """Tell whether scopes that the caller has decide over anything in a gate."""
    for node in inside(gate):
        match node:
            case ast.If(test=test, body=body) if _turns_away(body) and _is_of_scopes(test):
                return True
            case ast.Return(value=ast.expr() as value) if _is_of_scopes(value):
                return True
    return False


def _turns_away(body: list[ast.stmt]) -> bool:
    """Tell whether statements raise, or return what is not true."""
    return any(
        isinstance(each, ast.Raise) or (isinstance(each, ast.Return) and is_false(each.value))
        for each in inside(*body)
    )


def _is_of_scopes(node: ast.expr) -> bool:
    for each in inside(node):
        match each:
            case ast.Compare(ops=[ast.LtE() | ast.GtE() | ast.In() | ast.NotIn()]):
                parts = inside(each)
            case ast.Call(func=ast.Attribute(attr="issubset" | "issuperset" | "isdisjoint")):
                parts = inside(each)
            case _:
                continue
        if any(isinstance(part, ast.Attribute) and part.attr == "scopes" for part in parts):
            return True
    return False


def _bought(project: Project, module: Module, function: Function) -> Iterator[Fault]:
    """Yield scopes of somebody else than the caller."""
    for call in inside(*function.body):
        if not isinstance(call, ast.Call):
            continue
        name = project.names.of(module, call.func) or ast.unparse(call.func)
        if name.endswith("UserScope") and call.args and not _is_callers(module, call.args[0]):
            yield at(module, call, f"{ast.unparse(call.args[0])} is taken for the owner")


def _is_callers(module: Module, node: ast.expr) -> bool:
    """Tell whether an owner is an attribute of the caller, and nothing else."""
    if isinstance(node, ast.Name):
        values = module.values(node) or []
        return bool(values) and all(_is_callers(module, each) for each in values)
    return isinstance(node, ast.Attribute) and node.attr in OWNER_NAMES


def _unproven(project: Project) -> Iterator[Fault]:
    for module in project.core:
        for node in module.of(ast.Assign):
            for target in node.targets:
                if _is_caller(target) and not _is_verified(module, node.value):
                    yield at(module, node, "this caller is not what a token was verified to say")
        for handler in module.of(ast.ExceptHandler):
            kind = ast.unparse(handler.type) if handler.type else ""
            if "Unauthenticated" in kind and _serves(handler):
                yield at(module, handler, "who proves nothing is served all the same")


def _is_caller(target: ast.expr) -> bool:
    match target:
        case ast.Subscript(slice=ast.Constant(value="caller")):
            return True
    return False


def _is_verified(module: Module, node: ast.expr) -> bool:
    match node:
        case ast.Name():
            values = module.values(node) or []
            return bool(values) and all(_is_verified(module, each) for each in values)
        case ast.Await(value=value):
            return _is_verified(module, value)
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name.startswith("verify")
    return False


def _serves(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler calls the application behind it."""
    calls = (each.func for each in inside(*handler.body) if isinstance(each, ast.Call))
    return any(last(called).lstrip("_") == "app" for called in calls)


def _refuses_by(function: Function, name: str) -> bool:
    """Tell whether a parameter decides over an exception, by what is compared or gone through."""
    for node in inside(*function.body):
        match node:
            case ast.If(test=test) | ast.While(test=test) if name in _names(test):
                decides = name != "user_id" or _is_compared(test, name)
                if decides and _raises(node):
                    return True
            case ast.For(iter=items) if name in _names(items) and _raises(node):
                return True
    return False


def _is_gone_through(function: Function, name: str) -> bool:
    """Tell whether something looks at each of the alternatives that a parameter holds."""
    for node in inside(*function.body):
        match node:
            case ast.For(iter=items) | ast.comprehension(iter=items) if name in _names(items):
                return True
            case ast.Call(args=args) if any(name in _names(each) for each in args):
                return True
    return False


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in inside(node) if isinstance(each, ast.Name)}


def _is_compared(test: ast.expr, name: str) -> bool:
    """Tell whether a test sets a name against who calls."""
    for each in inside(test):
        match each:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]):
                sides = [ast.unparse(left), ast.unparse(right)]
                others = [side for side in sides if side != name]
                if name in sides and any(o.rpartition(".")[2] in OWNER_NAMES for o in others):
                    return True
    return False


def _raises(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Raise) for each in inside(node))


RULES = (
    Rule(
        "FH209",
        "gate-that-lets-everybody-in",
        "The gate alone keeps out who lacks the scope, or names another user in the path.",
        "Raise Forbidden unless an alternative is met, scopes and all, and user_id is the caller.",
        """\
# file: impl/core/gate.py
class OwnerGate:
    def admit(self, connection, security, user_id):
        return UserScope(connection["caller"].user_id)
""",
        """\
# file: impl/core/gate.py
class OwnerGate:
    def admit(self, connection, security, user_id):
        caller = connection["caller"]
        if security and not any(self._meets(each, caller) for each in security):
            raise Forbidden
        if user_id is not None and user_id != caller.user_id:
            raise Forbidden
        return UserScope(caller.user_id)

    def _meets(self, alternative, caller):
        return all(scopes <= caller.scopes for scopes in alternative.values())
""",
        _ungated,
    ),
    Rule(
        "FH210",
        "caller-without-proof",
        "Whoever is put into a connection is believed by everything behind it.",
        "Put in what Verifier.verify returns, and answer 401 to everybody else.",
        """\
# file: impl/core/auth.py
class Authentication:
    def __call__(self, scope, receive, send):
        scope["caller"] = Caller("anonymous", frozenset())
        return self._app(scope, receive, send)
""",
        """\
# file: impl/core/auth.py
class Authentication:
    def __call__(self, scope, receive, send):
        scope["caller"] = self._verifier.verify(bearer(scope["headers"]))
        return self._app(scope, receive, send)
""",
        _unproven,
    ),
)
