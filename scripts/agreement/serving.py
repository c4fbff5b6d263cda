"""The generated application, in process: what all that is generated is asked through."""

import asyncio
import inspect
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_type_hints

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

    def problem(
        self,
        status: int,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> HTTPException:
        return HTTPException(status, json.dumps([dict(error) for error in errors]), headers)


@contextmanager
def served(files: Mapping[str, bytes], folder: Path) -> Iterator[Callable[[Request], Answer]]:
    """Import a generated package from an empty folder; what is returned asks it."""
    name = f"measured_{next(_numbers)}"
    tree.write(folder / name, files)
    spec = spec_from_file_location(name, folder / name / "__init__.py")
    if spec is None or spec.loader is None:
        raise ImportError(name)
    sys.modules[name] = module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        app = _application(import_module(f"{name}.api"))
        with asyncio.Runner() as runner:
            yield lambda request: runner.run(ask(app, request))
    finally:
        for key in [key for key in sys.modules if key.partition(".")[0] == name]:
            del sys.modules[key]


def _application(api: Any) -> Any:
    app = api.Application(openapi_url=None)
    hints = get_type_hints(api.include)
    implementations = {
        parameter.name: _implementation(hints[parameter.name])
        for parameter in inspect.signature(api.include).parameters.values()
        if parameter.kind is parameter.KEYWORD_ONLY
    }
    api.include(app, _Gate(), **implementations)
    return app


def _implementation(protocol: Any) -> SimpleNamespace:
    methods = inspect.getmembers(
        getattr(protocol, "__origin__", protocol), inspect.iscoroutinefunction
    )
    return SimpleNamespace(**{name: _function(name, method) for name, method in methods})


def _function(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    async def function(*_: object, **__: object) -> None:
        raise ReachedError(name)

    _, *parameters = inspect.signature(method).parameters.values()
    vars(function)["__signature__"] = inspect.Signature(parameters)
    return function
