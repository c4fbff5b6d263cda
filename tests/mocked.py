"""scripts/mock, run for the tests: the real command, in a folder of their own."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.running import PROJECT, environment

ADDRESS = re.compile(r"^Mock of contract\.yaml: (http://127\.0\.0\.1:[0-9]+)(\S*)$", re.MULTILINE)


@dataclass
class Mock:
    """A mock that runs: its process, where it answers, and where its temporary files are."""

    process: subprocess.Popen[str]
    base: str
    path: str
    temporary: Path


@contextmanager
def mocking(folder: Path, text: str, *arguments: str) -> Iterator[Mock]:
    """Run scripts/mock until the block ends."""
    (folder / "contract.yaml").write_text(text)
    (temporary := folder / "tmp").mkdir()
    log = folder / "mock.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [PROJECT / "scripts/mock", folder / "contract.yaml", "--port=0", *arguments],
            env=environment(TMPDIR=str(temporary)),
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        while not (found := ADDRESS.search(log.read_text())):
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(f"the mock ended:\n{log.read_text()}")
        yield Mock(process, found[1], found[2], temporary)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


def refused(folder: Path, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Return how scripts/mock ends for what it cannot serve."""
    (folder / "contract.yaml").write_text(text)
    contract = str(folder / "contract.yaml")
    command = [str(PROJECT / "scripts/mock"), contract, "--port=0", *arguments]
    return subprocess.run(
        command, env=environment(), capture_output=True, text=True, timeout=30, check=False
    )
