"""A tree of generated files: written whole, or compared with what is there."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

type Tree = Mapping[str, bytes]
"""Contents by path, relative to the root of the tree."""

_IGNORED = {"__pycache__"}


def read(root: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {
        str(file.relative_to(root)): file.read_bytes()
        for file in sorted(root.rglob("*"))
        if file.is_file() and not _IGNORED & set(file.relative_to(root).parts)
    }


def differences(root: Path, tree: Tree) -> list[str]:
    """Return a line for each file that is missing, stale or not of this tree."""
    there = read(root)
    return sorted(
        [f"missing: {name}" for name in tree.keys() - there.keys()]
        + [f"orphan: {name}" for name in there.keys() - tree.keys()]
        + [f"stale: {name}" for name in tree.keys() & there.keys() if tree[name] != there[name]]
    )


def write(root: Path, tree: Tree) -> None:
    """Put the tree in the place of the one that is there; whichever is there, it is whole."""
    root.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(mkdtemp(prefix=f".{root.name}-", dir=root.parent))
    fresh.chmod(0o755)
    for name, content in tree.items():
        file = fresh / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    old = fresh.with_name(f"{fresh.name}-old")
    if root.exists():
        root.rename(old)
    fresh.rename(root)
    shutil.rmtree(old, ignore_errors=True)
