"""The rule of secrets: found in any text, and not where only words stand."""

from pathlib import Path

import pytest

from tests.reviewed import reviewed, rules

# Put together here, so that none of them stands in this file.
RANDOM = "b6d1f0c2a94e" * 3
BEGIN = "-----BEGIN {}PRIVATE" + " KEY-----"
SIGNED = "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiJhZGEifQo." + "c" * 43

SECRETS = [
    BEGIN.format(""),
    BEGIN.format("RSA "),
    BEGIN.format("EC "),
    SIGNED,
    "AKIA" + "IOSFODNN7ABCDEFG",
    "ghp_" + "a1B2" * 9,
    "xoxb-" + "1234567890-abc",
    "sk_live_" + "a1B2c3D4e5F6g7H8",
    "AIza" + "a1B2c" * 7,
    "sk-ant-" + "a1B2" * 10,
    "postgresql://app:" + "tr0ub4dor" + "@db.internal/app",
    "amqp://a:" + "tr0ub4d@10.0.0.7/v",
    f'JWT_SECRET = "{RANDOM}"',
    f"JWT_SECRET={RANDOM}",
    f'  "client_secret": "{RANDOM}",',
    f"api-key: {RANDOM}",
    f"db_password: str = '{RANDOM}'",
    "x" * 5_000 + f" token={RANDOM}",
]
WORDS = [
    "postgresql://user:password@host:5432/name",
    "postgresql://app:" + "tr0ub4dor" + "@127.0.0.1:5432/app",
    "postgresql://app:{password}@db/app",
    "postgresql://app:$PASSWORD@db/app",
    "https://example.com:8080/a@b",
    "JWT_SECRET=",
    "JWT_SECRET=<at least 32 bytes of random text>",
    "JWT_SECRET=${JWT_SECRET}",
    'JWT_SECRET = os.environ["JWT_SECRET"]',
    'token = "a-token-that-is-made-of-words"',
    'password = "your-password-here-1234567890"',
    "token: str = field(default_factory=token_hex)",
    "Authorization: Bearer <token>",
    "sha256:" + RANDOM,
    "-----BEGIN PUBLIC KEY-----",
    "ETag: eyJhbGciOi",
]


@pytest.mark.parametrize("text", SECRETS)
@pytest.mark.parametrize("path", ["impl/settings.py", "deploy/values.yaml", "README.md"])
def test_a_secret_in_any_file_is_found(tmp_path: Path, path: str, text: str) -> None:
    files = {"impl/__init__.py": "", path: f"\n# {text}\n"}
    found = [each.fault for each in reviewed(tmp_path, files).findings]
    assert [(each.path, each.line) for each in found] == [(path, 2)]


@pytest.mark.parametrize("text", WORDS)
def test_words_and_placeholders_are_no_secrets(tmp_path: Path, text: str) -> None:
    assert rules(tmp_path, {"impl/__init__.py": "", "notes.txt": f"{text}\n"}) == set()


def test_what_is_no_text_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "image.bin").write_bytes(b"\0" + SIGNED.encode())
    assert rules(tmp_path, {"impl/__init__.py": ""}) == set()


def test_a_secret_is_not_repeated_in_the_finding(tmp_path: Path) -> None:
    found = reviewed(tmp_path, {"impl/__init__.py": f'TOKEN = "{RANDOM}"\n'}).findings
    assert len(found) == 1
    assert RANDOM not in found[0].fault.what
