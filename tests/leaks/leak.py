"""A leak: edits after which users are no longer apart, to be tried on a copy of the project."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.running import PROJECT, environment

_PARTS = ("generated", "impl", "migrations", "scripts", "openapi.yaml", "pyproject.toml")


class Edit(NamedTuple):
    """One text of one file, and what takes its place."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Leak:
    """What is wrong, and the edits that make it so.

    `fuzzed` says whether the fuzz finds it without the policies of the database.
    """

    name: str
    edits: tuple[Edit, ...]
    fuzzed: bool = True

    def apply(self, project: Path) -> None:
        """Edit a copy of the project; raise `LookupError` unless each text is there once."""
        for file, old, new in self.edits:
            path = project / file
            text = path.read_text()
            if text.count(old) != 1:
                raise LookupError(f"{self.name}: {text.count(old)} places in {file}")
            path.write_text(text.replace(old, new))
        if any(edit.file == "openapi.yaml" for edit in self.edits):
            generate = [sys.executable, "-P", "-m", "scripts.codegen"]
            ours = environment(PYTHONPATH=str(project))
            subprocess.run(generate, cwd=project, env=ours, check=True, capture_output=True)


def leak(name: str, *edits: tuple[str, str, str], fuzzed: bool = True) -> Leak:
    """Return a leak of edits (file, old, new)."""
    return Leak(name, tuple(Edit(*each) for each in edits), fuzzed)


def copied(folder: Path) -> Path:
    """Return a copy of what the project is made of, without its tests."""
    for name in _PARTS:
        if (PROJECT / name).is_dir():
            unfinished = shutil.ignore_patterns("*.pyc.*")
            shutil.copytree(PROJECT / name, folder / name, ignore=unfinished)
        else:
            shutil.copy2(PROJECT / name, folder / name)
    return folder
