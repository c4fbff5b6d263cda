"""scripts/token: prints tokens for development, or makes the keys of one."""

import argparse
import json
import sys
from pathlib import Path

from impl.app import CONTRACT
from impl.core import signing
from impl.core.settings import Settings
from impl.core.signing import SigningKey
from impl.core.tokens import mint, mint_refresh
from scripts import keys
from scripts.configuration import DATA, faults, settings

HOUR = 3600


def declared_scopes() -> list[str]:
    """Return every scope that an operation of the contract takes."""
    document = json.loads(CONTRACT.read_bytes())
    operations = [
        operation
        for item in document["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict)
    ]
    requirements = [r for operation in operations for r in operation.get("security", [])]
    return sorted({scope for r in requirements for scopes in r.values() for scope in scopes})


def main() -> int:
    """Return 0 with the token on standard output, 2 for what no token can be made of."""
    if sys.argv[1:2] == ["keys"]:
        return keys.main(sys.argv[2:])
    arguments = _arguments()
    scopes = declared_scopes() if arguments.scope is None else arguments.scope
    with faults():
        configuration = settings(arguments.data)
        try:
            key = _key(arguments.key)
            token = mint(configuration, arguments.sub, scopes, arguments.expires, key)
            refresh = _refresh(configuration, arguments.sub, scopes) if arguments.refresh else {}
        except ValueError as error:
            print(error, file=sys.stderr)
            return 2
    document = {"access_token": token, "token_type": "Bearer", "expires_in": arguments.expires}
    whole = json.dumps({**document, **refresh, "scope": " ".join(scopes)})
    plain = [token, *([refresh["refresh_token"]] if refresh else [])]
    print(whole if arguments.json else "\n".join(map(str, plain)))
    return 0


def _refresh(configuration: Settings, user_id: str, scopes: list[str]) -> dict[str, object]:
    """Return what a token response says of a refresh token that begins a grant."""
    return {
        "refresh_token": mint_refresh(configuration, user_id, scopes),
        "refresh_expires_in": configuration.refresh_token_lifetime_s,
    }


def _key(path: Path | None) -> SigningKey | None:
    if path is None:
        return None
    try:
        return signing.load(path.read_bytes())
    except OSError as error:
        raise ValueError(f"--key: cannot read {path}: {error.strerror}") from None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/token",
        description="Print an access token for development, and below it a refresh token.",
        epilog='"scripts/token keys" makes keys. Exit codes: 0 done, 2 no token can be made.',
    )
    parser.add_argument("--sub", required=True, metavar="ID", help="the user id")
    parser.add_argument(
        "--scope", action="append", metavar="S", help="a scope, as often as needed (all of them)"
    )
    parser.add_argument(
        "--expires", type=int, default=HOUR, metavar="SECONDS", help="how long it lives (3600)"
    )
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="a private key to sign with (JWT_SECRET)"
    )
    parser.add_argument(
        "--refresh", action="store_true", help="a refresh token as well, which begins a grant"
    )
    parser.add_argument("--json", action="store_true", help="print a token response (RFC 6749)")
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="where the development secret lives"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
