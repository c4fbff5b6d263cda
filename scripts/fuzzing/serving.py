"""A server of the run's own: a project's code on a fresh database, for users who are made up."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import MetaData, create_engine, make_url, text

from impl.core.embedded import EmbeddedPostgres
from impl.core.settings import load
from impl.core.tokens import mint

PROJECT = Path(__file__).resolve().parents[2]
_OURS = ("DATABASE_", "ENVIRONMENT", "ENV_FILE", "JWT_", "PYTHON")
_ADDRESS = re.compile(r"^API +(http://[0-9.]+:[0-9]+)", re.MULTILINE)
_LIFETIME = 3600


class ServerError(Exception):
    """A project's server does not start; the message says why in one line."""


@dataclass(frozen=True)
class Served:
    """A server that runs: its URL, that of its database, and what it has logged."""

    url: str
    database: str
    folder: Path
    log: Path

    def token(self, user_id: str, scopes: Iterable[str]) -> str:
        """Return an access token of a user."""
        return mint(load(self.folder, env_file=None, environ={}), user_id, scopes, _LIFETIME)

    def errors(self) -> list[str]:
        """Return the lines of the log that tell of a fault."""
        marks = ("Traceback", "correlation_id", "ERROR")
        lines = self.log.read_text().splitlines()
        return [line for line in lines if any(mark in line for mark in marks)]


@contextmanager
def serving(project: Path, *, policies: bool = True) -> Iterator[Served]:
    """Serve a project until the block ends, with or without its policies; raises ServerError."""
    with TemporaryDirectory(prefix="freehold-fuzz-") as name:
        folder = Path(name)
        database = EmbeddedPostgres(folder, durable=False)
        url = database.start()
        try:
            with _process(project, folder) as address:
                if not policies:
                    _drop_policies(url)
                yield Served(address, url, folder, folder / "serve.log")
        finally:
            database.stop()


@contextmanager
def _process(project: Path, folder: Path) -> Iterator[str]:
    log = folder / "serve.log"
    command = [sys.executable, "-P", "-m", "scripts.serving", "--port=0", "--management-port=0"]
    with log.open("w") as output:
        process = subprocess.Popen(  # noqa: S603 - our own words, and a folder that was named to us
            [*command, f"--data={folder}"],
            cwd=project,
            env=environment(project),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _announced(process, project, log)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


def environment(project: Path, **variables: str) -> Mapping[str, str]:
    """Return the environment of a process that runs a project's code, and nothing of ours."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    fixed = {"ENV_FILE": os.devnull, "PYTHONPATH": str(project), "PYTHONUNBUFFERED": "1"}
    return {**plain, **fixed, **variables}


def _announced(process: subprocess.Popen[bytes], project: Path, log: Path) -> str:
    """Wait until the server says where it is."""
    while (found := _ADDRESS.search(log.read_text())) is None:
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        said = log.read_text().strip().splitlines() or ["it said nothing"]
        raise ServerError(f"--project {project}: the server ended: {said[-1]}")
    return found[1]


def _drop_policies(url: str) -> None:
    """Let the statements of the server stand alone: no row is walled in any longer."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    tables = MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:
        for table in tables.sorted_tables:
            name = engine.dialect.identifier_preparer.format_table(table)
            connection.execute(text(f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY"))
    engine.dispose()
