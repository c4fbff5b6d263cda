"""A server that trusts an identity provider: told where by configuration, and by nothing else."""

import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from impl.core.signing import SigningKey
from tests.forgeries import ABSENT
from tests.key_sets import KEYS, OTHERS, issued, key_set, published
from tests.providers import Provider, answering, providing
from tests.running import Running, environment, serving

ORIGIN = "http://127.0.0.1:3000"
SCOPES = "todos:read,todos:write"
NEEDED = {
    "ENVIRONMENT": "production",
    "JWT_ISSUER": f"{ORIGIN},https://second.example.com",
    "JWT_AUDIENCE": ORIGIN,
    "CURSOR_SECRET": secrets.token_hex(32),
}


def session_token(key: SigningKey, **claims: object) -> str:
    """Return a token as better-auth 1.7 issues it: without a type, and with the user in it."""
    now, user_id = int(time.time()), f"user-{uuid4()}"
    user = {"name": "Ada", "email": "ada@example.com", "emailVerified": False, "id": user_id}
    times = {"iat": now, "exp": now + 900, "createdAt": "2026-11-21T15:14:09.129Z"}
    parties = {"sub": user_id, "iss": ORIGIN, "aud": ORIGIN}
    token = issued(key, header={"typ": ABSENT}, claims=user | times | parties | claims)
    return token.decode()


def get(running: Running, token: str, **params: str) -> httpx2.Response:
    """Read the todos of whomever a token names."""
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{running.api}/api/todos"
    return httpx2.get(url, params=params, headers=headers, trust_env=False, timeout=10)


@pytest.fixture
def idp() -> Iterator[Provider]:
    """Run a provider that publishes one key."""
    with providing([KEYS["EdDSA"]]) as running:
        yield running


def refused(folder: Path, **variables: str) -> list[str]:
    """Run scripts/serve where it must refuse; return the lines that say why."""
    command = [sys.executable, "-P", "-m", "scripts.serving", "--port=0", "--management-port=0"]
    ended = subprocess.run(
        [*command, f"--data={folder}"],
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 2
    return [line for line in ended.stderr.splitlines() if not line.startswith("key left out")]


def test_users_of_a_provider_are_served_in_production_without_a_shared_secret(
    tmp_path: Path, own_database: str, idp: Provider
) -> None:
    places = {"DATABASE_URL": own_database, "JWT_JWKS_URL": idp.url}
    kinds = {"JWT_TYPES": "none", "JWT_DEFAULT_SCOPES": SCOPES}
    uncounted = {f"RATE_LIMIT_{name}": "off" for name in ("FAILURES", "USER", "WRITES", "REFRESH")}
    token = session_token(KEYS["EdDSA"])
    with serving(tmp_path, "--workers=2", environ=NEEDED | places | kinds | uncounted) as running:
        with httpx2.Client(base_url=running.api, trust_env=False, verify=False) as client:
            client.headers["Authorization"] = f"Bearer {token}"
            for title in ("Milk", "Bread"):
                assert client.post("/api/todos", json={"title": title}).status_code == 201
            first = client.get("/api/todos", params={"limit": "1"}).json()
            rest = client.get("/api/todos", params={"cursor": first["next_cursor"], "limit": "1"})
        titles = {item["title"] for item in first["items"] + rest.json()["items"]}
        assert titles == {"Milk", "Bread"}
        assert get(running, session_token(KEYS["EdDSA"])).json()["items"] == []
        second = session_token(KEYS["EdDSA"], iss="https://second.example.com", scope="todos:read")
        assert get(running, second).status_code == 200
        assert get(running, session_token(OTHERS["EdDSA"])).status_code == 401
        assert get(running, session_token(KEYS["EdDSA"], nonce="n")).status_code == 401
        idp.publish(*OTHERS.values())
        assert get(running, session_token(OTHERS["RS256"])).status_code == 200
    assert token.split(".")[1] not in running.log.read_text()


def test_a_token_without_a_type_or_scopes_is_not_taken_by_default(
    tmp_path: Path, idp: Provider
) -> None:
    places = {"JWT_JWKS_URL": idp.url, "JWT_ISSUER": ORIGIN, "JWT_AUDIENCE": ORIGIN}
    with serving(tmp_path / "a", environ=places) as running:
        assert get(running, session_token(KEYS["EdDSA"])).status_code == 401
        assert "reason='not of a type in JWT_TYPES'" in running.log.read_text()
    with serving(tmp_path / "b", environ={**places, "JWT_TYPES": "none"}) as running:
        assert get(running, session_token(KEYS["EdDSA"])).status_code == 403


def until(status: int, ask: Callable[[], httpx2.Response]) -> httpx2.Response:
    """Ask again and again until the answer has a status; return it."""
    for _ in range(600):
        if (answer := ask()).status_code == status:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"never {status}")


def test_a_server_without_keys_in_time_is_not_ready_and_says_503(
    tmp_path: Path, idp: Provider
) -> None:
    places = {"JWT_JWKS_URL": idp.url, "JWT_ISSUER": ORIGIN, "JWT_AUDIENCE": ORIGIN}
    bounds = {"JWT_JWKS_REFRESH_S": "1", "JWT_JWKS_STALE_S": "1", "JWT_TYPES": "none"}
    scopes = {"JWT_DEFAULT_SCOPES": SCOPES, "JWT_ALGORITHMS": "EdDSA"}
    with serving(tmp_path, environ=places | bounds | scopes) as running:
        token, ready = session_token(KEYS["EdDSA"]), f"{running.management}/readyz"
        assert get(running, token).status_code == 200
        idp.answer = answering(b"", 503)
        answer = until(503, lambda: get(running, token))
        assert answer.headers["retry-after"] == "1"
        assert get(running, "e30.e30.AAAA").status_code == 401
        until(503, lambda: httpx2.get(ready, trust_env=False, timeout=10))
        idp.publish(KEYS["EdDSA"])
        until(200, lambda: get(running, token))
        until(200, lambda: httpx2.get(ready, trust_env=False, timeout=10))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "it cannot be read (No such file or directory)"),
        (b"", "it is no JSON"),
        (b"-----BEGIN PUBLIC KEY-----", "it is no JSON"),
        (key_set(), "it holds none"),
        (key_set({"kty": "oct", "k": "AAAA", "kid": "a"}), "it holds none"),
        (b" " * 300_000, "larger than 262144 bytes"),
    ],
)
def test_a_file_without_usable_keys_is_one_line(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    path = tmp_path / "jwks.json"
    if content is not None:
        path.write_bytes(content)
    lines = refused(tmp_path, JWT_JWKS_FILE=str(path))
    assert lines == [f"JWT_JWKS_FILE leads to no usable keys: {reason}"]


def test_a_provider_out_of_reach_is_one_line(tmp_path: Path) -> None:
    lines = refused(tmp_path, JWT_JWKS_URL="http://127.0.0.1:1/jwks")
    assert lines == ["JWT_JWKS_URL leads to no usable keys: it cannot be reached (ConnectError)"]


@pytest.mark.parametrize(
    ("variables", "start"),
    [
        ({"JWT_JWKS_URL": "https://a.example/k", "JWT_JWKS_FILE": "x"}, "JWT_JWKS_FILE and"),
        *(
            ({"JWT_JWKS_URL": url}, "JWT_JWKS_URL must be an https:// URL")
            for url in (
                *("http://id.example.com/jwks", "ftp://127.0.0.1/jwks", "file:///etc/jwks.json"),
                *("https://ada:hunter2@id.example.com/", "https://", "https://a.example:99999/"),
                *("http://127.0.0.1.example.com/", "jwks.json", "https://a.example/#part"),
            )
        ),
        ({"JWT_ALGORITHMS": "EdDSA"}, "JWT_ALGORITHMS must hold HS256"),
        ({"JWT_ALGORITHMS": "HS256,RS512"}, "JWT_ALGORITHMS must be some of"),
        ({"JWT_PREVIOUS_SECRETS": "short"}, "JWT_PREVIOUS_SECRETS must be"),
        ({"JWT_PREVIOUS_SECRETS": ",".join(["b6d1f0c2a94e4c1f" * 2] * 5)}, "JWT_PREVIOUS_SECRETS"),
        ({"JWT_ISSUER": "a,,b"}, "JWT_ISSUER must be"),
        ({"JWT_JWKS_STALE_S": "0"}, "JWT_JWKS_STALE_S must be"),
        ({"CURSOR_SECRET": "hunter2"}, "CURSOR_SECRET must be"),
    ],
)
def test_a_wrong_setting_of_keys_is_one_line(
    tmp_path: Path, variables: Mapping[str, str], start: str
) -> None:
    (line,) = refused(tmp_path, **variables)
    assert line.startswith(start)
    assert "hunter2" not in line


def test_production_without_a_shared_secret_needs_one_for_cursors(
    tmp_path: Path, own_database: str
) -> None:
    (tmp_path / "jwks.json").write_bytes(published(KEYS.values()))
    places = {"DATABASE_URL": own_database, "JWT_JWKS_FILE": str(tmp_path / "jwks.json")}
    (line,) = refused(tmp_path, **{**NEEDED, **places, "CURSOR_SECRET": ""})
    assert line.startswith("CURSOR_SECRET is required in production without JWT_SECRET")
    (line,) = refused(tmp_path, **{**NEEDED, **places, "CURSOR_SECRET": "replace-me" * 4})
    assert line.startswith("CURSOR_SECRET can be guessed")
