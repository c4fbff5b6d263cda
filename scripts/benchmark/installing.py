"""What rivals need beyond the project: installed into a folder of the benchmark's, when asked for.

Everything is pinned by version and hash, by the lock files beside the rivals.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from impl.app import PROJECT
from scripts.benchmark.figures import BenchmarkError

RIVALS = Path(__file__).with_name("rivals")
REQUIREMENTS = RIVALS / "requirements.lock"
FASTIFY = RIVALS / "fastify"
OLDEST_NODE = 20
PATIENCE_S = 600


def install_python(folder: Path, say: Callable[[str], None]) -> Path:
    """Install what the rivals in Python need; return the folder for PYTHONPATH."""
    target = folder / "python"
    if not _current(target, REQUIREMENTS):
        say(f"installing asyncpg into {target}")
        shutil.rmtree(target, ignore_errors=True)
        command = [_uv(), "pip", "install", "--quiet", "--python", sys.executable]
        command += ["--target", str(target), "--require-hashes", "-r", str(REQUIREMENTS)]
        _run(command, folder)
        _keep(target, REQUIREMENTS)
    return target


def install_node(folder: Path, say: Callable[[str], None]) -> Path:
    """Install the rival on Node; return the folder that its server.js lies in."""
    target = folder / "fastify"
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise BenchmarkError(
            f"the rival fastify needs Node {OLDEST_NODE} or newer with npm: "
            "install it (https://nodejs.org), or name other rivals by --rivals"
        )
    lock = FASTIFY / "package-lock.json"
    if not _current(target, lock):
        say(f"installing Fastify, pg and fast-jwt into {target}")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(FASTIFY, target, ignore=shutil.ignore_patterns("node_modules"))
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        _run([npm, "ci", *options], target)
        _keep(target, lock)
    shutil.copyfile(FASTIFY / "server.js", target / "server.js")
    return target


def _uv() -> str:
    own = PROJECT / ".uv" / "bin" / "uv"
    found = shutil.which("uv") or (str(own) if own.exists() else None)
    if found is None:
        raise BenchmarkError("uv is missing: run scripts/setup in an environment without it")
    return found


def _stamp(target: Path) -> Path:
    return target / "installed.lock"


def _current(target: Path, lock: Path) -> bool:
    stamp = _stamp(target)
    return stamp.exists() and stamp.read_bytes() == lock.read_bytes()


def _keep(target: Path, lock: Path) -> None:
    shutil.copyfile(lock, _stamp(target))


def _run(command: Sequence[str], folder: Path) -> None:
    ended = subprocess.run(  # noqa: S603 - the command is ours
        command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    if ended.returncode:
        raise BenchmarkError(f"{' '.join(command[:3])} failed:\n{ended.stderr.strip()}")
