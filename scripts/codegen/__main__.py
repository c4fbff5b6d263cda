"""scripts/generate: writes generated/ from the contract, or says where the two differ."""

import argparse
import sys
from pathlib import Path

from scripts.codegen import tree
from scripts.codegen.contract import Contract, load
from scripts.codegen.document import ContractError
from scripts.codegen.models import Models
from scripts.codegen.reading import Reading
from scripts.codegen.rendering import HEADER, Rendering
from scripts.codegen.shapes import Shapes
from scripts.codegen.structure import check

PROJECT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Return 0 when generated code and contract agree, 1 when not, 2 for a contract at fault."""
    arguments = _arguments()
    try:
        contract = load(arguments.contract)
        check(contract)
        return (
            _compare(arguments.out.resolve(), contract)
            if arguments.check
            else _write(arguments.out.resolve(), contract)
        )
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
    return parser.parse_args()


def generate(contract: Contract) -> dict[str, bytes]:
    """Return the generated package; raises ContractError that lists what is not supported."""
    reading = Reading(contract)
    api = reading.api()
    book = reading.book
    if places := book.unsupported:
        lines = [
            str(contract.error(place.pointer, place.reason)) for place in dict.fromkeys(places)
        ]
        count = f"{len(lines)} place{'s'[: len(lines) > 1]} cannot be honoured; nothing was written"
        raise ContractError("\n".join([*lines, f"{contract.path.name}: {count}"]))
    shapes = Shapes(book.schemas)
    models = Models(shapes.shapes, book.inline)
    return Rendering(models, book.schemas, shapes.loose()).tree(api, contract.document)


def _compare(out: Path, contract: Contract) -> int:
    lines = tree.differences(out, generate(contract))
    for line in lines:
        print(line)
    if lines:
        print(f"{out.name}/ is not what the contract says: run scripts/generate")
    return 1 if lines else 0


def _write(out: Path, contract: Contract) -> int:
    if foreign := tree.foreign(out, HEADER.encode()):
        raise ContractError(f"{foreign}: was not generated; choose another folder")
    files = generate(contract)
    tree.write(out, files)
    print(f"{out.name}/: {len(files)} files from {contract.path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
