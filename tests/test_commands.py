"""The commands beside the server: tokens and migrations."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.grants import exchanged
from tests.running import Running, environment


def run(module: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the project."""
    return subprocess.run(
        [sys.executable, "-P", "-m", f"scripts.{module}", *arguments],
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_token_is_printed_alone_and_is_accepted(server: Running) -> None:
    printed = run("tokens", f"--data={server.data}", "--sub=auth0|ada", "--scope=todos:read")
    with server.client("unused") as client:
        client.headers["authorization"] = f"Bearer {printed.stdout.strip()}"
        assert client.get("/api/todos").status_code == 200
        assert client.post("/api/todos", json={"title": "Milk"}).status_code == 403
    assert printed.stdout.count("\n") == 1


def test_a_token_response_is_printed_as_json(tmp_path: Path) -> None:
    printed = run("tokens", f"--data={tmp_path}", "--sub=ada", "--expires=60", "--json")
    response = json.loads(printed.stdout)
    assert response["token_type"] == "Bearer"  # noqa: S105 - it is no password
    assert response["expires_in"] == 60
    assert (
        response["scope"]
        == "profile:read profile:write todos:read todos:write tokens:read tokens:write"
    )
    assert response["access_token"].count(".") == 2


def test_a_refresh_token_is_printed_below_and_is_exchanged(server: Running) -> None:
    arguments = (f"--data={server.data}", "--sub=auth0|ada", "--scope=todos:read", "--refresh")
    access, renewing = run("tokens", *arguments).stdout.splitlines()
    with server.client("unused") as client:
        client.headers["authorization"] = f"Bearer {access}"
        assert client.get("/api/todos").status_code == 200
    response = json.loads(run("tokens", *arguments, "--json").stdout)
    assert response["refresh_expires_in"] == 2_592_000
    for token in (renewing, response["refresh_token"]):
        assert exchanged(server.api, token)["scope"] == "todos:read"


def test_a_refresh_token_that_nothing_would_verify_is_not_made(tmp_path: Path) -> None:
    variables = {"JWT_JWKS_FILE": "keys.json", "JWT_ALGORITHMS": "EdDSA"}
    key = tmp_path / "keys" / "private-key.pem"
    assert run("tokens", "keys", "--algorithm=EdDSA", f"--out={key.parent}").returncode == 0
    arguments = (f"--data={tmp_path}", "--sub=ada", f"--key={key}")
    assert run("tokens", *arguments, **variables).returncode == 0
    refused = run("tokens", *arguments, "--refresh", **variables)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "JWT_ALGORITHMS excludes HS256, which would sign the token\n"


@pytest.mark.parametrize("argument", ["--sub=", "--sub=a b", "--expires=0", '--scope=a"b'])
def test_a_token_that_the_api_would_refuse_is_not_made(tmp_path: Path, argument: str) -> None:
    refused = run("tokens", f"--data={tmp_path}", "--sub=ada", argument)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize("option", ["--json", "--refresh"])
def test_no_token_is_made_in_production(tmp_path: Path, option: str) -> None:
    refused = run(
        "tokens",
        f"--data={tmp_path}",
        "--sub=ada",
        option,
        ENVIRONMENT="production",
        DATABASE_URL="postgresql://ada@localhost/todos",
        # review: allow FH601: it signs for servers that this test runs
        JWT_SECRET="b6d1f0c2a94e4c1f8d7a3e5b9c0d2f4a6b8c1e3d",  # noqa: S106 - of this test alone
        JWT_ISSUER="https://issuer.test",
        JWT_AUDIENCE="todos",
    )
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "ENVIRONMENT is production" in refused.stderr


def test_migrating_twice_changes_nothing(bare_database: str) -> None:
    first, second = (run("migrating", DATABASE_URL=bare_database) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout == second.stdout == "the database has the newest schema\n"


def test_a_database_out_of_reach_is_named_in_one_line() -> None:
    url = "postgresql://ada:hunter2@127.0.0.1:1/todos"
    refused = run("migrating", DATABASE_URL=url)
    assert refused.returncode == 2
    assert refused.stderr.startswith("DATABASE_URL")
    assert "hunter2" not in refused.stderr
