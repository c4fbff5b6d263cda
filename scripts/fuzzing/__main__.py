"""scripts/fuzz: proves that no user reaches another's things."""

import argparse
import secrets
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from math import inf
from pathlib import Path
from random import Random
from urllib.parse import urlsplit
from uuid import uuid4

from impl.core.embedded import EmbeddedPostgresError
from scripts.codegen.contract import load
from scripts.codegen.document import ContractError
from scripts.fuzzing.actors import Credential, UnreachableError, actor, client, credential
from scripts.fuzzing.arguments import PROBES, TIME, parse
from scripts.fuzzing.composition import Composer
from scripts.fuzzing.holdings import Holdings, Known
from scripts.fuzzing.ledger import Ledger
from scripts.fuzzing.report import Report, as_json, as_junit, lines
from scripts.fuzzing.rounds import Budget, run
from scripts.fuzzing.rows import DatabaseError, Rows
from scripts.fuzzing.samples import Samples
from scripts.fuzzing.serving import ServerError, serving
from scripts.fuzzing.stage import Stage
from scripts.fuzzing.surface import Surface, read

_FAULTS = (
    ContractError, DatabaseError, EmbeddedPostgresError, LookupError, OSError, ServerError,
    UnreachableError,
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """What is tried: its contract, where it is, its two users, and its database if it is known."""

    contract: Path
    url: str
    users: tuple[Credential, Credential]
    database: str | None


def main() -> int:
    """Return 0 when all is well, 1 for findings, 2 when it cannot be tried."""
    arguments = parse()
    arguments.seed = secrets.randbelow(2**32) if arguments.seed is None else arguments.seed
    start = time.monotonic()
    try:
        with ExitStack() as stack:
            target, surface = _target(arguments, stack)
            ledger = _tried(arguments, target, surface, stack)
    except _FAULTS as error:
        _progress("")
        print(_line(error), file=sys.stderr)
        return 2
    report = Report(ledger, arguments.seed, time.monotonic() - start, list(surface.endpoints))
    _write(arguments, report)
    return ledger.exit_code


def _target(arguments: argparse.Namespace, stack: ExitStack) -> tuple[Target, Surface]:
    """Return what is tried and its surface; a project's server is started, and ends with the stack."""
    contract = arguments.contract or arguments.project / "openapi.yaml"
    surface = read(load(contract).document)
    if arguments.contract:
        return Target(contract, arguments.url, tuple(arguments.user), arguments.database), surface
    policies = arguments.row_level_security == "on"
    served = stack.enter_context(serving(arguments.project, policies=policies))
    scopes = sorted({each for e in surface.endpoints.values() for each in e.scopes})
    first, second = (
        credential(served.token(f"{name}-{uuid4()}", scopes)) for name in ("alice", "bob")
    )
    return Target(contract, served.url, (first, second), served.database), surface


def _tried(
    arguments: argparse.Namespace, target: Target, surface: Surface, stack: ExitStack
) -> Ledger:
    rows = Rows(target.database) if target.database else None
    if rows:
        stack.callback(rows.close)
    stage = _stage(arguments, target, surface)
    default = inf if arguments.probes else TIME
    end = time.monotonic() + (arguments.time or default)
    run(stage, rows, Budget(arguments.probes or PROBES, end), _progress)
    _progress("")
    return stage.ledger


def _stage(arguments: argparse.Namespace, target: Target, surface: Surface) -> Stage:
    random = Random(arguments.seed)  # noqa: S311 - it is to be repeatable
    samples = Samples(surface, arguments.seed)
    known = Known(surface, samples, Composer(surface, samples, random))
    base = _base(target.url, surface.base)
    alice, bob = (
        Holdings(actor(name, proof, client(), base, random), known, random)
        for name, proof in zip(("alice", "bob"), target.users, strict=True)
    )
    return Stage(surface, known, alice, bob, random, Ledger(), {})


def _base(url: str, path: str) -> str:
    """Return the URL that paths follow: the contract's own base is in it once."""
    return url if urlsplit(url).path.rstrip("/").endswith(path or "\0") else url + path


def _write(arguments: argparse.Namespace, report: Report) -> None:
    if arguments.junit:
        arguments.junit.write_text(as_junit(report), "utf-8")
    if arguments.json == "-":
        print(as_json(report))
        return
    if arguments.json:
        Path(arguments.json).write_text(as_json(report), "utf-8")
    print("\n".join(lines(report, verbose=arguments.verbose)))


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text:.78}", end="", file=sys.stderr, flush=True)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())


if __name__ == "__main__":
    sys.exit(main())
