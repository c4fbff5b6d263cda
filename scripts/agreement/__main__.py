"""scripts/fidelity: measures how exactly generated code enforces its contract."""

import argparse
import sys
import time
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.agreement.comparison import Ask, Row, Sources, compare
from scripts.agreement.judge import Judge
from scripts.agreement.operations import base_path
from scripts.agreement.report import Report, as_json, lines
from scripts.agreement.requests import Generator
from scripts.agreement.serving import served
from scripts.codegen.contract import load
from scripts.codegen.document import ContractError
from scripts.codegen.generation import generate
from scripts.codegen.structure import check

_REQUESTS = (
    "how many of each kind for each operation: positive, negative and covering ones; "
    "and twice as many mutated ones (default 50)"
)


def main() -> int:
    """Return 0 when judge and servers agree, 1 when not, 2 for a contract at fault."""
    arguments = _arguments()
    try:
        reports = [measure(path, arguments) for path in arguments.contracts]
    except (ContractError, OSError, LookupError) as error:
        print(error, file=sys.stderr)
        return 2
    if arguments.json:
        print(as_json(reports))
    else:
        print("\n\n".join("\n".join(lines(report)) for report in reports))
    return 1 if any(report.disagreements for report in reports) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/fidelity",
        description="Measure how exactly the code that contracts generate enforces them.",
        epilog="Exit codes: 0 all agree, 1 there are disagreements, 2 a contract is at fault.",
    )
    parser.add_argument("contracts", type=Path, nargs="+", metavar="FILE")
    add = parser.add_argument
    add("--seed", type=int, default=1, metavar="N", help="what chance begins with (default 1)")
    add("--requests", type=int, default=50, metavar="N", help=_REQUESTS)
    add("--json", action="store_true", help="write JSON instead of tables")
    add("--operation", action="append", default=[], metavar="ID", help="only this; repeatable")
    add("--time", type=float, default=0, metavar="SECONDS", help="limit for each contract")
    return parser.parse_args()


def measure(path: Path, arguments: argparse.Namespace) -> Report:
    """Measure one contract; raises ContractError and LookupError."""
    start = time.monotonic()
    contract = load(path)
    check(contract)
    judge = Judge(contract.document)
    operations = [each.id for each in judge.operations]
    if missing := set(arguments.operation) - set(operations):
        raise ContractError(f"{path.name}: no such operation: {', '.join(sorted(missing))}")
    generator = Generator(contract.document, arguments.seed)
    sources = Sources(judge, generator, arguments.requests, arguments.seed)
    end = start + arguments.time if arguments.time else inf
    with (
        TemporaryDirectory() as folder,
        served(generate(contract).files, Path(folder), base_path(contract.document)) as ask,
    ):
        rows = _rows(sources, set(arguments.operation or operations), ask, end)
    return Report(path.name, rows, time.monotonic() - start)


def _rows(sources: Sources, wanted: set[str], ask: Ask, end: float) -> list[Row]:
    rows = []
    chosen = [each for each in sources.judge.operations if each.id in wanted]
    for number, operation in enumerate(chosen, start=1):
        _progress(f"{number}/{len(chosen)} {operation.id}")
        rows.append(compare(sources, operation, ask, end))
    _progress("")
    return rows


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text:.78}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
