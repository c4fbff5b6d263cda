"""What functions answer with: the statuses, headers and media types they raise and return."""

import ast
from dataclasses import dataclass
from http import HTTPStatus

from scripts.reviewing.calls import arguments
from scripts.reviewing.module import Function, Module, inside
from scripts.reviewing.names import Names
from scripts.reviewing.tables import keyword

_ERRORS = {"Problem", "HTTPException"}
_RESPONSES = {
    "JSONResponse": "application/json",
    "ORJSONResponse": "application/json",
    "PlainTextResponse": "text/plain",
    "HTMLResponse": "text/html",
    "Response": "",
    "StreamingResponse": "",
    "FileResponse": "",
    "RedirectResponse": "",
}
_USUAL = {"RedirectResponse": 307}
_KNOWN = {
    "Forbidden": 403,
    "InsufficientScope": 403,
    "NotFound": 404,
    "PreconditionFailed": 412,
    "Unavailable": 503,
}
_FAR = 6  # functions that call each other, and classes that come from each other


@dataclass(frozen=True)
class Answered:
    """A status that a node answers with; `media_type` is empty where it does not say one."""

    module: Module
    node: ast.AST
    status: int
    headers: tuple[str, ...]
    media_type: str
    is_error: bool


class Answering:
    """Finds what functions of a project answer with."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def of(self, module: Module, function: Function) -> list[Answered]:
        """Return the answers of a function, and of the helpers that it calls."""
        found: list[Answered] = []
        seen: set[ast.AST] = set()
        self._collect(module, function, found, seen)
        return found

    def made(self, module: Module, node: ast.AST) -> Answered | None:
        """Return the answer that an expression makes."""
        if isinstance(node, ast.Call):
            return self._called(module, node)
        if isinstance(node, ast.Name | ast.Attribute):
            raised: ast.AST = node
            parent = module.parent(node)
            while isinstance(parent, ast.IfExp) and parent.test is not raised:
                raised, parent = parent, module.parent(parent)
            if isinstance(parent, ast.Raise) and parent.exc is raised:
                status = self._status_of_class(self._names.of(module, node), None, module)
                return Answered(module, node, status, (), "", is_error=True) if status else None
        return None

    def _collect(
        self, module: Module, function: Function, found: list[Answered], seen: set[ast.AST]
    ) -> None:
        if function in seen:
            return
        seen.add(function)
        for node in inside(*function.body):
            if answer := self.made(module, node):
                found.append(answer)
            elif isinstance(node, ast.Call) and (helper := self._helper(module, node)):
                self._collect(*helper, found, seen)

    def _helper(self, module: Module, call: ast.Call) -> tuple[Module, Function] | None:
        """Return the function beside the core that a call runs."""
        found = self._names.called(module, call)
        return None if found and found[0].path.startswith("impl/core/") else found

    def _called(self, module: Module, call: ast.Call) -> Answered | None:
        name = self._names.of(module, call.func)
        last = name.rpartition(".")[2]
        if last in _RESPONSES and name.startswith(("fastapi.", "starlette.")):
            return self._response(module, call, last)
        status = self._status_of_class(name, call, module)
        if status is None:
            return None
        headers = _header_names(keyword(call, "headers"))
        return Answered(module, call, status, headers, "", is_error=True)

    def _response(self, module: Module, call: ast.Call, name: str) -> Answered | None:
        given = keyword(call, "status_code") or (call.args[1] if len(call.args) > 1 else None)
        status = self.status(module, given) if given else _USUAL.get(name, 200)
        said = keyword(call, "media_type")
        media = str(said.value) if isinstance(said, ast.Constant) else _RESPONSES[name]
        headers = _header_names(keyword(call, "headers"))
        if status is None:
            return None
        return Answered(module, call, status, headers, media, is_error=False)

    def _status_of_class(
        self, name: str, call: ast.Call | None, module: Module, far: int = _FAR
    ) -> int | None:
        """Return the status of an error of this class, made by a call."""
        if name.rpartition(".")[2] in _ERRORS:
            given = call and (keyword(call, "status_code") or keyword(call, "status"))
            given = given or (call.args[0] if call and call.args else None)
            return self.status(module, given) if given else None
        found = self._names.class_(name)
        if found is None or far == 0:
            home, _, last = name.rpartition(".")
            return _KNOWN.get(last) if home == "impl.core.problems" else None
        return self._of_base(*found, call, module, far - 1)

    def _of_base(
        self, home: Module, node: ast.ClassDef, call: ast.Call | None, module: Module, far: int
    ) -> int | None:
        """Return the status that a class hands to the one that it comes from."""
        init = home.functions.get(f"{node.name}.__init__")
        for inner in inside(*init.body) if init else ():
            match inner:
                case ast.Call(func=ast.Attribute(attr="__init__"), args=[ast.Constant(), *_]):
                    return self.status(home, inner.args[0])
                case ast.Call(func=ast.Attribute(attr="__init__"), args=[ast.Name(id=n), *_]):
                    given = arguments(init, call).get(n) if init and call else None
                    return self.status(module, given) if given else None
        bases = (self._names.of(home, base) for base in node.bases)
        known = (self._status_of_class(base, call, module, far) for base in bases)
        return next((each for each in known if each is not None), None)

    def status(self, module: Module, node: ast.AST) -> int | None:
        """Return the status that an expression stands for."""
        match node:
            case ast.Constant(value=int(value)):
                return value
            case ast.Attribute(attr=name):
                if name.startswith("HTTP_") and name[5:8].isdigit():
                    return int(name[5:8])
                return HTTPStatus[name].value if name in HTTPStatus.__members__ else None
            case ast.Name():
                known = {self.status(module, each) for each in module.values(node) or []}
                return known.pop() if len(known) == 1 else None
        return None


def _header_names(node: ast.AST | None) -> tuple[str, ...]:
    keys = node.keys if isinstance(node, ast.Dict) else []
    return tuple(str(each.value) for each in keys if isinstance(each, ast.Constant))
