"""The benchmark on a real database and real processes."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from scripts.benchmark.checking import require_content
from scripts.benchmark.dataset import POSTED, Dataset
from scripts.benchmark.figures import BenchmarkError
from scripts.benchmark.growth import deepened
from scripts.benchmark.operations import Operation
from scripts.benchmark.processes import Running, running
from scripts.benchmark.stage import Stage, loads, settings
from scripts.benchmark.workload import Request


@pytest.fixture
def dataset(own_database: str) -> Dataset:
    """Fill a database with 25 todos of each of 8 users."""
    made = Dataset(own_database, 200, 8)
    made.prepare(lambda _: None)
    return made


@pytest.fixture
def stage(dataset: Dataset, tmp_path: Path) -> Iterator[Stage]:
    """Lend a stage without any server on it."""
    configuration = settings()
    load = loads(dataset, configuration, list(Operation), tmp_path)
    with ExitStack() as stack:
        yield Stage(stack, tmp_path, configuration, load, 1, lambda _: None)


def test_ids_and_owners_are_those_of_the_rows(dataset: Dataset) -> None:
    row = dataset.row(dataset.owner(9), str(dataset.todo_id(9)))
    assert row is not None
    assert (row["title"], row["created_at"]) == ("Water plant number 9", dataset.made_at(9))
    assert dataset.row(dataset.owner(10), str(dataset.todo_id(9))) is None


def test_what_a_run_posted_is_removed(dataset: Dataset) -> None:
    with psycopg.connect(dataset.url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO todo (owner_id, id, title) VALUES ('user-1', uuidv7(), %s)", [POSTED]
        )
        dataset.restore()
        assert connection.execute("SELECT count(*) FROM todo").fetchone() == (200,)


def test_content_that_is_not_what_is_stored_fails_the_run(dataset: Dataset) -> None:
    asked = Request(Operation.GET, dataset.owner(9), "a.b.c", str(dataset.todo_id(9)))
    row = dataset.row(asked.owner, asked.todo_id)
    assert row is not None
    body = {**row, "id": asked.todo_id}
    require_content(asked, body, dataset)
    with pytest.raises(BenchmarkError, match="not what is stored"):
        require_content(asked, {**body, "title": "Another"}, dataset)
    with pytest.raises(BenchmarkError, match="another todo"):
        require_content(replace(asked, todo_id=str(dataset.todo_id(1))), body, dataset)


@pytest.mark.parametrize("key", ["freehold", "constant", "uvicorn", "pgbench"])
def test_a_contender_answers_every_operation(stage: Stage, key: str) -> None:
    contender = stage.contender(key)
    for operation in Operation:
        contender.check(operation, 1)


def test_servers_of_one_and_of_several_processes_serve_side_by_side(stage: Stage) -> None:
    """So growth is measured: their rates cannot be limited, since none knows of the others."""
    unlimited = replace(stage, limited=False)
    servers = [unlimited.freehold(), replace(unlimited, workers=2).freehold()]
    for server in servers:
        server.check(Operation.GET, 1)


def test_a_cursor_leads_to_the_page_asked_for(stage: Stage, tmp_path: Path) -> None:
    """The page's content is compared with what is stored."""
    few = Dataset(stage.load.dataset.url, 120, 2)
    few.prepare(lambda _: None)
    load = loads(few, stage.configuration, [Operation.PAGE], tmp_path)
    deep = deepened(load, stage.configuration, 2, tmp_path / "deep")
    server = replace(stage, load=deep).freehold()
    server.check(Operation.PAGE, 0)
    server.check(Operation.PAGE, 1)


def test_a_statement_with_too_few_rows_fails_the_run(stage: Stage) -> None:
    with psycopg.connect(stage.load.dataset.url) as connection:
        connection.execute("DELETE FROM todo")
    with pytest.raises(BenchmarkError, match="division by zero"):
        stage.contender("pgbench").check(Operation.PAGE, 0)


def test_a_process_is_measured_with_those_it_starts(tmp_path: Path) -> None:
    child = (
        "import time\nwhile time.process_time() < 0.5: pass\nprint(1, flush=True); time.sleep(60)"
    )
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    log = tmp_path / "log"
    with running("it", [sys.executable, "-c", parent], os.environ, log) as process:
        _await_output(process, log)
        usage = process.usage()
    assert usage.cpu_s > 0.45
    assert usage.memory_bytes > 10_000_000
    with pytest.raises(BenchmarkError, match="it has ended"):
        process.usage()


def _await_output(process: Running, log: Path) -> None:
    while not log.read_text():
        process.require()
        time.sleep(0.02)
