"""Configuration: read once at start from the environment and `.env`, checked whole, then frozen."""

import hmac
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from tempfile import NamedTemporaryFile
from typing import Annotated, Literal
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import AfterValidator, AliasGenerator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    InitSettingsSource,
    SettingsConfigDict,
)

from impl.core import rates
from impl.core.addresses import Proxies
from impl.core.origins import Origins
from impl.core.rates import RateSetting

SECRET_FILE = "jwt-secret"  # noqa: S105 - the name of a file
REQUIRED_IN_PRODUCTION = ("DATABASE_URL", "JWT_SECRET", "JWT_ISSUER", "JWT_AUDIENCE")
MIN_SECRET_BYTES = 32  # RFC 7518, section 3.2: an HS256 key is no shorter than its hash
KEY_FILE = re.compile(rb"-----BEGIN |^(ssh|ecdsa|sk)-|^\s*\{")  # RFC 7468, RFC 4253, RFC 7517
MIN_DISTINCT_CHARACTERS = 8  # 32 random characters, even hexadecimal ones, hold far more
GUESSABLE = re.compile(
    "secret|passw|change.?me|replace|example|default|insecure|develop|your[-_ ]|freehold|qwerty"
    "|abcdefgh|12345678",
    re.IGNORECASE,
)


class SettingsError(Exception):
    """The configuration is not usable.

    `faults` holds one line each, which starts with the name of the variable and says what to do.
    No line repeats the value that was given.
    """

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def _database_url(url: SecretStr) -> SecretStr:
    value = url.get_secret_value()
    if not value.startswith(("postgres://", "postgresql://")):
        raise ValueError
    try:
        conninfo_to_dict(value)
    except ProgrammingError:
        raise ValueError from None
    return url


def _storage_url(url: SecretStr) -> SecretStr:
    value = urlsplit(url.get_secret_value())
    if value.scheme not in {"redis", "rediss", "valkey", "valkeys"} or not value.hostname:
        raise ValueError
    value.port  # noqa: B018 - raises a ValueError where there is none
    return url


def _hmac_secret(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value().encode()
    if len(value) < MIN_SECRET_BYTES:
        raise ValueError
    # Public keys and certificates: what everybody knows would sign tokens.
    if KEY_FILE.search(value):
        raise ValueError
    return secret


class Settings(BaseSettings):
    """What the server is told from outside; each description completes "<VARIABLE> must be"."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        case_sensitive=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
        alias_generator=AliasGenerator(validation_alias=str.upper),
    )

    environment: Literal["development", "production"] = Field(
        "development", description='"development" or "production"'
    )
    database_url: Annotated[SecretStr, AfterValidator(_database_url)] | None = Field(
        None, description="a URL of the form postgresql://user:password@host:5432/name"
    )
    database_lanes: int = Field(
        2, ge=1, le=32, description="a number of connections per process, 1 to 32"
    )
    database_pool_size: int = Field(
        10, ge=1, le=200, description="a number of connections per process, 1 to 200"
    )
    database_prepared_statements: bool = Field(
        True, description='"true", or "false" behind PgBouncer older than 1.21'
    )
    statement_timeout_ms: int = Field(
        5_000, ge=1, le=600_000, description="a number of milliseconds, 1 to 600000"
    )
    lock_timeout_ms: int = Field(
        2_000, ge=1, le=600_000, description="a number of milliseconds, 1 to 600000"
    )
    connect_timeout_s: int = Field(3, ge=1, le=60, description="a number of seconds, 1 to 60")
    pool_timeout_s: int = Field(2, ge=1, le=60, description="a number of seconds, 1 to 60")
    jwt_secret: Annotated[SecretStr, AfterValidator(_hmac_secret)] = Field(
        description="at least 32 bytes of random text, such as `openssl rand -hex 32` prints"
    )
    jwt_issuer: str = Field(
        "freehold", min_length=1, description='the value of the claim "iss" in accepted tokens'
    )
    jwt_audience: str = Field(
        "freehold", min_length=1, description='the value of the claim "aud" in accepted tokens'
    )
    jwt_leeway_s: int = Field(5, ge=0, le=60, description="a number of seconds, 0 to 60")
    jwt_max_lifetime_s: int = Field(
        86_400, ge=1, le=31_536_000, description="a number of seconds, 1 to 31536000 (a year)"
    )
    max_body_bytes: int = Field(
        1_048_576, ge=1, le=1_073_741_824, description="a number of bytes, 1 to 1073741824"
    )

    body_timeout_s: int = Field(10, ge=1, le=600, description="a number of seconds, 1 to 600")
    max_upload_bytes: int = Field(
        33_554_432, ge=1, le=1_099_511_627_776, description="a number of bytes, 1 to 1099511627776"
    )
    upload_timeout_s: int = Field(60, ge=1, le=3600, description="a number of seconds, 1 to 3600")
    rate_limit_failures: RateSetting = Field(None, description=rates.MEANING)
    rate_limit_user: RateSetting = Field(None, description=rates.MEANING)
    rate_limit_writes: RateSetting = Field(None, description=rates.MEANING)
    rate_limit_refresh: RateSetting = Field(None, description=rates.MEANING)
    rate_limit_address: RateSetting = Field(None, description=rates.MEANING)
    rate_limit_storage_url: Annotated[SecretStr, AfterValidator(_storage_url)] | None = Field(
        None, description="a URL of the form redis://user:password@host:6379/0, or valkey://"
    )
    trusted_proxies: Proxies = Field(
        (), description='addresses and networks, such as "10.0.0.1,10.1.0.0/16"'
    )
    cors_origins: Origins = Field(
        (), description='origins by name, such as "https://app.example.com,https://example.org"'
    )

    @property
    def cursor_key(self) -> bytes:
        """The 32-byte key that signs paging cursors, apart from the one that signs tokens."""
        secret = self.jwt_secret.get_secret_value().encode()
        return hmac.digest(secret, b"freehold paging cursor v1", "sha256")


def load(
    data: Path, *, env_file: Path | None, environ: Mapping[str, str] | None = None
) -> Settings:
    """Return the settings from `environ` (by default the process's), then from `env_file`.

    `data` is the folder of the server's own files; development keeps its generated secret there.
    Empty variables count as unset. Raises `SettingsError` with every fault at once.
    """
    values = _read(env_file, os.environ if environ is None else environ)
    faults: list[str] = []
    if values.get("ENVIRONMENT") == "production":
        faults += _faults_of_production(values)
        values = {**rates.IN_PRODUCTION, **values}
    elif "JWT_SECRET" not in values:
        values["JWT_SECRET"] = _development_secret(data / SECRET_FILE)
    try:
        # This source alone: by itself the class would read the process's environment again.
        source = InitSettingsSource(Settings, values)
        settings = Settings(_build_sources=((source,), {}))  # type: ignore[call-arg]  # seen only with Pydantic's plugin
    except ValidationError as error:
        raise SettingsError(faults + _faults_of_values(error)) from None
    if faults:
        raise SettingsError(faults)
    return settings


def _read(env_file: Path | None, environ: Mapping[str, str]) -> dict[str, str]:
    environment = EnvSettingsSource(Settings)
    environment.env_vars = {name: value for name, value in environ.items() if value}
    try:
        return {**DotEnvSettingsSource(Settings, env_file=env_file)(), **environment()}
    except (OSError, UnicodeError):
        fault = f"{env_file} cannot be read: make it a text file in UTF-8 that the server may read"
        raise SettingsError([fault]) from None


def _faults_of_production(values: Mapping[str, str]) -> list[str]:
    faults = [
        f"{name} is required in production and must be {_description(name)}"
        for name in REQUIRED_IN_PRODUCTION
        if name not in values
    ]
    secret = values.get("JWT_SECRET", "")
    if len(secret) >= MIN_SECRET_BYTES and _is_guessable(secret):
        faults.append(f"JWT_SECRET can be guessed and must be {_description('JWT_SECRET')}")
    return faults


def _faults_of_values(error: ValidationError) -> list[str]:
    # What is missing is production's to report.
    wrong = [str(fault["loc"][0]) for fault in error.errors() if fault["type"] != "missing"]
    return [f"{name} must be {_description(name)}" for name in wrong]


def _description(name: str) -> str:
    return str(Settings.model_fields[name.lower()].description)


def _is_guessable(secret: str) -> bool:
    periods = range(1, len(secret) // 2 + 1)
    repeats = any(secret.startswith(secret[period:]) for period in periods)
    few = len(set(secret)) < MIN_DISTINCT_CHARACTERS
    return repeats or few or GUESSABLE.search(secret) is not None


def _development_secret(path: Path) -> str:
    """Return the secret kept at `path`, made once, so that tokens survive a restart."""
    try:
        if not path.exists():
            _keep_first(token_hex(MIN_SECRET_BYTES), path)
        secret = path.read_text("ascii")
    except (OSError, UnicodeError):
        secret = ""
    if len(secret) < MIN_SECRET_BYTES:
        raise SettingsError(
            [f"JWT_SECRET is unset and {path} cannot hold one: remove that file, or set JWT_SECRET"]
        )
    return secret


def _keep_first(secret: str, path: Path) -> None:
    """Write a file of mode 0600 that appears whole; of several processes, one succeeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-") as draft:
        draft.write(secret)
        draft.flush()
        os.fsync(draft.fileno())
        # A link, unlike a rename, fails where another process came first.
        with suppress(FileExistsError):
            path.hardlink_to(draft.name)
