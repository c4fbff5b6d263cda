"""Generation: from a contract to the files of a package."""

from dataclasses import dataclass

from scripts.codegen import tree
from scripts.codegen.canonical import Schema
from scripts.codegen.contract import Contract
from scripts.codegen.document import ContractError
from scripts.codegen.models import Models
from scripts.codegen.reading import Reading
from scripts.codegen.rendering import Rendering
from scripts.codegen.reporting import Report, listed
from scripts.codegen.shapes import Shapes
from scripts.codegen.specification import ApiSpec, Place

_UNFIT = "a default in here does not fit its schema, or is none in code: it is not used"


@dataclass(frozen=True)
class Generated:
    """A package: its files by path, and what they were written from.

    `types` are the names that schemas have in the module of models. `left_out` is what could not
    be honoured, and `notes` is what says nothing, though one may think so.
    """

    files: dict[str, bytes]
    api: ApiSpec
    schemas: dict[str, Schema]
    types: dict[str, str]
    left_out: list[Place]
    notes: list[Place]


def generate(
    contract: Contract, report: Report | None = None, *, allow_unsupported: bool = False
) -> Generated:
    """Return the generated package; raises ContractError that lists what is not supported.

    With `allow_unsupported` it is left out instead, and listed in a file of the package.
    """
    report = report or Report()
    with report.phase("reading operations and schemas"):
        reading = Reading(contract)
        api = reading.api()
    book = reading.book
    unsupported = listed(contract, book.unsupported)
    if unsupported and not allow_unsupported:
        raise _refusal(contract, unsupported)
    with report.phase("shaping types"):
        shapes = Shapes(book.schemas)
        unfit = [Place(book.pointer(name), _UNFIT) for name in shapes.unfit]
    with report.phase("writing models"):
        models = Models(shapes.shapes, book.inline)
    with report.phase("writing operations"):
        rendering = Rendering(models, book.schemas, shapes.loose())
        files = rendering.tree(api, contract.document)
    if unsupported:
        files[tree.UNSUPPORTED] = ("\n".join(unsupported) + "\n").encode()
    types = {name: models.class_name(name) for name in book.schemas}
    notes = [*book.remarks, *unfit]
    return Generated(files, api, book.schemas, types, book.unsupported, notes)


def _refusal(contract: Contract, unsupported: list[str]) -> ContractError:
    count = f"{len(unsupported)} place{'s'[: len(unsupported) > 1]} cannot be honoured"
    last = f"{contract.path.name}: {count}; nothing was written"
    return ContractError("\n".join([*unsupported, last]))
