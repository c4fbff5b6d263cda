"""The check, at start-up, that every operation has its implementation."""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


class ImplementationError(TypeError):
    """Implementations that are missing or do not fit; one line for each."""


def check(implementations: Mapping[type[Any], object]) -> None:
    """Compare implementations with the protocols that they are to fulfil.

    Raises ImplementationError that names every missing or mis-signed function at once.
    """
    faults = [
        fault
        for protocol, implementation in implementations.items()
        for name, method in inspect.getmembers(protocol, inspect.iscoroutinefunction)
        for fault in _faults(name, method, implementation)
    ]
    if faults:
        raise ImplementationError("\n".join(["the contract is not fulfilled:", *faults]))


def _faults(name: str, method: Callable[..., Any], implementation: object) -> list[str]:
    _, *parameters = inspect.signature(method).parameters.values()
    expected = [parameter.name for parameter in parameters]
    signature = f"async def {name}({', '.join(expected)})"
    function = getattr(implementation, name, None)
    if function is None:
        return [f"{_place(implementation)}: missing: {signature}"]
    if not inspect.iscoroutinefunction(function):
        return [f"{_place(function)}: not a coroutine: {signature}"]
    actual = inspect.signature(function)
    if _callable_with(actual, expected):
        return []
    return [f"{_place(function)}: {name}{actual} should be: {signature}"]


def _callable_with(signature: inspect.Signature, names: list[str]) -> bool:
    scope, *others = names
    try:
        signature.bind(scope, **dict.fromkeys(others))
    except TypeError:
        return False
    return True


def _place(thing: object) -> str:
    try:
        file = inspect.getsourcefile(thing)  # type: ignore[arg-type] # it raises TypeError itself
        line = inspect.getsourcelines(thing)[1] if inspect.isfunction(thing) else 1
    except (OSError, TypeError):
        return type(thing).__name__
    return f"{Path(file or '?').name}:{line}"
