"""Projects for the review: small ones made of snippets, and copies of this one."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from scripts.reviewing.project import opened
from scripts.reviewing.review import Review, review

PROJECT = Path(__file__).parents[1]
PARTS = ("impl", "migrations", "openapi.yaml", "pyproject.toml", ".env.example")


def write(root: Path, files: Mapping[str, str]) -> None:
    """Write the files of a project."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def reviewed(root: Path, files: Mapping[str, str]) -> Review:
    """Write a project and review it."""
    write(root, files)
    return review(opened(root))


def rules(root: Path, files: Mapping[str, str]) -> set[str]:
    """Write a project; return the rules that it breaks."""
    return {each.rule.id for each in reviewed(root, files).findings}


def copied(root: Path) -> Path:
    """Copy what is reviewed of this project, and return where it is."""
    for part in PARTS:
        source, target = PROJECT / part, root / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return root


def replace(root: Path, path: str, old: str, new: str) -> None:
    """Change one place in a file; fails where it is not there."""
    text = (root / path).read_text()
    assert old in text, f"{old!r} is not in {path}"
    (root / path).write_text(text.replace(old, new, 1))
