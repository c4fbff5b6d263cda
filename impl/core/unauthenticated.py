"""The refusal of a request that does not prove who it is from."""

from impl.core.problems import Problem


class Unauthenticated(Problem):
    """401: a request does not prove who it is from.

    `reason` and `kid` are for the log alone: the one quotes nothing that was sent, the other is
    the key id as it was sent. `challenge` is the value of `WWW-Authenticate` (RFC 6750, section 3).
    """

    def __init__(self, reason: str, *, challenge: str = 'Bearer error="invalid_token"') -> None:
        super().__init__(401, headers={"WWW-Authenticate": challenge})
        self.reason = reason
        self.kid: object = None


class UnknownKey(Unauthenticated):
    """401, unless the keys have been replaced: a token names a key that is not known."""

    def __init__(self, kid: str) -> None:
        super().__init__("unknown key id")
        self.kid: str = kid


def require(fact: bool, reason: str) -> None:  # noqa: FBT001 - reads as an assertion
    """Raise `Unauthenticated` unless a fact holds."""
    if not fact:
        raise Unauthenticated(reason)
