"""scripts/token keys: what it makes signs tokens that the server accepts."""

import asyncio
import json
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from impl.core.auth import Verifier
from impl.core.claims import access_tokens
from impl.core.keyring import configured
from impl.core.settings import load
from impl.core.signing import load as load_key
from impl.core.unauthenticated import Unauthenticated
from tests.key_sets import ALGORITHMS
from tests.running import PROJECT, environment

# RFC 8037, appendices A.1 to A.3.
ED25519 = (
    # review: allow FH601: everybody has it from the RFC
    b"-----BEGIN PRIVATE KEY-----\n"
    b"MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    b"-----END PRIVATE KEY-----\n"
)


def token(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/token."""
    return subprocess.run(
        [PROJECT / "scripts" / "token", *arguments],
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_signs_what_its_key_set_verifies(tmp_path: Path, algorithm: str) -> None:
    made = token("keys", f"--algorithm={algorithm}", f"--out={tmp_path}", "--json")
    paths: dict[str, Any] = json.loads(made.stdout)
    private, public = Path(paths["private-key.pem"]), Path(paths["jwks.json"])
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    (jwk,) = json.loads(public.read_bytes())["keys"]
    assert (jwk["kid"], jwk["alg"]) == (load_key(private.read_bytes()).kid, algorithm)
    assert "d" not in jwk
    signed = token("--sub=ada", f"--key={private}", f"--data={tmp_path}").stdout.strip()
    assert accepted(tmp_path, signed, JWT_JWKS_FILE=str(public)) == "ada"
    with pytest.raises(Unauthenticated):
        accepted(tmp_path, signed)


def accepted(data: Path, signed: str, **variables: str) -> str:
    """Return whom a token names to a server with these settings."""
    settings = load(data, env_file=None, environ=variables)

    async def verify() -> str:
        async with configured(settings) as keys:
            return Verifier(keys, access_tokens(settings)).verify(signed).user_id

    return asyncio.run(verify())


def test_a_secret_is_printed_or_written_for_its_owner_alone(tmp_path: Path) -> None:
    one, two = (token("keys", "--algorithm=HS256").stdout.strip() for _ in "ab")
    assert len(one) == len(two) == 64
    assert one != two
    load(tmp_path, env_file=None, environ={"JWT_SECRET": one})
    assert token("keys", "--algorithm=HS256", f"--out={tmp_path}").returncode == 0
    assert stat.S_IMODE((tmp_path / "jwt-secret").stat().st_mode) == 0o600


def test_the_id_of_a_key_is_its_thumbprint() -> None:
    key = load_key(ED25519)
    assert key.jwk["x"] == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    assert key.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    assert token("keys", f"--out={tmp_path}").returncode == 0
    before = (tmp_path / "private-key.pem").read_bytes()
    again = token("keys", f"--out={tmp_path}")
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr == f"--out: cannot write {tmp_path / 'private-key.pem'}: File exists\n"
    assert (tmp_path / "private-key.pem").read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("keys",),
        ("keys", "--algorithm=RS512", "--out=x"),
        ("keys", "--out=/dev/null/x"),
        ("--sub=ada", "--key=/nothing"),
        ("--sub=ada", f"--key={PROJECT / 'README.md'}"),
    ],
)
def test_what_cannot_be_done_is_told_without_a_traceback(arguments: tuple[str, ...]) -> None:
    refused = token(*arguments)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr
    assert "Traceback" not in refused.stderr


def test_no_key_is_made_in_production(tmp_path: Path) -> None:
    production = {
        "ENVIRONMENT": "production",
        "DATABASE_URL": "postgresql://ada@localhost/todos",
        # review: allow FH601: no server is ever started with it
        "JWT_SECRET": "b6d1f0c2a94e4c1f8d7a3e5b9c0d2f4a6b8c1e3d",
        "JWT_ISSUER": "https://issuer.test",
        "JWT_AUDIENCE": "todos",
    }
    refused = token("keys", f"--out={tmp_path}", **production)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("ENVIRONMENT is production")
    assert list(tmp_path.iterdir()) == []
