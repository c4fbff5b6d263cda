"""Keys that tokens are verified with, each bound to the one algorithm it serves.

Sources: RFC 7517 (JWK), RFC 7518 and RFC 8037 (algorithms), RFC 8725, section 3.1.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Key:
    """A key bound to an algorithm; `verify` tells whether its second argument signs the first.

    `material` says which key it is: two with the same are the same.
    """

    algorithm: str
    material: bytes = field(repr=False)
    verify: Callable[[bytes, bytes], bool] = field(compare=False, repr=False)


type KeySet = Mapping[str | None, Key]
"""Keys by their ids, which are the only ones there are; a shared secret has the id None."""


def hs256(*secrets: bytes) -> Key:
    """Return shared secrets as one key, of which any may have signed (RFC 7518, section 3.2)."""

    def verify(signed: bytes, signature: bytes) -> bool:
        return any(
            hmac.compare_digest(hmac.digest(secret, signed, "sha256"), signature)
            for secret in secrets
        )

    return Key("HS256", b"\0".join(secrets), verify)
