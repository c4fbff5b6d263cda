"""The generated application, in process: what all that is generated is asked through."""

import asyncio
import inspect
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module, invalidate_caches
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_origin, get_type_hints

from starlette.exceptions import HTTPException

from impl.core.gate import Limits
from scripts.agreement.request import Request
from scripts.agreement.transport import Answer, ReachedError, ask
from scripts.codegen import tree

MAX_BYTES = 2**20
_numbers = count()


class _Gate:
    limits = Limits(MAX_BYTES, max_body_seconds=60)

    def admit(self, *_: object, **__: object) -> str:
        return "anybody"

    def problem(self, status: int, **more: Any) -> HTTPException:
        errors = json.dumps([dict(error) for error in more.get("errors", ())])
        return HTTPException(status, errors, more.get("headers"))


@contextmanager
def served(
    files: Mapping[str, bytes], folder: Path, base: str = ""
) -> Iterator[Callable[[Request], Answer]]:
    """Import a generated package from an empty folder; what is returned asks it, below `base`."""
    name = f"measured_{next(_numbers)}"
    tree.write(folder / name, files)
    sys.path.insert(0, str(folder))
    invalidate_caches()
    try:
        app = _application(import_module(f"{name}.api"))
        with asyncio.Runner() as runner:
            yield lambda request: runner.run(ask(app, replace(request, path=base + request.path)))
    finally:
        sys.path.remove(str(folder))
        for module in [each for each in sys.modules if each.partition(".")[0] == name]:
            del sys.modules[module]


def _application(api: Any) -> Any:
    app = api.Application(openapi_url=None)
    hints = get_type_hints(api.include)
    implementations = {
        name: _implementation(hints[name])
        for name, parameter in inspect.signature(api.include).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    }
    api.include(app, _Gate(), **implementations)
    return app


def _implementation(protocol: Any) -> SimpleNamespace:
    methods = inspect.getmembers(get_origin(protocol) or protocol, inspect.iscoroutinefunction)
    return SimpleNamespace(**{name: _function(name, method) for name, method in methods})


def _function(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    async def function(*_: object, **__: object) -> None:
        raise ReachedError(name)

    _, *parameters = inspect.signature(method).parameters.values()
    vars(function)["__signature__"] = inspect.Signature(parameters)
    return function
