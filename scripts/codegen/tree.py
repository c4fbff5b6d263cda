"""A tree of generated files: written whole, or compared with what is there."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

type Tree = Mapping[str, bytes]
"""Contents by path, relative to the root of the tree."""

CONTRACT = "openapi.json"
"""The contract itself, which is part of what it generates."""

UNSUPPORTED = "unsupported.txt"
"""What of the contract was left out."""

_WITHOUT_HEADER = {CONTRACT, UNSUPPORTED, "schemas.json"}
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


def foreign(root: Path, header: bytes) -> Path | None:
    """Return what is in the way of a tree whose modules begin with this header."""
    if root.exists() and not root.is_dir():
        return root
    for name, content in read(root).items():
        if name not in _WITHOUT_HEADER and not content.startswith(header):
            return root / name
    return None


def write(root: Path, tree: Tree) -> None:
    """Put the tree in the place of the one that is there; whichever is there, it is whole."""
    root.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{root.name}-", dir=root.parent) as folder:
        fresh, old = Path(folder, "fresh"), Path(folder, "old")
        for name, content in tree.items():
            file = fresh / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        if root.exists():
            root.rename(old)
        fresh.rename(root)
