# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""What generated code needs from outside: who the caller is, and how a problem is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.types import Scope as Connection

type Fault = Mapping[str, str]
"""A place where a request breaks the contract: `detail`, with `pointer` or `parameter` and `in`."""

type Security = tuple[Mapping[str, frozenset[str]], ...]
"""The alternatives of a security requirement (OpenAPI 3.1 §4.8.30): scopes by scheme, all needed.

One without a scheme lets everybody in; without any alternative, nothing is asked for.
"""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A security scheme (OpenAPI 3.1 §4.8.27): `type` and, for `http`, its `scheme`.

    An `apiKey` is looked for under `name` in `location`.
    """

    type: str
    scheme: str = ""
    location: str = ""
    name: str = ""

    @property
    def carries_token(self) -> bool:
        """Whether it is a bearer token that is sent: the JWT, which every request needs anyway."""
        return self.type in {"oauth2", "openIdConnect"} or (
            self.type == "http" and self.scheme == "bearer"
        )


class Limits(Protocol):
    """What a request may take."""

    @property
    def max_body_bytes(self) -> int:
        """How large a body may be."""
        ...

    @property
    def max_body_seconds(self) -> float:
        """How long a body may take to arrive."""
        ...

    @property
    def max_upload_bytes(self) -> int:
        """How large a body with files may be."""
        ...

    @property
    def max_upload_seconds(self) -> float:
        """How long a body with files may take to arrive."""
        ...


class Gate[Scope](Protocol):
    """Lets a request in as a scope of its caller, or says which problem it is answered with."""

    @property
    def limits(self) -> Limits:
        """What a request may take."""
        ...

    def admit(self, connection: Connection, security: Security, user_id: str | None) -> Scope:
        """Return what the caller may work on.

        `user_id` is the one in the path, if there is one. Raises the problem for a caller that is
        not known (401), lacks a scope, or is another user than the path names (403).
        """
        ...

    def problem(
        self,
        status: int,
        *,
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Exception:
        """Return the exception that is answered as a problem of this status (RFC 9457)."""
        ...
