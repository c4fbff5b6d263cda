"""scripts/token keys: makes what tokens are signed with, for development."""

import argparse
import json
import os
import sys
from pathlib import Path

from impl.core import secret, signing
from impl.core.tokens import refuse_in_production
from scripts.configuration import DATA, faults, settings

PRIVATE, PUBLIC, SHARED = "private-key.pem", "jwks.json", "jwt-secret"


def main(argv: list[str]) -> int:
    """Return 0 when the key is written or printed, 2 when it cannot be."""
    arguments = _arguments(argv)
    with faults():
        refuse_in_production(settings(arguments.data))
    shared = arguments.algorithm == "HS256"
    files = _shared() if shared else _pair(arguments.algorithm)
    if arguments.out is None:
        print(files[SHARED].decode())
        return 0
    try:
        paths = _write(files, arguments.out)
    except OSError as error:
        print(f"--out: cannot write {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    print(json.dumps(paths) if arguments.json else _advice(paths))
    return 0


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/token keys",
        description="Make a key that signs tokens in development: a private key and the JSON Web "
        "Key Set of its public half, or a secret (HS256), which is printed without --out.",
        epilog="Exit codes: 0 done, 2 no key can be made or written.",
    )
    parser.add_argument("--algorithm", choices=[*signing.GENERATORS, "HS256"], default="EdDSA")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write new files")
    parser.add_argument("--json", action="store_true", help="print the paths that were written")
    parser.add_argument("--data", type=Path, default=DATA, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.out is None and (arguments.algorithm != "HS256" or arguments.json):
        parser.error("--out is required, except for HS256 without --json")
    return arguments


def _shared() -> dict[str, bytes]:
    return {SHARED: secret.generate().encode()}


def _pair(algorithm: str) -> dict[str, bytes]:
    key = signing.generate(algorithm)
    return {PRIVATE: key.pem, PUBLIC: json.dumps({"keys": [key.jwk]}, indent=2).encode() + b"\n"}


def _write(files: dict[str, bytes], folder: Path) -> dict[str, str]:
    """Write files that must not exist yet, all but the public one for their owner alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        mode = 0o644 if name == PUBLIC else 0o600
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    return {name: str(folder / name) for name in files}


def _advice(paths: dict[str, str]) -> str:
    if SHARED in paths:
        return f"JWT_SECRET is in {paths[SHARED]}"
    lines = [f"the server:  JWT_JWKS_FILE={paths[PUBLIC]} scripts/serve"]
    return "\n".join([*lines, f"a token:     scripts/token --sub ada --key {paths[PRIVATE]}"])
