"""scripts/fuzz: proves that no user of an API reaches what another one owns."""

import argparse
import secrets
import sys
import time
from contextlib import ExitStack
from math import inf
from pathlib import Path
from random import Random

from impl.core.embedded import EmbeddedPostgresError
from scripts.codegen.document import ContractError
from scripts.fuzzing import conformance
from scripts.fuzzing.actors import UnreachableError, actor, client
from scripts.fuzzing.arguments import PROBES, parse
from scripts.fuzzing.composition import Composer
from scripts.fuzzing.conformance import ConformanceError, Subject
from scripts.fuzzing.holdings import Holdings, Known
from scripts.fuzzing.ledger import EnoughError, Ledger
from scripts.fuzzing.rehearsal import RefusedError
from scripts.fuzzing.report import Report, as_json, as_junit, lines
from scripts.fuzzing.rounds import Budget, run
from scripts.fuzzing.rows import DatabaseError, Rows
from scripts.fuzzing.samples import Samples
from scripts.fuzzing.serving import ServerError
from scripts.fuzzing.stage import Stage
from scripts.fuzzing.targets import Target, target

_FAULTS = (
    ConformanceError, ContractError, DatabaseError, EmbeddedPostgresError, LookupError, OSError,
    RefusedError, ServerError, UnreachableError,
)  # fmt: skip


def main(given: list[str] | None = None) -> int:
    """Return 0 when all is well, 1 for findings, 2 when it cannot be tried."""
    arguments = parse(given)
    arguments.seed = secrets.randbelow(2**32) if arguments.seed is None else arguments.seed
    start = time.monotonic()
    try:
        with ExitStack() as stack:
            tried = target(arguments, stack)
            ledger = _tried(arguments, tried)
        report = Report(ledger, arguments.seed, time.monotonic() - start, _operations(tried))
        _write(arguments, report)
    except _FAULTS as error:
        _progress("")
        print(_line(error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return ledger.exit_code


def _operations(tried: Target) -> list[str]:
    return list(tried.surface.endpoints)


def _tried(arguments: argparse.Namespace, tried: Target) -> Ledger:
    """Return what both parts have found, or the one that is asked for."""
    ledger = Ledger(arguments.first)
    try:
        _try(arguments, tried, ledger)
    except EnoughError:
        # What comes after the first finding was not meant to be probed.
        ledger.not_probed.clear()
    _progress("")
    return ledger


def _try(arguments: argparse.Namespace, tried: Target, ledger: Ledger) -> None:
    parts = 2 if arguments.only is None else 1
    seconds = arguments.time / parts if arguments.time else None
    if arguments.only != "contract":
        _two_users(arguments, tried, seconds, ledger)
    if arguments.only != "two-users":
        _progress("the contract")
        subject = Subject(tried.contract, tried.surface, tried.url, tried.users)
        conformance.check(subject, arguments.seed, seconds, ledger)
    for line in tried.errors():
        ledger.find("server error", "*", f"the server's log: {line:.200}", [])


def _two_users(
    arguments: argparse.Namespace, tried: Target, seconds: float | None, ledger: Ledger
) -> None:
    """Try the surface with both users, within the time if there is a bound."""
    budget = Budget(arguments.probes or PROBES, time.monotonic() + (seconds or inf))
    with ExitStack() as stack:
        rows = Rows(tried.database) if tried.database else None
        if rows:
            stack.callback(rows.close)
        run(_stage(arguments.seed, tried, ledger, stack), rows, budget, _progress)


def _stage(seed: int, tried: Target, ledger: Ledger, stack: ExitStack) -> Stage:
    random = Random(seed)  # noqa: S311 - it is to be repeatable
    samples = Samples(tried.surface, seed)
    known = Known(tried.surface, samples, Composer(tried.surface, samples, random))
    alice, bob = (
        Holdings(
            actor(name, proof, stack.enter_context(client()), tried.url, random), known, random
        )
        for name, proof in tried.users.items()
    )
    return Stage(tried.surface, known, alice, bob, random, ledger, tried.mint)


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
