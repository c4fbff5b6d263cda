"""Formatting: generated modules look as everything else in the project does."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory


def formatted(modules: Mapping[str, str], header: str) -> dict[str, str]:
    """Format modules, and sort their imports, as everything else in the project is."""
    with TemporaryDirectory() as folder:
        for name, text in modules.items():
            file = Path(folder, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(header + text, "utf-8")
        for command in (["check", "--fix-only", "--select=I,F401,UP,E,W"], ["format"]):
            options = ["--quiet", "--isolated", "--no-cache", "--line-length=100", folder]
            ruff = [sys.executable, "-m", "ruff", *command, *options]
            done = subprocess.run(ruff, capture_output=True, text=True, check=False)  # noqa: S603 - our own venv's ruff
            if done.returncode:
                raise RuntimeError(
                    f"the generated modules cannot be formatted: {done.stderr.strip()}"
                )
        return {name: Path(folder, name).read_text("utf-8") for name in modules}
