"""Rules of the core: what is sealed, compared, verified and let in."""

import ast
import re
from collections.abc import Iterator

from scripts.reviewing.calls import arguments
from scripts.reviewing.module import Function, Module, inside, parameters
from scripts.reviewing.ownership import Ownership
from scripts.reviewing.project import Project
from scripts.reviewing.rule import Fault, Rule, at
from scripts.reviewing.tables import is_true, keyword

_SECRET = re.compile(
    r"^_*(\w*_)?(secret|secret_value|token|signature|digest|hmac|mac|tag|password|api_key)$"
)
_DIGESTS = {"digest", "hexdigest", "_tag"}
_CLAIMS = {"exp", "iat", "sub"}
_VERIFIED = ("verify_signature", "verify_exp", "verify_aud", "verify_iss", "verify_nbf")


def _unsealed(project: Project) -> Iterator[Fault]:
    ownership = project.ownership
    for module in project.core:
        for function in module.every_function():
            yield from _unused(module, function)
        for call in module.of(ast.Call):
            yield from _given(project, ownership, module, call)
            yield from _sealed(ownership, module, call)


def _unused(module: Module, function: Function) -> Iterator[Fault]:
    """Yield functions that are told the owner and pay no heed."""
    owner = module.owner(function)
    is_protocol = owner is not None and any("Protocol" in ast.unparse(b) for b in owner.bases)
    names = {each.id for each in inside(*function.body) if isinstance(each, ast.Name)}
    for name in {"owner_id", "owner"} & set(parameters(function)) - names:
        if not is_protocol:
            yield at(module, function, f"{function.name} is given {name} and does not use it")


def _given(
    project: Project, ownership: Ownership, module: Module, call: ast.Call
) -> Iterator[Fault]:
    """Yield calls that give something else where a function expects the owner."""
    found = project.names.called(module, call)
    if found is None:
        return
    for name, value in arguments(found[1], call).items():
        if name != "owner_id" or _is_nobody(value) or _is_wrapped(ownership, module, value):
            continue
        yield at(module, value, f"{ast.unparse(value)} is given for the owner")


def _is_nobody(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in {"", None}


def _is_wrapped(ownership: Ownership, module: Module, node: ast.expr) -> bool:
    names = (each for each in inside(node) if isinstance(each, ast.Name | ast.Attribute))
    return any(ownership.is_owner(module, each) for each in names)


def _sealed(ownership: Ownership, module: Module, call: ast.Call) -> Iterator[Fault]:
    """Yield cursors that are not bound to their owner."""
    match call:
        case ast.Call(func=ast.Attribute(value=base, attr="seal" | "open"), args=[where, *_]):
            if "cursor" in ast.unparse(base).lower() and not _holds_owner(ownership, module, where):
                yield at(module, call, "the cursor is not bound to the owner")


def _holds_owner(ownership: Ownership, module: Module, node: ast.AST, far: int = 4) -> bool:
    for each in inside(node):
        if isinstance(each, ast.Name | ast.Attribute) and ownership.is_owner(module, each):
            return True
        if isinstance(each, ast.Name) and far:
            values = module.values(each) or []
            if any(_holds_owner(ownership, module, value, far - 1) for value in values):
                return True
    return False


def _compared(project: Project) -> Iterator[Fault]:
    for module in project.core:
        for node in module.of(ast.Compare):
            sides = [node.left, *node.comparators]
            plain = any(isinstance(op, ast.Eq | ast.NotEq | ast.In) for op in node.ops)
            constant = any(isinstance(each, ast.Constant) for each in sides)
            if plain and not constant and any(_is_secret(each) for each in sides):
                yield at(module, node, f"{ast.unparse(node)} takes longer the more is right")


def _is_secret(node: ast.expr) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _SECRET.match(name) is not None
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _DIGESTS or _SECRET.match(name.removeprefix("get_")) is not None
        case ast.Call(func=ast.Name(id=name)):
            return name in _DIGESTS
    return False


def _decoded(project: Project) -> Iterator[Fault]:
    for module in [*project.core, *project.implementation]:
        for call in module.of(ast.Call):
            if project.names.of(module, call.func) in {"jwt.decode", "jwt.decode_complete"}:
                yield from (at(module, call, what) for what in _laxities(module, call))
        for name, value in _named(module):
            if "algorithms" in name.lower() and _names_none(value):
                yield at(module, value, "the algorithm none is no signature")


def _named(module: Module) -> Iterator[tuple[str, ast.expr]]:
    """Yield what is given a name, by a call or an assignment."""
    yield from ((node.arg or "", node.value) for node in module.of(ast.keyword))
    yield from ((ast.unparse(node.targets[0]), node.value) for node in module.of(ast.Assign))


def _names_none(node: ast.expr) -> bool:
    texts = (each.value for each in inside(node) if isinstance(each, ast.Constant))
    return any(isinstance(text, str) and text.lower() == "none" for text in texts)


def _laxities(module: Module, call: ast.Call) -> Iterator[str]:
    given = keyword(call, "algorithms") or (call.args[2] if len(call.args) > 2 else None)
    if given is None:
        yield "jwt.decode is given no algorithms"
    options = _options(module, keyword(call, "options"))
    if is_false(keyword(call, "verify")):
        yield "jwt.decode verifies no signature"
    for name in _VERIFIED:
        if name in options and not is_true(options[name]):
            yield f"jwt.decode does without {name}"
    required = options.get("require")
    named = {e.value for e in inside(required) if isinstance(e, ast.Constant)} if required else ()
    if missing := sorted(_CLAIMS.difference(named)):
        yield f"jwt.decode does not require {', '.join(missing)}"


def is_false(node: ast.expr | None) -> bool:
    """Tell whether an expression is `False`."""
    return isinstance(node, ast.Constant) and node.value is False


def _options(module: Module, node: ast.expr | None) -> dict[str, ast.expr]:
    if isinstance(node, ast.Name):
        values = module.values(node) or []
        node = values[-1] if values else None
    if not isinstance(node, ast.Dict):
        return {}
    pairs = zip(node.keys, node.values, strict=True)
    return {str(key.value): value for key, value in pairs if isinstance(key, ast.Constant)}


RULES = (
    Rule(
        "FH206",
        "key-without-owner",
        "A cursor or key that is the same for two owners lets one continue where the other was.",
        "Make the owner part of what is sealed, hashed or kept under the key.",
        """\
# file: impl/core/paging.py
def context(owner_id: str, order: str) -> bytes:
    return repr((order,)).encode()
""",
        """\
# file: impl/core/paging.py
def context(owner_id: str, order: str) -> bytes:
    return repr((owner_id, order)).encode()
""",
        _unsealed,
    ),
    Rule(
        "FH207",
        "secret-compared-by-equality",
        "The time that == takes tells how much of a guess is right.",
        "Use hmac.compare_digest.",
        """\
# file: impl/core/auth.py
def verified(signature: bytes, expected: bytes) -> bool:
    return signature == expected
""",
        """\
# file: impl/core/auth.py
import hmac

def verified(signature: bytes, expected: bytes) -> bool:
    return hmac.compare_digest(signature, expected)
""",
        _compared,
    ),
    Rule(
        "FH208",
        "token-not-verified",
        "A token is only proof when its algorithm is fixed and its claims are required.",
        "Name the algorithms, require exp, iat and sub, and leave every verify_ option on.",
        """\
# file: impl/core/auth.py
import jwt

def claims(token, key):
    return jwt.decode(token, key, options={"verify_exp": False})
""",
        """\
# file: impl/core/auth.py
import jwt

def claims(token, key):
    required = {"require": ["exp", "iat", "sub", "aud", "iss"]}
    return jwt.decode(token, key, algorithms=["HS256"], audience="api", options=required)
""",
        _decoded,
    ),
)
