"""scripts/generate: writes generated/ from the contract, or says where the two differ."""

import argparse
import atexit
import gc
import sys
from pathlib import Path

from scripts.codegen import tree
from scripts.codegen.contract import Contract, load
from scripts.codegen.document import ContractError
from scripts.codegen.generation import generate
from scripts.codegen.rendering import HEADER
from scripts.codegen.reporting import Report
from scripts.codegen.structure import check

PROJECT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Return 0 when generated code and contract agree, 1 when not, 2 for a contract at fault."""
    arguments = _arguments()
    report = Report(arguments.verbose)
    gc.disable()  # hardly anything that is made here is garbage before the end,
    atexit.register(gc.freeze)  # where it need not be looked through, either
    try:
        with report.phase("reading the contract"):
            contract = load(arguments.contract)
        with report.phase("checking that it is OpenAPI"):
            check(contract)
        out = arguments.out.resolve()
        if not arguments.check:
            _refuse_foreign(out)
        made = generate(contract, report, allow_unsupported=arguments.allow_unsupported)
        report.notes(contract, [*made.left_out, *made.notes])
        return _compare(out, made.files) if arguments.check else _write(out, made.files, contract)
    except (ContractError, OSError) as error:
        print(error, file=sys.stderr)
        return 2


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/generate",
        description="Write models, protocols and routes from an OpenAPI contract.",
        epilog="Exit codes: 0 done, 1 --check found differences, 2 the contract is at fault.",
    )
    parser.add_argument("--check", action="store_true", help="write nothing, list what differs")
    parser.add_argument("--contract", type=Path, default=PROJECT / "openapi.yaml", metavar="FILE")
    parser.add_argument("--out", type=Path, default=PROJECT / "generated", metavar="DIR")
    parser.add_argument(
        "--allow-unsupported",
        action="store_true",
        help="leave out what cannot be honoured, and list it in DIR/unsupported.txt",
    )
    parser.add_argument(
        "--verbose", action="store_true", help="show the time of each phase, and every note"
    )
    return parser.parse_args()


def _refuse_foreign(out: Path) -> None:
    if foreign := tree.foreign(out, HEADER.encode()):
        raise ContractError(f"{foreign}: was not generated; choose another folder")


def _compare(out: Path, files: tree.Tree) -> int:
    lines = tree.differences(out, files)
    for line in lines:
        print(line)
    if lines:
        print(f"{out.name}/ is not what the contract says: run scripts/generate")
    return 1 if lines else 0


def _write(out: Path, files: tree.Tree, contract: Contract) -> int:
    tree.write(out, files)
    print(f"{out.name}/: {len(files)} files from {contract.path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
