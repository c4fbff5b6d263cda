"""Configuration: read once at start from the environment and `.env`, checked whole, then frozen."""

import hmac
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import (
    AliasGenerator,
    BeforeValidator,
    Field,
    ValidationError,
)
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    InitSettingsSource,
    NoDecode,
    SettingsConfigDict,
)

from impl.core import rates, secret
from impl.core.addresses import Proxies
from impl.core.origins import Origins
from impl.core.rates import RateSetting
from impl.core.secret import MIN_SECRET_BYTES, Secret
from impl.core.urls import DatabaseUrl, KeySetUrl, StorageUrl

SECRET_FILE = "jwt-secret"  # noqa: S105 - the name of a file
REQUIRED_IN_PRODUCTION = ("DATABASE_URL", "JWT_SECRET", "JWT_ISSUER", "JWT_AUDIENCE")
KEY_SETS = ("JWT_JWKS_URL", "JWT_JWKS_FILE")
SECRETS = ("JWT_SECRET", "JWT_PREVIOUS_SECRETS", "CURSOR_SECRET")
NO_TYPE = "none"


class SettingsError(Exception):
    """The configuration is not usable.

    `faults` holds one line each, which starts with the name of the variable and says what to do.
    No line repeats the value that was given.
    """

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def _listed(text: object) -> object:
    return [name.strip() for name in text.split(",")] if isinstance(text, str) else text


Name = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[Name, ...], NoDecode, BeforeValidator(_listed)]
Algorithm = Literal["HS256", "RS256", "ES256", "EdDSA", "Ed25519"]
ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)


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
    database_url: DatabaseUrl | None = Field(
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
    jwt_secret: Secret | None = Field(
        None, description="at least 32 bytes of random text, such as `openssl rand -hex 32` prints"
    )
    jwt_previous_secrets: Annotated[tuple[Secret, ...], NoDecode, BeforeValidator(_listed)] = Field(
        (), max_length=4, description="up to four secrets of at least 32 bytes, between commas"
    )
    cursor_secret: Secret | None = Field(
        None, description="at least 32 bytes of random text, such as `openssl rand -hex 32` prints"
    )
    jwt_jwks_url: KeySetUrl | None = Field(
        None, description="an https:// URL without user and fragment; http:// on loopback only"
    )
    jwt_jwks_file: Path | None = Field(None, description="the path of a file")
    jwt_jwks_refresh_s: int = Field(
        300, ge=1, le=86_400, description="a number of seconds, 1 to 86400 (a day)"
    )
    jwt_jwks_stale_s: int = Field(
        86_400, ge=1, le=604_800, description="a number of seconds, 1 to 604800 (a week)"
    )
    jwt_algorithms: Annotated[tuple[Algorithm, ...], NoDecode, BeforeValidator(_listed)] = Field(
        ALGORITHMS,
        description="some of HS256, RS256, ES256, EdDSA and Ed25519, between commas",
    )
    jwt_issuer: Names = Field(
        ("freehold",), description='values of the claim "iss" in accepted tokens, between commas'
    )
    jwt_audience: Names = Field(
        ("freehold",), description='values of the claim "aud" in accepted tokens, between commas'
    )
    jwt_types: Names = Field(
        ("at+jwt",),
        description='values of the header parameter "typ" in accepted tokens, between commas',
    )
    jwt_scope_claim: Name = Field("scope", description="the name of a claim")
    jwt_default_scopes: Names = Field((), description="names of scopes, between commas")
    jwt_leeway_s: int = Field(5, ge=0, le=60, description="a number of seconds, 0 to 60")
    jwt_max_lifetime_s: int = Field(
        86_400, ge=1, le=31_536_000, description="a number of seconds, 1 to 31536000 (a year)"
    )
    access_token_lifetime_s: int = Field(
        900, ge=1, le=86_400, description="a number of seconds, 1 to 86400 (a day)"
    )
    refresh_token_lifetime_s: int = Field(
        2_592_000, ge=1, le=31_536_000, description="a number of seconds, 1 to 31536000 (a year)"
    )
    refresh_grace_s: int = Field(10, ge=0, le=60, description="a number of seconds, 0 to 60")
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
    rate_limit_storage_url: StorageUrl | None = Field(
        None, description="a URL of the form redis://user:password@host:6379/0, or valkey://"
    )
    trusted_proxies: Proxies = Field(
        (), description='addresses and networks, such as "10.0.0.1,10.1.0.0/16"'
    )
    cors_origins: Origins = Field(
        (), description='origins by name, such as "https://app.example.com,https://example.org"'
    )

    @property
    def shared_secrets(self) -> tuple[str, ...]:
        """The secrets that may have signed a token, the newest first."""
        newest = () if self.jwt_secret is None else (self.jwt_secret,)
        return tuple(each.get_secret_value() for each in (*newest, *self.jwt_previous_secrets))

    @property
    def cursor_key(self) -> bytes:
        """The 32-byte key that signs paging cursors, apart from those that sign tokens."""
        source = self.cursor_secret or self.jwt_secret
        if source is None:
            raise SettingsError([f"CURSOR_SECRET must be {_description('CURSOR_SECRET')}"])
        key = source.get_secret_value().encode()
        return hmac.digest(key, b"freehold paging cursor v1", "sha256")


def load(
    data: Path, *, env_file: Path | None, environ: Mapping[str, str] | None = None
) -> Settings:
    """Return the settings from `environ` (by default the process's), then from `env_file`.

    `data` is the folder of the server's own files; development keeps its generated secret there.
    Empty variables count as unset. Raises `SettingsError` with every fault at once.
    """
    values = _read(env_file, os.environ if environ is None else environ)
    faults = _faults_of_combinations(values)
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


def _faults_of_combinations(values: Mapping[str, str]) -> list[str]:
    if all(name in values for name in KEY_SETS):
        return ["JWT_JWKS_FILE and JWT_JWKS_URL exclude each other: unset one of them"]
    has_key_set = any(name in values for name in KEY_SETS)
    if not has_key_set and "HS256" not in values.get("JWT_ALGORITHMS", "HS256"):
        return ["JWT_ALGORITHMS must hold HS256 without JWT_JWKS_URL and JWT_JWKS_FILE"]
    return []


def _faults_of_production(values: Mapping[str, str]) -> list[str]:
    has_key_set = any(name in values for name in KEY_SETS)
    faults = [
        f"{name} is required in production and must be {_description(name)}"
        for name in REQUIRED_IN_PRODUCTION
        if name not in values and not (name == "JWT_SECRET" and has_key_set)
    ]
    if has_key_set and not ("JWT_SECRET" in values or "CURSOR_SECRET" in values):
        required = "CURSOR_SECRET is required in production without JWT_SECRET and must be"
        faults.append(f"{required} {_description('CURSOR_SECRET')}")
    return faults + [
        f"{name} can be guessed and must be {_description(name)}"
        for name in SECRETS
        if _is_guessable(values.get(name, ""))
    ]


def _is_guessable(text: str) -> bool:
    # A secret that is too short is reported as that alone.
    candidates = [part for part in (text, *text.split(",")) if len(part) >= MIN_SECRET_BYTES]
    return any(map(secret.is_guessable, candidates))


def _faults_of_values(error: ValidationError) -> list[str]:
    # What is missing is production's to report.
    wrong = [str(fault["loc"][0]) for fault in error.errors() if fault["type"] != "missing"]
    return [f"{name} must be {_description(name)}" for name in wrong]


def _description(name: str) -> str:
    return str(Settings.model_fields[name.lower()].description)


def _development_secret(path: Path) -> str:
    """Return the secret kept at `path`, made once, so that tokens survive a restart."""
    kept = secret.kept(path)
    if kept is None:
        raise SettingsError(
            [f"JWT_SECRET is unset and {path} cannot hold one: remove that file, or set JWT_SECRET"]
        )
    return kept
