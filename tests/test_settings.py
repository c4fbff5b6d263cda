"""Configuration is right or refused at start, and never shows a secret."""

import multiprocessing
import stat
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from impl.core.settings import Settings, SettingsError, load

EXAMPLE = Path(__file__).parent.parent / ".env.example"
STRONG = "3f9c1e7ab2d4508866e1f0c79ad35b2e4c8d7f6a19b0e3d2"
PRODUCTION = {
    "ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql://app:hunter2@db.internal:5432/app?sslmode=require",
    "JWT_SECRET": STRONG,
    "JWT_ISSUER": "https://id.example.com/",
    "JWT_AUDIENCE": "https://api.example.com",
}


def faults(data: Path, environ: Mapping[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as refusal:
        load(data, env_file=None, environ=environ)
    assert str(refusal.value) == "\n".join(refusal.value.faults)
    return refusal.value.faults


def test_development_needs_no_configuration(tmp_path: Path) -> None:
    settings = load(tmp_path, env_file=None, environ={})
    assert settings.environment == "development"
    assert settings.database_url is None
    assert (settings.jwt_issuer, settings.jwt_audience) == (("freehold",), ("freehold",))
    assert [len(secret) for secret in settings.shared_secrets] == [64]


def test_production_takes_what_it_is_given(tmp_path: Path) -> None:
    settings = load(tmp_path, env_file=None, environ=PRODUCTION)
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == PRODUCTION["DATABASE_URL"]
    assert settings.shared_secrets == (STRONG,)
    assert settings.jwt_issuer == (PRODUCTION["JWT_ISSUER"],)
    assert list(tmp_path.iterdir()) == []


def test_production_names_every_missing_variable_at_once(tmp_path: Path) -> None:
    lines = faults(tmp_path, {"ENVIRONMENT": "production", "JWT_SECRET": ""})
    assert [line.split(" ", 1)[0] for line in lines] == [
        "DATABASE_URL",
        "JWT_SECRET",
        "JWT_ISSUER",
        "JWT_AUDIENCE",
    ]
    assert all("required in production" in line for line in lines)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["DATABASE_URL", "JWT_SECRET", "JWT_ISSUER", "JWT_AUDIENCE"])
def test_production_names_the_one_variable_that_is_missing(tmp_path: Path, name: str) -> None:
    (line,) = faults(tmp_path, {key: PRODUCTION[key] for key in PRODUCTION if key != name})
    assert line.startswith(f"{name} is required in production")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", "staging"),
        ("ENVIRONMENT", "Production"),
        ("DATABASE_URL", "mysql://app:hunter2@db/app"),
        ("DATABASE_URL", "postgresql+psycopg://app:hunter2@db/app"),
        ("DATABASE_URL", "host=db user=app password=hunter2"),
        ("DATABASE_URL", "postgresql://app:hunter2%zz@db/app"),
        ("DATABASE_URL", "postgresql://app:hunter2@db/app?colour=blue"),
        ("DATABASE_POOL_SIZE", "0"),
        ("DATABASE_POOL_SIZE", "201"),
        ("DATABASE_POOL_SIZE", "-1"),
        ("DATABASE_POOL_SIZE", "ten"),
        ("DATABASE_POOL_SIZE", "1.5"),
        ("DATABASE_PREPARED_STATEMENTS", "maybe"),
        ("STATEMENT_TIMEOUT_MS", "0"),
        ("STATEMENT_TIMEOUT_MS", "5s"),
        ("LOCK_TIMEOUT_MS", "0"),
        ("CONNECT_TIMEOUT_S", "0"),
        ("POOL_TIMEOUT_S", "0"),
        ("JWT_LEEWAY_S", "-1"),
        ("JWT_LEEWAY_S", "61"),
        ("JWT_MAX_LIFETIME_S", "0"),
        ("MAX_BODY_BYTES", "0"),
        ("MAX_BODY_BYTES", "1MB"),
        ("JWT_SECRET", STRONG[:31]),
        ("JWT_SECRET", "\udcff" * 40),
        ("JWT_SECRET", "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2Vw\n-----END PUBLIC KEY-----\n"),
        ("JWT_SECRET", '{"kty":"oct","k":"c2hvd24gdG8gZXZlcnlib2R5"}'),
    ],
)
def test_a_wrong_value_is_one_line_that_does_not_repeat_it(
    tmp_path: Path, name: str, value: str
) -> None:
    (line,) = faults(tmp_path, {name: value})
    assert line.startswith(f"{name} must be ")
    assert "\n" not in line
    assert "hunter2" not in line
    assert name == "ENVIRONMENT" or value not in line.split()


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    wrong = {"DATABASE_POOL_SIZE": "0", "JWT_SECRET": "short", "LOCK_TIMEOUT_MS": "x"}
    lines = faults(tmp_path, PRODUCTION | wrong | {"JWT_ISSUER": ""})
    assert {line.split(" ", 1)[0] for line in lines} == {*wrong, "JWT_ISSUER"}
    assert len(lines) == 4


@pytest.mark.parametrize(
    "secret",
    [
        "x" * 64,
        "ab" * 32,
        STRONG[:16] * 3,
        "0123456701234567012345670123456701",
        "secret" + STRONG,
        "my-super-SECRET-key-for-signing-of-tokens-0001",
        "Password1!Password2!Password3!Password4!",
        "change-me-change-me-change-me-change-us",
        "replace this with a long random string!",
        "your-256-bit-key-goes-here-in-this-place",
        "freehold-2026-a7c1e9f03b5d-4f6a8c0e2",
        "0110100110010110100101100110100110010110",
        "abcdefghijklmnopqrstuvwxyz0987654321",
    ],
)
def test_production_refuses_a_secret_that_can_be_guessed(tmp_path: Path, secret: str) -> None:
    lines = faults(tmp_path, PRODUCTION | {"JWT_SECRET": secret})
    assert len(lines) == 1
    assert lines[0].startswith("JWT_SECRET ")
    assert secret not in lines[0]


def test_production_refuses_the_example_configuration(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refusal:
        load(tmp_path, env_file=EXAMPLE, environ={"ENVIRONMENT": "production"})
    assert len(refusal.value.faults) == 4


def test_the_example_configuration_names_every_setting_with_its_default(tmp_path: Path) -> None:
    assert load(tmp_path, env_file=EXAMPLE, environ={}) == load(tmp_path, env_file=None, environ={})
    named = {line.split("=")[0] for line in EXAMPLE.read_text().splitlines() if line[:1].isupper()}
    assert named == {name.upper() for name in Settings.model_fields}


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("DATABASE_POOL_SIZE=3\nLOCK_TIMEOUT_MS=30\nUNRELATED=1\n")
    settings = load(tmp_path, env_file=env_file, environ={"DATABASE_POOL_SIZE": "4", "OTHER": "2"})
    assert (settings.database_pool_size, settings.lock_timeout_ms) == (4, 30)


def test_an_empty_variable_counts_as_unset(tmp_path: Path) -> None:
    settings = load(tmp_path, env_file=None, environ={"DATABASE_URL": "", "JWT_ISSUER": ""})
    assert (settings.database_url, settings.jwt_issuer) == (None, ("freehold",))


def test_the_environment_of_the_process_is_read_only_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_POOL_SIZE", "7")
    assert load(tmp_path, env_file=None).database_pool_size == 7
    assert load(tmp_path, env_file=None, environ={}).database_pool_size == 10


def test_a_missing_file_is_no_fault(tmp_path: Path) -> None:
    settings = load(tmp_path, env_file=tmp_path / "absent", environ={})
    assert settings.environment == "development"


def test_a_file_that_is_no_text_is_one_line(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_bytes(b"JWT_SECRET=\xff\xfehunter2\n")
    with pytest.raises(SettingsError) as refusal:
        load(tmp_path, env_file=env_file, environ={})
    assert refusal.value.faults[0].startswith(str(env_file))
    assert "hunter2" not in str(refusal.value)


def test_the_development_secret_survives_a_restart_and_is_its_owners_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = load(data, env_file=None, environ={})
    assert load(data, env_file=None, environ={}) == first
    assert [path.name for path in data.iterdir()] == ["jwt-secret"]
    assert stat.S_IMODE((data / "jwt-secret").stat().st_mode) == 0o600


def test_two_projects_have_different_development_secrets(tmp_path: Path) -> None:
    one, two = (load(tmp_path / name, env_file=None, environ={}) for name in "ab")
    assert one.jwt_secret != two.jwt_secret


def loaded_secret(data: Path) -> str:
    return load(data, env_file=None, environ={}).shared_secrets[0]


def test_processes_that_start_together_agree_on_the_development_secret(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["impl.core.settings"])
    with ProcessPoolExecutor(4, mp_context=context) as processes:
        secrets = list(processes.map(loaded_secret, [tmp_path / "data"] * 16))
    assert len(set(secrets)) == 1
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["jwt-secret"]


@pytest.mark.parametrize("content", [b"", b"cut off", b"\xff" * 64])
def test_a_damaged_development_secret_is_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "jwt-secret").write_bytes(content)
    (line,) = faults(tmp_path, {})
    assert line.startswith(f"JWT_SECRET is unset and {tmp_path / 'jwt-secret'} ")
    assert "cut off" not in line


def test_a_data_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (line,) = faults(tmp_path / "file" / "data", {})
    assert line.startswith("JWT_SECRET ")
    assert str(tmp_path) in line


def test_settings_show_no_secret(tmp_path: Path) -> None:
    settings = load(tmp_path, env_file=None, environ=PRODUCTION)
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert STRONG not in shown
        assert "hunter2" not in shown


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = load(tmp_path, env_file=None, environ={})
    with pytest.raises(ValueError, match="frozen"):
        settings.environment = "production"


def test_the_cursor_key_follows_from_the_secret_without_being_it(tmp_path: Path) -> None:
    settings = load(tmp_path, env_file=None, environ=PRODUCTION)
    other = load(tmp_path, env_file=None, environ=PRODUCTION | {"JWT_SECRET": STRONG[::-1]})
    assert settings.cursor_key == load(tmp_path, env_file=None, environ=PRODUCTION).cursor_key
    assert len(settings.cursor_key) == 32
    assert settings.cursor_key not in (STRONG.encode(), other.cursor_key)
