"""Calls of the project's own functions: what is given to them, and from where they are called."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from scripts.reviewing.module import Function, Module, inside, parameters
from scripts.reviewing.names import Names

type Place = tuple[Module, ast.Call]


def arguments(function: Function, call: ast.Call) -> dict[str, ast.expr]:
    """Return the arguments of a call by the names of the parameters that they are given to.

    What is left for `*name` is a tuple. Behind an argument that is spread, places are not known.
    """
    a = function.args
    names = [each.arg for each in (*a.posonlyargs, *a.args)]
    if names[:1] in (["self"], ["cls"]) and isinstance(call.func, ast.Attribute):
        names = names[1:]
    spread = [at for at, each in enumerate(call.args) if isinstance(each, ast.Starred)]
    certain = min([*spread, len(call.args)])
    found = dict(zip(names, call.args[:certain], strict=False))
    if a.vararg and certain >= len(names):
        found[a.vararg.arg] = ast.Tuple(call.args[len(names) :], ast.Load())
    return {**found, **{each.arg: each.value for each in call.keywords if each.arg}}


def returned(module: Module, function: Function) -> list[ast.expr]:
    """Return the expressions that a function returns."""
    found = (each for each in inside(function) if isinstance(each, ast.Return))
    own = (each for each in found if module.function(each) is function)
    return [each.value or ast.Constant(value=None) for each in own]


class Calls:
    """Finds from where functions are called."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def of(self, function: Function) -> list[Place]:
        """Return the calls of a function; none if it may be called from elsewhere as well."""
        return [] if function in self._handed_on else self._known[function]

    def holder(self, module: Module, name: ast.Name) -> Function | None:
        """Return the function of which a name is a parameter."""
        around = (each for each in module.around(name) if isinstance(each, Function.__value__))
        return next((each for each in around if name.id in parameters(each)), None)

    @cached_property
    def _known(self) -> dict[Function, list[Place]]:
        found: dict[Function, list[Place]] = defaultdict(list)
        for module in self._names.modules():
            for call in module.of(ast.Call):
                if called := self._names.called(module, call):
                    found[called[1]].append((module, call))
        return found

    @cached_property
    def _handed_on(self) -> set[Function]:
        """The functions that are given to something else, or called of what is not known."""
        called = {call.func for places in self._known.values() for _, call in places}
        methods = self._methods()
        found: set[Function] = set()
        for module in self._names.modules():
            for node in module.of(ast.Name, ast.Attribute):
                if node in called or isinstance(module.parent(node), ast.Attribute):
                    continue
                if isinstance(node, ast.Attribute):
                    found.update(methods.get(node.attr, ()))
                if known := self._names.function(self._names.of(module, node)):
                    found.add(known[1])
        return found

    def _methods(self) -> dict[str, list[Function]]:
        found: dict[str, list[Function]] = defaultdict(list)
        for name, function in self._functions():
            if "." in name:
                found[name.rpartition(".")[2]].append(function)
        return found

    def _functions(self) -> Iterator[tuple[str, Function]]:
        for module in self._names.modules():
            yield from module.functions.items()
