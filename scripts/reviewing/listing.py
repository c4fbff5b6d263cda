"""The files of a project: what git would keep, or all but ignored folders."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

MAX_BYTES = 2**20  # of a file that are read
MAX_FILES = 20_000

_IGNORED = {"node_modules", "__pycache__", "venv", "build", "dist", "htmlcov"}


def listed(root: Path) -> list[Path]:
    """Return the files below a folder, sorted; links are not followed, so there are no loops."""
    found = _tracked(root) or _walked(root)
    plain = (path for path in sorted(found) if not path.is_symlink() and path.is_file())
    return [path for path in plain if not _through_link(root, path)][:MAX_FILES]


def read(path: Path) -> tuple[bytes, bool]:
    """Return the first `MAX_BYTES` of a file, and whether that is all; raises OSError."""
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    return raw[:MAX_BYTES], len(raw) <= MAX_BYTES


def _tracked(root: Path) -> list[Path]:
    """Return the files that git keeps or would take in; none where there is no repository."""
    command = ["git", "-C", str(root), "ls-files", "-z", "-co", "--exclude-standard"]
    try:
        done = subprocess.run(  # noqa: S603 - fixed words and a folder, no shell reads them
            command, capture_output=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    names = done.stdout.split(b"\0") if done.returncode == 0 else []
    return [root / os.fsdecode(name) for name in names if name]


def _walked(root: Path) -> list[Path]:
    return [path for path, _ in zip(_walk(root), range(MAX_FILES), strict=False)]


def _walk(root: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        names[:] = sorted(n for n in names if not n.startswith(".") and n not in _IGNORED)
        yield from (Path(folder, name) for name in sorted(files))


def _through_link(root: Path, path: Path) -> bool:
    folders = (each for each in path.parents if each.is_relative_to(root) and each != root)
    return any(each.is_symlink() for each in folders)
