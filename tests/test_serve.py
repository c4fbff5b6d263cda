"""The command that serves: what it prints, what it survives, and how it refuses to start."""

import os
import re
import shlex
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from socket import create_server

import httpx2
import pytest

from tests.running import PROJECT, Running, environment, serving, start
from tests.wire import HOST, exchange, message

# review: allow FH601: it signs for servers that these tests run
SECRET = "b6d1f0c2a94e4c1f8d7a3e5b9c0d2f4a6b8c1e3d"  # noqa: S105 - of this test alone
PRODUCTION = {
    "ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql://somebody:hunter2@127.0.0.1:1/nothing",
    "JWT_SECRET": SECRET,
    "JWT_ISSUER": "https://issuer.test",
    "JWT_AUDIENCE": "todos",
}


def kill_postgres(running: Running) -> None:
    """End the whole cluster at once, as a loss of power would."""
    postmaster = int((running.data / "postgres/data/postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    for process in (postmaster, *map(int, children)):
        os.kill(process, signal.SIGKILL)


def test_the_printed_curl_line_is_answered_200(server: Running) -> None:
    line = next(line for line in server.log.read_text().splitlines() if line.startswith("curl"))
    _, _, url, _, header = shlex.split(line)
    name, value = header.split(": ")
    assert httpx2.get(url, headers={name: value}, trust_env=False).status_code == 200


def test_every_acknowledged_todo_survives_the_death_of_server_and_postgres(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    with serving(tmp_path) as running:
        writers = [
            threading.Thread(target=write_until_refused, args=[running, acknowledged.append])
            for _ in range(4)
        ]
        for writer in writers:
            writer.start()
        while len(acknowledged) < 50:
            writers[0].join(0.01)
        running.process.kill()
        kill_postgres(running)
        for writer in writers:
            writer.join()
    with serving(tmp_path) as again:
        assert set(acknowledged) <= titles(again)


def write_until_refused(running: Running, acknowledge: Callable[[str], None]) -> None:
    """Add todos until there is nobody left to answer."""
    with running.client("ada") as client:
        while True:
            title = f"todo {os.urandom(8).hex()}"
            try:
                answer = client.post("/api/todos", json={"title": title})
            except httpx2.TransportError:
                return
            if answer.status_code == 201:
                acknowledge(title)


def titles(running: Running) -> set[str]:
    """Return the titles of all of ada's todos."""
    found: set[str] = set()
    cursor: dict[str, str] = {}
    with running.client("ada") as client:
        while True:
            page = client.get("/api/todos", params={"limit": "100", **cursor}).json()
            found |= {item["title"] for item in page["items"]}
            if page["next_cursor"] is None:
                return found
            cursor = {"cursor": page["next_cursor"]}


def test_sigterm_ends_the_server_and_its_database_in_order(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        assert running.stop() == 0
        assert not (tmp_path / "postgres/data/postmaster.pid").exists()


def test_ctrl_c_ends_the_server_without_a_traceback(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        assert running.stop(signal.SIGINT) == 0
        assert "Traceback" not in running.log.read_text()


def test_several_workers_serve_one_api_and_end_in_order(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers=2") as running:
        with running.client("ada") as client:
            added = client.post("/api/todos", json={"title": "Milk"})
            assert {
                client.get(added.headers["location"], headers={"connection": "close"}).text
                for _ in range(20)
            } == {added.text}
        ready = httpx2.get(f"{running.management}/readyz", trust_env=False)
        assert ready.status_code == 200
        assert running.stop() == 0
    assert "Traceback" not in running.log.read_text()


def test_a_server_whose_database_is_gone_is_alive_and_not_ready(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        kill_postgres(running)
        health = {
            name: httpx2.get(f"{running.management}/{name}", trust_env=False).status_code
            for name in ("livez", "readyz")
        }
        with running.client("ada") as client:
            answer = client.get("/api/todos")
        assert health == {"livez": 200, "readyz": 503}
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_a_body_that_does_not_arrive_is_not_waited_for(tmp_path: Path) -> None:
    with serving(tmp_path, environ={"BODY_TIMEOUT_S": "1"}) as running:
        head = [
            HOST,
            f"Authorization: Bearer {running.token('ada')}",
            "Content-Type: application/json",
            "Content-Length: 20",
        ]
        answer = exchange(running.api, message("POST", "/api/todos", head) + b'{"title"')
    assert answer.status == 408


@pytest.mark.parametrize(
    ("variables", "names"),
    [
        ({"DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/x"}, ["DATABASE_URL"]),
        ({"DATABASE_URL": "postgresql://u:hunter2@no.such.host.invalid/x"}, ["DATABASE_URL"]),
        ({"DATABASE_URL": "mysql://u:hunter2@127.0.0.1/x"}, ["DATABASE_URL"]),
        ({"JWT_SECRET": "hunter2"}, ["JWT_SECRET"]),
        (
            {"ENVIRONMENT": "production"},
            ["DATABASE_URL", "JWT_SECRET", "JWT_ISSUER", "JWT_AUDIENCE"],
        ),
        ({**PRODUCTION, "JWT_ISSUER": ""}, ["JWT_ISSUER"]),
        ({**PRODUCTION, "DATABASE_POOL_SIZE": "many", "MAX_BODY_BYTES": "0"}, None),
        (PRODUCTION, ["DATABASE_URL"]),
    ],
)
def test_a_faulty_configuration_is_named_line_by_line(
    tmp_path: Path, variables: dict[str, str], names: list[str] | None
) -> None:
    refused = start(f"--data={tmp_path}", **variables)
    lines = refused.stderr.splitlines()
    expected = names or ["DATABASE_POOL_SIZE", "MAX_BODY_BYTES"]
    assert refused.returncode == 2
    assert [re.match(r"[A-Z_]+", line)[0] for line in lines] == expected  # type: ignore[index] # a line that names no variable is a failure
    assert "hunter2" not in refused.stderr + refused.stdout
    assert SECRET not in refused.stderr + refused.stdout


def test_a_database_without_the_schema_is_refused(tmp_path: Path, bare_database: str) -> None:
    refused = start(f"--data={tmp_path}", DATABASE_URL=bare_database)
    assert refused.returncode == 2
    assert "run scripts/migrate" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = start(f"--data={tmp_path}", f"--port={port}")
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"--port: cannot listen on 127.0.0.1:{port}")


@pytest.mark.parametrize(
    "command", ["check", "generate", "migrate", "serve", "setup", "test", "token"]
)
def test_every_command_explains_itself_from_anywhere(tmp_path: Path, command: str) -> None:
    helped = subprocess.run(
        [PROJECT / "scripts" / command, "--help"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert helped.returncode == 0
    assert f"scripts/{command}" in helped.stdout
