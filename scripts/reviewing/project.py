"""A project as the rules see it: its texts, modules and contract, each read once."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from scripts.codegen.contract import Contract, load
from scripts.codegen.document import ContractError
from scripts.codegen.structure import check
from scripts.reviewing.listing import listed, read
from scripts.reviewing.module import Module
from scripts.reviewing.names import Names
from scripts.reviewing.ownership import Ownership
from scripts.reviewing.rule import Fault

CONTRACT = "openapi.yaml"
CORE, CODE, MIGRATIONS = "impl/core/", "impl/", "migrations/"

_PARTS = (CONTRACT, CODE, CORE, MIGRATIONS)


@dataclass
class Project:
    """The files of a project, by their paths relative to it.

    `unreadable` and `unbounded` are faults found on the way: what cannot be parsed, and what is
    too large to be read whole. `missing` names the parts that the project does not have.
    """

    root: Path
    texts: dict[str, str] = field(default_factory=dict)
    modules: dict[str, Module] = field(default_factory=dict)
    contract: Contract | None = None
    unreadable: list[Fault] = field(default_factory=list)
    unbounded: list[Fault] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @cached_property
    def names(self) -> Names:
        """What the names in its modules stand for."""
        return Names(self.modules)

    @cached_property
    def ownership(self) -> Ownership:
        """What its expressions say of owners."""
        return Ownership(self.names)

    @property
    def has_parts(self) -> bool:
        """Whether there is anything that a rule could be about."""
        return len(self.missing) < len(_PARTS)

    @property
    def core(self) -> list[Module]:
        """The modules of `impl/core`."""
        return [each for path, each in self.modules.items() if path.startswith(CORE)]

    @property
    def implementation(self) -> list[Module]:
        """The modules of `impl` beside the core."""
        return [
            each
            for path, each in self.modules.items()
            if path.startswith(CODE) and not path.startswith(CORE)
        ]

    @property
    def migrations(self) -> list[Module]:
        """The modules that migrations stand in, and what they import from beside them."""
        return [each for path, each in self.modules.items() if path.startswith(MIGRATIONS)]


def opened(root: Path) -> Project:
    """Read a project; raises OSError for a folder that cannot be read."""
    project = Project(root)
    for path in listed(root):
        _take(project, path)
    _take_contract(project)
    every = [*project.texts, *(fault.path for fault in project.unreadable)]
    project.missing = [part for part in _PARTS if not any(p.startswith(part) for p in every)]
    return project


def _take(project: Project, path: Path) -> None:
    name = path.relative_to(project.root).as_posix()
    try:
        raw, is_whole = read(path)
    except OSError as error:
        project.unreadable.append(Fault(name, 1, f"it cannot be read: {error.strerror}"))
        return
    is_code = name.endswith(".py") and name.startswith((CODE, MIGRATIONS))
    if b"\0" in raw[:8192] and not is_code:
        return
    text, fault = _decoded(name, raw)
    project.texts[name] = text
    if not is_whole:
        project.unbounded.append(Fault(name, 1, "only the first 1 MiB of it was read"))
    elif is_code and fault:
        project.unreadable.append(fault)
    elif is_code:
        _parse(project, name, text)


def _decoded(name: str, raw: bytes) -> tuple[str, Fault | None]:
    """Return a file's text, and the fault of one that is not UTF-8."""
    try:
        return raw.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return raw.decode("latin-1"), Fault(name, line, "it is not UTF-8")


def _parse(project: Project, name: str, text: str) -> None:
    try:
        project.modules[name] = Module(name, text)
    except SyntaxError as error:
        fault = Fault(name, error.lineno or 1, f"it is not Python: {error.msg}")
        project.unreadable.append(fault)
    except (ValueError, RecursionError, MemoryError) as error:
        project.unreadable.append(Fault(name, 1, f"it cannot be parsed: {error}"))


def _take_contract(project: Project) -> None:
    path = project.root / CONTRACT
    if CONTRACT not in project.texts:
        return
    try:
        contract = load(path)
        check(contract)
    except (ContractError, RecursionError) as error:
        place, _, why = str(error).partition(": ")
        file, _, line = place.partition(":")
        number = int(line) if line.isdecimal() else 1
        project.unreadable.append(Fault(file or CONTRACT, number, why or place))
    else:
        project.contract = contract
