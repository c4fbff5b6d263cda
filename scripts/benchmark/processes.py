"""Processes of our own: started in a session each, by which their CPU time and memory are found."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server

from scripts.benchmark.figures import BenchmarkError

PROCESSES = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
GRACE_S = 15
MEBIBYTE = 1024 * 1024

# Fields of /proc/<pid>/stat after the name, which is in parentheses; see proc(5).
SESSION, USER_TICKS, SYSTEM_TICKS, RESIDENT_PAGES = 3, 11, 12, 21


@dataclass(frozen=True)
class Usage:
    """CPU time since the start, user and system, and resident memory, of a session's processes."""

    cpu_s: float
    memory_bytes: int


@dataclass(frozen=True)
class Running:
    """A command that runs, with all processes that it starts."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def usage(self) -> Usage:
        """Return what its processes have used so far. Raises BenchmarkError if it has ended."""
        self.require()
        fields = [each for each in _statistics() if int(each[SESSION]) == self.process.pid]
        ticks = sum(int(each[USER_TICKS]) + int(each[SYSTEM_TICKS]) for each in fields)
        pages = sum(int(each[RESIDENT_PAGES]) for each in fields)
        return Usage(ticks / TICKS, pages * PAGE_BYTES)

    def require(self) -> None:
        """Raise BenchmarkError, with the end of its log, if it has ended."""
        if self.process.poll() is not None:
            said = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
            raise BenchmarkError(f"{self.name} has ended:\n{said}")


def confine(count: int) -> None:
    """Keep this process, and all that it starts from now on, to as many processors.

    Otherwise the scheduler is measured as well: whether a server shares a processor with the
    database, or has to wake it on another, which may cost half as much again.
    """
    available = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, available[:count])


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process, 0 for one that has ended."""
    try:
        text = (PROCESSES / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return 0
    return int(text.rpartition(")")[2].split()[RESIDENT_PAGES]) * PAGE_BYTES


def _statistics() -> Iterator[list[str]]:
    for path in PROCESSES.glob("[0-9]*/stat"):
        try:
            yield path.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:  # ended meanwhile
            continue


@contextmanager
def running(
    name: str, command: Sequence[str | Path], environ: Mapping[str, str], log: Path
) -> Iterator[Running]:
    """Run a command until the block ends; its output goes to `log`."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - the command is ours
            list(command),
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Running(name, process, log)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        # The session is this process's own, and it has not been waited for: the id is still its.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """Return a port of the loopback interface on which nobody listens."""
    with create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
