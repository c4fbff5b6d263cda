"""URLs of what the server uses: each says what makes one fit."""

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import AfterValidator, SecretStr


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


def _jwks_url(url: str) -> str:
    parts = urlsplit(url)
    if not parts.hostname or parts.username is not None or parts.fragment or parts.port == 0:
        raise ValueError
    # Who can change what arrives can sign every token.
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise ValueError
    return url


def _is_loopback(host: str) -> bool:
    return host == "localhost" or ip_address(host).is_loopback


DatabaseUrl = Annotated[SecretStr, AfterValidator(_database_url)]
"""A URL of PostgreSQL."""

StorageUrl = Annotated[SecretStr, AfterValidator(_storage_url)]
"""A URL of Redis or Valkey."""

KeySetUrl = Annotated[str, AfterValidator(_jwks_url)]
"""A URL that keys can be fetched from without being changed on the way."""
