"""scripts/mock: serves any contract with the code that it generates."""

import argparse
import signal
import sys
from collections.abc import Iterator
from importlib import import_module, invalidate_caches
from pathlib import Path
from socket import create_server, socket
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp
from uvicorn import Config, Server

from impl.core import problems
from impl.core.problems import Problem
from scripts.codegen import tree
from scripts.codegen.contract import load
from scripts.codegen.document import ContractError
from scripts.codegen.generation import Generated, generate
from scripts.codegen.reporting import Report
from scripts.codegen.structure import check
from scripts.mocking.answers import Types, implementation
from scripts.mocking.gate import MockGate
from scripts.mocking.samples import SampleError, Samples
from scripts.serving.connection import Connection

PACKAGE = "mocked"
_GRACE = 2
"""How many seconds requests have to finish when the server is asked to end."""


def main() -> int:
    """Return 0 after an orderly end, 2 for a contract or an address at fault."""
    arguments = _arguments()
    # The folder goes with this process, however it is asked to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return 0


def _run(arguments: argparse.Namespace) -> int:
    report = Report()
    try:
        with report.phase("reading the contract"):
            contract = load(arguments.contract)
            check(contract)
        made = generate(contract, report, allow_unsupported=arguments.allow_unsupported)
        listener = _listen(arguments)
    except (ContractError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    with TemporaryDirectory(prefix="freehold-mock-") as folder, listener:
        app = application(made, Path(folder))
        host, port = listener.getsockname()[:2]
        print(f"Mock of {contract.path.name}: http://{host}:{port}{_first(made)}", flush=True)
        _server(app).run([listener])
    return 0


def _server(app: ASGIApp) -> Server:
    config = Config(
        app,
        access_log=False,
        http=Connection,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        ws="none",
    )
    return Server(config)


def _listen(arguments: argparse.Namespace) -> socket:
    host, port = arguments.host, arguments.port
    try:
        return create_server((host, port), backlog=2048)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise OSError(f"--port: cannot listen on {host}:{port}: {why}") from None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/mock",
        description="Serve a contract: requests are validated by the code that it generates, "
        "answers are its examples, or made up. 'Prefer: status=404' picks another one.",
        epilog="Exit codes: 0 ended in order, 2 the contract or the address is at fault.",
    )
    parser.add_argument("contract", type=Path, metavar="FILE")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8010, help="0 for any (8010)")
    parser.add_argument(
        "--allow-unsupported", action="store_true", help="leave out what cannot be honoured"
    )
    return parser.parse_args()


def application(made: Generated, folder: Path) -> ASGIApp:
    """Return the application of a generated package, which is written to an empty folder."""
    tree.write(folder / PACKAGE, made.files)
    sys.path.insert(0, str(folder))
    invalidate_caches()
    try:
        api: Any = import_module(f"{PACKAGE}.api")
        implementations = dict(_implementations(made))
    finally:
        sys.path.remove(str(folder))
        for name in [each for each in sys.modules if each.partition(".")[0] == PACKAGE]:
            del sys.modules[name]
    app = api.Application(openapi_url=None)
    problems.install(app)
    app.add_exception_handler(SampleError, _unanswered)
    api.include(app, MockGate(api.SCHEMES), **implementations)
    return problems.ErrorBoundary(app)


def _implementations(made: Generated) -> Iterator[tuple[str, SimpleNamespace]]:
    """Return what stands in for the implementation of each tag, by its module's name."""
    types = Types(import_module(f"{PACKAGE}.models"), made.types, Samples(made.schemas))
    for tag in made.api.tags:
        module = import_module(f"{PACKAGE}.{tag.module}")
        functions = {each.id: implementation(each, module, types) for each in tag.operations}
        yield tag.module, SimpleNamespace(**functions)


async def _unanswered(_: Request, error: Exception) -> Response:
    return problems.response(Problem(501, f"There is no answer to make up: {error}."))


def _first(made: Generated) -> str:
    """Return the path of an operation to try: at best one that a browser can ask for."""
    operations = [each for tag in made.api.tags for each in tag.operations]
    paths = [
        ("{" in path, each.method != "GET", path) for each in operations for path in each.paths
    ]
    return min(paths, key=lambda found: found[:2], default=(False, False, "/"))[2]


if __name__ == "__main__":
    sys.exit(main())
