"""Start-up: every implementation that is missing or does not fit is named at once."""

import inspect
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

from tests.generated_api import HEAD, OpenGate, package

CONTRACT = f"""{HEAD}
paths:
  /a: {{get: {{operationId: missing, responses: {{'204': {{description: Done.}}}}}}}}
  /b: {{get: {{operationId: blocking, responses: {{'204': {{description: Done.}}}}}}}}
  /c/{{name}}:
    parameters: [{{name: name, in: path, required: true, schema: {{type: string}}}}]
    get: {{operationId: renamed, responses: {{'204': {{description: Done.}}}}}}
    put: {{operationId: demanding, responses: {{'204': {{description: Done.}}}}}}
    delete: {{operationId: fitting, responses: {{'204': {{description: Done.}}}}}}
"""


def blocking(scope: str) -> None:
    """Return at once, where a coroutine is expected."""


async def renamed(scope: str, title: str) -> None:
    """Take the parameter by another name."""


async def demanding(scope: str, name: str, more: int) -> None:
    """Take more than there is."""


async def fitting(scope: str, name: str, more: int = 1) -> None:
    """Take what there is, and have a default for the rest."""


def test_all_that_is_missing_or_does_not_fit_is_named_with_its_place(tmp_path: Path) -> None:
    module = package(tmp_path, CONTRACT)
    functions = (blocking, renamed, demanding, fitting)
    implementation = SimpleNamespace(**{each.__name__: each for each in functions})
    api = import_module(f"{module.__name__}.api")
    with pytest.raises(TypeError) as refused:
        api.include(FastAPI(), OpenGate(), default=implementation)
    lines = str(refused.value).splitlines()
    assert lines[0] == "the contract is not fulfilled:"
    found = dict(line.split(": ", 1) for line in lines[1:])
    assert found == {
        "SimpleNamespace": "missing: async def missing(scope)",
        place(blocking): "not a coroutine: async def blocking(scope)",
        place(renamed): f"{signed(renamed)} should be: async def renamed(scope, name)",
        place(demanding): f"{signed(demanding)} should be: async def demanding(scope, name)",
    }


def signed(function: Any) -> str:
    """Return the name of a function with its signature."""
    return f"{function.__name__}{inspect.signature(function)}"


def place(function: Any) -> str:
    """Return the file and the line of a function."""
    return f"test_fulfilment.py:{function.__code__.co_firstlineno}"
