"""The load generator: wrk, which replays the requests of a file."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from scripts.benchmark.figures import BenchmarkError

SCRIPT = Path(__file__).with_name("replay.lua")
CONNECTIONS = 32
PATIENCE_S = 20  # beyond the time it is told to run
RESULT = re.compile(r"^replayed (\{.*\})$", re.MULTILINE)
MISSING = (
    "wrk is missing: install it (Debian, Ubuntu: apt-get install wrk; macOS: brew install wrk)"
)


@dataclass(frozen=True)
class Replay:
    """What came of a replay: how many requests were answered, in what time."""

    requests: int
    duration_us: int
    p50_us: int
    p99_us: int


def require() -> str:
    """Return the path of wrk, or raise BenchmarkError that says how to install it."""
    path = shutil.which("wrk")
    if path is None:
        raise BenchmarkError(MISSING)
    return path


def replay(port: int, requests: Path, seconds: int, threads: int = 1) -> Replay:
    """Send requests to a port of this machine for some seconds, on 32 connections.

    Raises BenchmarkError unless every request was answered with success.
    """
    command = [require(), f"-t{threads}", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout=10s"]
    command += [f"--script={SCRIPT}", f"http://127.0.0.1:{port}", "--", str(requests)]
    ended = subprocess.run(  # noqa: S603 - the command is ours
        command, capture_output=True, text=True, timeout=seconds + PATIENCE_S, check=False
    )
    if ended.returncode:
        raise BenchmarkError(f"wrk failed: {ended.stderr.strip() or ended.stdout.strip()}")
    return parse(ended.stdout)


def parse(output: str) -> Replay:
    """Return what a run of wrk with our script printed.

    Raises BenchmarkError for requests that were refused or broke off, and for none at all: who
    answers errors fast is not fast.
    """
    found = RESULT.search(output)
    if found is None:
        raise BenchmarkError(f"wrk printed no result: {output.strip()}")
    result = json.loads(found.group(1))
    refused, broken = result.pop("refused"), result.pop("broken")
    if refused or broken or not result["requests"]:
        raise BenchmarkError(
            f"of {result['requests']} requests {refused} were refused and {broken} broke off"
        )
    return Replay(**result)
