"""The gate of a mock: lets in whoever sends the kind of credentials that the contract asks for."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from starlette.requests import cookie_parser
from starlette.types import Scope

from impl.core.gate import Limits
from impl.core.problems import Problem
from scripts.codegen.runtime.gate import Scheme

_UPLOADS = 2**28


class MockGate:
    """Looks whether credentials are there, and never at what they hold."""

    def __init__(self, schemes: Mapping[str, Scheme]) -> None:
        self.limits = Limits(2**24, 60, _UPLOADS, 60)
        self.schemes = schemes

    def admit(
        self, connection: Scope, security: Sequence[Mapping[str, frozenset[str]]], _: str | None
    ) -> Scope:
        """Return the connection; raises the problem 401 for one without credentials."""
        sent = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in connection["headers"]
        }
        if not security or any(
            all(_sends(self.schemes[name], connection, sent) for name in alternative)
            for alternative in security
        ):
            return connection
        names = " or ".join(" with ".join(alternative) for alternative in security)
        asked = [self.schemes[name].scheme for alternative in security for name in alternative]
        challenge = next(filter(None, asked), "bearer").capitalize()
        detail = f"The contract asks for credentials here: {names}."
        raise Problem(401, detail, headers={"WWW-Authenticate": challenge})

    def problem(
        self,
        status: int,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Problem:
        """Return the problem that a request is answered with."""
        return Problem(status, errors=errors, headers=headers)


def _sends(scheme: Scheme, connection: Scope, sent: Mapping[str, str]) -> bool:
    match scheme.type, scheme.location:
        case "apiKey", "query":
            return scheme.name in parse_qs(connection["query_string"].decode("latin-1"))
        case "apiKey", "cookie":
            return scheme.name in cookie_parser(sent.get("cookie", ""))
        case "apiKey", _:
            return bool(sent.get(scheme.name.lower()))
        case "mutualTLS", _:
            return True
    kind = scheme.scheme if scheme.type == "http" else "bearer"
    return sent.get("authorization", "").lower().startswith(f"{kind} ")
