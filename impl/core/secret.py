"""Secrets that sign: what makes one fit, and the one that development keeps for itself."""

import os
import re
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from tempfile import NamedTemporaryFile
from typing import Annotated

from pydantic import AfterValidator, SecretStr

MIN_SECRET_BYTES = 32  # RFC 7518, section 3.2: an HS256 key is no shorter than its hash
KEY_FILE = re.compile(rb"-----BEGIN |^(ssh|ecdsa|sk)-|^\s*\{")  # RFC 7468, RFC 4253, RFC 7517
MIN_DISTINCT_CHARACTERS = 8  # 32 random characters, even hexadecimal ones, hold far more
GUESSABLE = re.compile(
    "secret|passw|change.?me|replace|example|default|insecure|develop|your[-_ ]|freehold|qwerty"
    "|abcdefgh|12345678",
    re.IGNORECASE,
)


def _checked(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value().encode()
    if len(value) < MIN_SECRET_BYTES:
        raise ValueError
    # Public keys and certificates: what everybody knows would sign tokens.
    if KEY_FILE.search(value):
        raise ValueError
    return secret


Secret = Annotated[SecretStr, AfterValidator(_checked)]
"""A secret that may sign."""


def generate() -> str:
    """Return a new secret: 64 random hexadecimal digits."""
    return token_hex(MIN_SECRET_BYTES)


def is_guessable(secret: str) -> bool:
    """Say whether a secret is a placeholder, a pattern or of too few characters."""
    periods = range(1, len(secret) // 2 + 1)
    repeats = any(secret.startswith(secret[period:]) for period in periods)
    few = len(set(secret)) < MIN_DISTINCT_CHARACTERS
    return repeats or few or GUESSABLE.search(secret) is not None


def kept(path: Path) -> str | None:
    """Return the secret kept at `path`, made once; None where there can be none."""
    try:
        if not path.exists():
            _keep_first(generate(), path)
        secret = path.read_text("ascii")
    except (OSError, UnicodeError):
        return None
    return secret if len(secret) >= MIN_SECRET_BYTES else None


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
