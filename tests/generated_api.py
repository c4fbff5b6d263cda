"""Contracts of the tests' own: generated, imported and served in process."""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import httpx2
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Scope

from impl.core.gate import Limits
from scripts.codegen import tree
from scripts.codegen.contract import load
from scripts.codegen.generation import generate
from scripts.codegen.structure import check

HEAD = """\
openapi: 3.1.0
info: {title: Probe, version: '1'}
security: [{token: []}]
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
"""
"""What every contract of the tests begins with; schemas may follow, indented by two."""

type Security = tuple[Mapping[str, frozenset[str]], ...]

_numbers = count()


def render(folder: Path, text: str) -> dict[str, bytes]:
    """Return the files that a contract generates; raises ContractError."""
    path = folder / "contract.yaml"
    path.write_text(text, "utf-8")
    contract = load(path)
    check(contract)
    return generate(contract).files


def package(folder: Path, text: str) -> ModuleType:
    """Generate a contract into a folder, under a package name of its own, and import it."""
    name = f"probe_{next(_numbers)}"
    tree.write(folder / name, render(folder, text))
    spec = spec_from_file_location(name, folder / name / "__init__.py")
    if spec is None or spec.loader is None:
        raise ImportError(name)
    sys.modules[name] = module = module_from_spec(spec)
    spec.loader.exec_module(module)
    import_module(f"{name}.api")
    return module


@dataclass
class OpenGate:
    """A gate that lets everybody in, and remembers whom it asked for."""

    limits: Limits = field(default_factory=lambda: Limits(2**20, max_body_seconds=5))
    admitted: list[tuple[Security, str | None]] = field(default_factory=list)

    def admit(self, connection: Scope, security: Security, user_id: str | None) -> str:
        """Return a scope that says nothing."""
        self.admitted.append((security, user_id))
        return str(connection["type"])

    def problem(
        self,
        status: int,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> HTTPException:
        """Return an exception whose answer holds the errors as its `detail`."""
        return HTTPException(status, [dict(error) for error in errors], headers)  # type: ignore[arg-type] # FastAPI answers any JSON


def serve(module: ModuleType, gate: OpenGate, **functions: Callable[..., Any]) -> FastAPI:
    """Return the application of a package whose tags are all implemented by these functions."""
    api = import_module(f"{module.__name__}.api")
    app: FastAPI = api.Application(openapi_url=None)
    names = api.include.__kwdefaults__ or api.include.__annotations__.keys() - {
        "app",
        "gate",
        "return",
    }
    api.include(app, gate, **dict.fromkeys(names, SimpleNamespace(**functions)))
    return app


def call(app: ASGIApp, method: str, url: str, **options: Any) -> httpx2.Response:
    """Send one request; an exception of the application is raised here."""

    async def send() -> httpx2.Response:
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://api.test") as client:
            return await client.request(method, url, **options)

    return asyncio.run(send())
