"""Migrations, from an empty database and back, and by several at once."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from psycopg import sql

from impl.core.embedded import EmbeddedPostgres
from tests.conftest import PROJECT, migrations

ROLE = "SELECT rolcanlogin, rolinherit, rolbypassrls FROM pg_roles WHERE rolname = 'freehold_user'"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
OWNED = ["grant_", "list", "profile", "tag", "todo", "todo_tag"]
LOGIN = "CREATE ROLE deployer LOGIN CREATEROLE NOSUPERUSER NOBYPASSRLS"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Lend the URL of a server that nobody has migrated."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("cluster"), durable=False) as url:
        yield url


def create_database(cluster: str, name: str, owner: str = "freehold") -> str:
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(name), sql.Identifier(owner)
            )
        )
    return cluster.replace("/freehold?", f"/{name}?")


def rows(url: str, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(question.encode()).fetchall()


def migrator(url: str) -> subprocess.Popen[str]:
    """Start Alembic's own command, told of the database by its environment."""
    return subprocess.Popen(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": url},
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_migrations_go_up_and_down_and_up_again(cluster: str) -> None:
    url = create_database(cluster, "up_and_down")
    command.upgrade(migrations(url), "head")
    assert rows(url, TABLES) == [("alembic_version",), *((table,) for table in OWNED)]
    assert rows(url, ROLE) == [(False, False, False)]
    command.downgrade(migrations(url), "base")
    assert rows(url, TABLES) == [("alembic_version",)]
    command.upgrade(migrations(url), "head")
    assert rows(url, TABLES) == [("alembic_version",), *((table,) for table in OWNED)]
    command.downgrade(migrations(url), "base")
    assert rows(url, ROLE) == []


def test_lists_and_tags_come_and_go_without_the_todos(cluster: str) -> None:
    url = create_database(cluster, "with_todos")
    todos = "SELECT owner_id, title FROM todo"
    command.upgrade(migrations(url), "0001")
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO todo (owner_id, id, title) VALUES ('ada', gen_random_uuid(), 'Milk')"
        )
    command.upgrade(migrations(url), "head")
    assert rows(url, f"{todos} WHERE list_id IS NULL") == [("ada", "Milk")]
    command.downgrade(migrations(url), "0001")
    assert rows(url, todos) == [("ada", "Milk")]
    assert rows(url, TABLES) == [("alembic_version",), ("profile",), ("todo",)]
    command.downgrade(migrations(url), "base")


def test_the_tables_and_the_migrations_agree(database_url: str) -> None:
    command.check(migrations(database_url))


def test_the_migrations_have_one_head(database_url: str) -> None:
    assert len(ScriptDirectory.from_config(migrations(database_url)).get_heads()) == 1


def test_the_role_stays_while_another_database_needs_it(cluster: str) -> None:
    here, there = (create_database(cluster, name) for name in ("here", "there"))
    for url in (here, there):
        command.upgrade(migrations(url), "head")
    command.downgrade(migrations(here), "base")
    assert rows(here, ROLE) == [(False, False, False)]
    command.downgrade(migrations(there), "base")
    assert rows(here, ROLE) == []


def test_several_migrators_at_once_do_it_once(cluster: str) -> None:
    """Two for each of two databases, which also race for the one role of the server."""
    urls = [create_database(cluster, name) for name in ("one", "two")]
    migrators = [migrator(url) for url in urls * 2]
    faults = [each.communicate()[1] for each in migrators]
    assert [each.returncode for each in migrators] == [0] * 4, faults
    for url in urls:
        assert rows(url, "SELECT version_num FROM alembic_version") == [("0003",)]
        command.downgrade(migrations(url), "base")


def test_a_deployer_who_is_no_superuser_can_migrate_and_take_the_role(cluster: str) -> None:
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(LOGIN)
    url = create_database(cluster, "deployed", "deployer").replace("freehold@", "deployer@")
    command.upgrade(migrations(url), "head")
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('role', 'freehold_user', true)")
        assert connection.execute("SELECT row_security_active('todo')").fetchone() == (True,)
    command.downgrade(migrations(url), "base")
    assert rows(url, ROLE) == []


def test_without_a_database_the_migrator_says_what_is_missing() -> None:
    with pytest.raises(SystemExit, match="DATABASE_URL is not set"):
        command.upgrade(migrations(""), "head")


def test_the_sql_can_be_printed_for_other_hands(
    cluster: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command.upgrade(migrations(cluster), "head", sql=True)
    assert "CREATE POLICY owner ON todo" in capsys.readouterr().out


def test_every_owned_table_starts_its_keys_and_indexes_with_the_owner(database_url: str) -> None:
    keys = rows(
        database_url,
        "SELECT indexrelid::regclass::text, attname FROM pg_index"
        " JOIN pg_class ON pg_class.oid = indrelid AND relnamespace = 'public'::regnamespace"
        " JOIN pg_attribute ON attrelid = indexrelid AND attnum = 1"
        " WHERE relname <> 'alembic_version'",
    )
    assert len(keys) == 16
    assert {first for _, first in keys} == {"owner_id"}


def test_every_reference_is_to_a_row_of_the_same_owner(database_url: str) -> None:
    """PostgreSQL checks references past all policies, so their columns have to say it."""
    references = rows(
        database_url,
        "SELECT conname, here.attname, there.attname FROM pg_constraint"
        " JOIN pg_attribute AS here ON here.attrelid = conrelid AND here.attnum = conkey[1]"
        " JOIN pg_attribute AS there ON there.attrelid = confrelid AND there.attnum = confkey[1]"
        " WHERE contype = 'f'",
    )
    assert sorted(str(name) for name, *_ in references) == [
        "todo_list_exists",
        "todo_tag_tag_exists",
        "todo_tag_todo_exists",
    ]
    assert {end for _, *ends in references for end in ends} == {"owner_id"}


def test_the_migrations_are_found_from_anywhere(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command.check(migrations(database_url))
