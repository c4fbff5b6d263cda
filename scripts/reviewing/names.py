"""Names followed to what they stand for: through imports, aliases and the project's modules."""

import ast
from collections.abc import Iterable, Mapping

from scripts.reviewing.module import Function, Module

_FAR = 12  # names that may stand for each other, one after the other
_DATABASES = {"sqlalchemy", "sqlmodel"}


class Names:
    """What names in a project stand for, as dotted names such as `sqlmodel.select`."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self._modules = {each.name: each for each in modules.values()}
        self._known: dict[ast.AST, str] = {}

    def of(self, module: Module, node: ast.AST) -> str:
        """Return the dotted name that an expression stands for, or nothing."""
        if node not in self._known:
            self._known[node] = self._of(module, node, _FAR)
        return self._known[node]

    def _of(self, module: Module, node: ast.AST, far: int) -> str:
        match node:
            case ast.Name():
                return self._of_name(module, node, far)
            case ast.Attribute(value=value, attr=attribute):
                base = self._of(module, value, far)
                return self._follow(f"{base}.{attribute}", far) if base else ""
            case ast.Call(func=called, args=[ast.Constant(value=str(name)), *_]):
                loads = self._of(module, called, far) in {"importlib.import_module", "__import__"}
                return name if loads else ""
            case ast.Call(func=ast.Name(id="getattr"), args=[base, ast.Constant(value=str(name))]):
                found = self._of(module, base, far)
                return self._follow(f"{found}.{name}", far) if found else ""
        return ""

    def database(self, module: Module, node: ast.AST) -> str:
        """Return the last part of a name of SQLAlchemy or SQLModel, or nothing."""
        name = self.of(module, node)
        return name.rpartition(".")[2] if name.partition(".")[0] in _DATABASES else ""

    def called(self, module: Module, call: ast.Call) -> tuple[Module, Function] | None:
        """Return the function of the project that a call runs."""
        match call.func:
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
                owner = module.owner(call)
                found = module.functions.get(f"{owner.name}.{name}") if owner else None
                return (module, found) if found else None
        return self.function(self.of(module, call.func))

    def function(self, name: str) -> tuple[Module, Function] | None:
        """Return the function of the project that a dotted name stands for."""
        module, rest = self._split(name)
        found = module.functions.get(rest) if module else None
        return (module, found) if module and found else None

    def class_(self, name: str) -> tuple[Module, ast.ClassDef] | None:
        """Return the class of the project that a dotted name stands for."""
        module, rest = self._split(name)
        found = module.classes.get(rest) if module else None
        return (module, found) if module and found else None

    def modules(self) -> Iterable[Module]:
        """Return the modules of the project."""
        return self._modules.values()

    def module(self, name: str) -> Module | None:
        """Return the module of the project of this name."""
        return self._modules.get(name)

    def _of_name(self, module: Module, node: ast.Name, far: int) -> str:
        if far == 0:
            return ""
        values = module.values(node)
        if not values:
            return "" if module.is_parameter(node) else self._of_global(module, node.id, far)
        found = self._of(module, values[-1], far - 1)
        return found or (f"{module.name}.{node.id}" if node.id in module.globals else "")

    def _of_global(self, module: Module, name: str, far: int) -> str:
        if name in module.functions or name in module.classes:
            return f"{module.name}.{name}"
        if name in module.imports:
            return self._follow(module.imports[name], far)
        for star in module.stars:
            origin = self._modules.get(star)
            if origin is None or name in _exported(origin):
                return self._follow(f"{star}.{name}", far)
        return name if name in {"__import__", "type", "open", "print", "vars", "getattr"} else ""

    def _follow(self, name: str, far: int) -> str:
        """Go on from a name that a module of the project has from elsewhere."""
        module, rest = self._split(name)
        first, _, more = rest.partition(".")
        if module is None or not first or far == 0:
            return name
        if first in module.functions or first in module.classes:
            return name
        found = self._of_module(module, first, far - 1)
        return self._follow(f"{found}.{more}", far - 1) if found and more else found or name

    def _of_module(self, module: Module, name: str, far: int) -> str:
        if values := module.globals.get(name):
            return self._of(module, values[-1], far) or f"{module.name}.{name}"
        return self._of_global(module, name, far)

    def _split(self, name: str) -> tuple[Module | None, str]:
        """Return the module that a dotted name begins with, the longest there is, and the rest."""
        steps = name.split(".")
        for length in range(len(steps), 0, -1):
            if module := self._modules.get(".".join(steps[:length])):
                return module, ".".join(steps[length:])
        return None, name


def _exported(module: Module) -> set[str]:
    return {*module.functions, *module.classes, *module.globals, *module.imports}
