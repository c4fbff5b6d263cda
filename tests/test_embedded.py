"""The embedded PostgreSQL: shared, adopted, recovered, refused; always a real server."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
import sqlalchemy

from impl.core.embedded import EmbeddedPostgres, EmbeddedPostgresError

PROJECT = Path(__file__).parents[1]

USER = """
with server as url:
    print(url, flush=True)
    sys.stdin.read()
"""
WRITER = """
with psycopg.connect(server.start(), autocommit=True) as connection:
    connection.execute("CREATE TABLE notes (id int)")
    for number in itertools.count():
        connection.execute("INSERT INTO notes VALUES (%s)", [number])
        print(number, flush=True)
"""
PREAMBLE = """
import itertools, pathlib, psycopg, sys
from impl.core.embedded import EmbeddedPostgres
server = EmbeddedPostgres(pathlib.Path(sys.argv[1]))
"""


def ask(url: str, statement: LiteralString, *values: object) -> list[object]:
    """Return the first column of what the statement returns, if it returns rows."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement, values or None)
        return [row[0] for row in cursor] if cursor.description else []


def run_python(script: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + script, str(folder)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def leader(folder: Path) -> int:
    return int((folder / "postgres/data/postmaster.pid").read_text().splitlines()[0])


def kill(*processes: int) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for a cluster that each test finds and leaves stopped."""
    folder = tmp_path_factory.mktemp("shared")
    with EmbeddedPostgres(folder):
        return folder


def test_the_first_start_makes_a_cluster_as_we_want_it(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "new" / "folder") as url:
        assert ask(url, "SHOW listen_addresses") == [""]
        assert ask(url, "SHOW timezone") == ["UTC"]
        assert ask(url, "SHOW data_checksums") == ["on"]
        assert ask(url, "SHOW fsync") == ["on"]
        locale = ask(url, "SELECT datlocale FROM pg_database WHERE datname = 'freehold'")
    assert locale == ["C.UTF-8"]


def test_a_second_start_finds_the_rows_of_the_first(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    url = server.start()
    ask(url, "CREATE TABLE answers AS SELECT 42 AS id")
    assert server.start() == url
    server.stop()
    server.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    with server:
        assert ask(url, "SELECT id FROM answers") == [42]


def test_the_url_serves_sqlalchemy_and_ignores_the_callers_port(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    with EmbeddedPostgres(folder) as url:
        engine = sqlalchemy.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as connection:
            assert connection.scalar(sqlalchemy.text("SELECT 1")) == 1
        engine.dispose()


def test_four_processes_at_once_share_one_server_and_the_last_one_stops_it(tmp_path: Path) -> None:
    processes = [run_python(USER, tmp_path) for _ in range(4)]
    (url,) = {first_line(process) for process in processes}
    started = leader(tmp_path)
    for process in processes:
        assert ask(url, "SELECT 1") == [1]
        assert leader(tmp_path) == started
        process.communicate()
        assert process.returncode == 0
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_a_server_outlives_a_killed_user_and_is_adopted(folder: Path) -> None:
    process = run_python(USER, folder)
    url = first_line(process)
    orphan = leader(folder)
    kill(process.pid)
    process.communicate()
    assert ask(url, "SELECT 1") == [1]
    with EmbeddedPostgres(folder):
        assert leader(folder) == orphan
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_an_interrupt_typed_at_the_terminal_does_not_reach_the_server(folder: Path) -> None:
    process = run_python(USER, folder)
    first_line(process)
    started = leader(folder)
    with EmbeddedPostgres(folder) as url, psycopg.connect(url) as connection:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate()
        assert process.returncode != 0
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert leader(folder) == started


def test_a_killed_leader_is_replaced_with_every_committed_row(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    url = server.start()
    ask(url, "CREATE TABLE numbers AS SELECT n AS id FROM generate_series(1, 500) AS n")
    kill(leader(folder))
    assert server.start() == url
    assert ask(url, "SELECT count(*) FROM numbers") == [500]
    server.stop()


def test_no_acknowledged_row_is_lost_when_everything_is_killed(folder: Path) -> None:
    writer = run_python(WRITER, folder)
    acknowledged = {int(first_line(writer)) for _ in range(300)}
    server = EmbeddedPostgres(folder)
    others = ask(server.start(), "SELECT pid FROM pg_stat_activity")
    kill(writer.pid, leader(folder), *(int(str(process)) for process in others))
    rest, _ = writer.communicate()
    acknowledged |= {int(line) for line in rest.splitlines()}
    stored = set(ask(server.start(), "SELECT id FROM notes"))
    server.stop()
    assert acknowledged <= stored


def test_a_backend_that_outlived_its_leader_does_not_hold_up_the_next_start(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    connection = psycopg.connect(server.start())
    connection.pgconn.send_query(b"DO 'BEGIN LOOP END LOOP; END'")
    kill(leader(folder))
    assert ask(server.start(), "SELECT 1") == [1]
    connection.close()
    server.stop()


def test_stale_files_that_name_another_live_process_are_no_obstacle(folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        stale = f"{stranger.pid}\n{folder}/postgres/data\n1\n5432\n../run\n\n0 0\nready\n"
        (folder / "postgres/data/postmaster.pid").write_text(stale)
        (folder / "postgres/run/.s.PGSQL.5432.lock").write_text(stale)
        with EmbeddedPostgres(folder) as url:
            assert ask(url, "SELECT 1") == [1]
        assert stranger.poll() is None
        kill(stranger.pid)


def test_a_copy_of_a_running_cluster_leaves_the_original_alone(
    folder: Path, tmp_path: Path
) -> None:
    with EmbeddedPostgres(folder) as url:
        original = leader(folder)
        copy = tmp_path / "copy"
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".s.PGSQL.5432"))
        with EmbeddedPostgres(copy) as other:
            assert ask(other, "SELECT 1") == [1]
            assert leader(copy) != original
        assert ask(url, "SELECT 1") == [1]
        assert leader(folder) == original


def test_a_cluster_whose_making_was_interrupted_is_made_anew(tmp_path: Path) -> None:
    half = tmp_path / "postgres" / "new-0123"
    (half / "base").mkdir(parents=True)
    with EmbeddedPostgres(tmp_path, durable=False) as url:
        assert ask(url, "SHOW fsync") == ["off"]
    assert not half.exists()


@pytest.mark.parametrize("place", ["postgres", "postgres/data"])
def test_a_folder_with_other_files_is_refused_and_left_untouched(
    tmp_path: Path, place: str
) -> None:
    thesis = tmp_path / place / "thesis.txt"
    thesis.parent.mkdir(parents=True)
    thesis.write_text("ten years of work")
    before = set(tmp_path.rglob("*"))
    with pytest.raises(EmbeddedPostgresError, match=r"thesis\.txt .* move it away"):
        EmbeddedPostgres(tmp_path).start()
    assert set(tmp_path.rglob("*")) == before
    assert thesis.read_text() == "ten years of work"


def test_a_cluster_of_another_major_version_is_refused_by_both_names(folder: Path) -> None:
    version = folder / "postgres/data/PG_VERSION"
    installed = version.read_text()
    version.write_text("9\n")
    with pytest.raises(EmbeddedPostgresError, match=f"PostgreSQL 9, but {installed.strip()} is"):
        EmbeddedPostgres(folder).start()
    version.write_text(installed)


def test_a_start_that_postgresql_refuses_says_why_in_one_line(folder: Path) -> None:
    configuration = folder / "postgres/data/postgresql.auto.conf"
    configuration.write_text("shared_buffers = 'plenty'\n")
    with pytest.raises(EmbeddedPostgresError, match="FATAL") as refusal:
        EmbeddedPostgres(folder).start()
    assert "\n" not in str(refusal.value)
    configuration.write_text("")


@pytest.mark.parametrize("name", ["long" * 30, "odd $HOME ,:@'\"é"])
def test_a_folder_of_any_name_works(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / name
    with tempfile.TemporaryDirectory() as short:
        monkeypatch.setattr(tempfile, "tempdir", short)
        with EmbeddedPostgres(folder, durable=False) as url, EmbeddedPostgres(folder) as again:
            assert url == again
            assert ask(url, "SELECT 1") == [1]


def test_a_private_temporary_folder_that_others_may_reach_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    private = tmp_path / f"freehold-{os.geteuid()}"
    private.symlink_to(tmp_path)
    with pytest.raises(EmbeddedPostgresError, match="mode 0700"):
        EmbeddedPostgres(tmp_path / ("long" * 30)).start()
    private.unlink()
    private.mkdir()
    private.chmod(0o755)
    with pytest.raises(EmbeddedPostgresError, match="mode 0700"):
        EmbeddedPostgres(tmp_path / ("long" * 30)).start()


def test_a_folder_that_nobody_else_may_enter_works_and_lets_nobody_in(folder: Path) -> None:
    folder.chmod(0o700)
    with EmbeddedPostgres(folder) as url:
        assert ask(url, "SELECT 1") == [1]
        for private in ("", "data", "run", "run/.s.PGSQL.5432"):
            assert (folder / "postgres" / private).stat().st_mode & 0o777 == 0o700


def test_the_servers_log_holds_no_value_of_a_failing_statement(folder: Path) -> None:
    with EmbeddedPostgres(folder) as url:
        ask(url, "CREATE TABLE titles (id int PRIMARY KEY, title text CHECK (title <> ''))")
        ask(url, "INSERT INTO titles VALUES (1, 'canary-kept')")
        for title in ("canary-repeated", ""):
            with pytest.raises(psycopg.IntegrityError):
                ask(url, "INSERT INTO titles VALUES (1, %s)", title)
        with pytest.raises(psycopg.DataError, match="canary-typed"):
            ask(url, "INSERT INTO titles VALUES (%s::text::int)", "canary-typed")
        with pytest.raises(psycopg.ProgrammingError):
            ask(url, "SELECT 'canary-literal' FROM nowhere")
    log = (folder / "postgres/server.log").read_text()
    assert "ready to accept connections" in log
    assert "canary" not in log
    assert "INSERT" not in log
