"""Refresh tokens that are right, and those that are forged with the right key."""

from typing import Any
from uuid import UUID

from tests.forgeries import (
    ABSENT,
    CLAIMS,
    ISSUER,
    KEY,
    NO_INTEGERS,
    NO_STRINGS,
    NOW,
    changed,
    signed,
)

MONTH = 2_592_000
GRANTS = iter(range(1, 1_000))
HEADER = {"typ": "rt+jwt", "alg": "HS256"}


def claims() -> dict[str, Any]:
    """Return the claims of a token that begins a grant of its own."""
    grant = UUID(int=next(GRANTS))
    return {
        "iss": ISSUER,
        "aud": "freehold/refresh",
        "sub": "alice",
        "iat": NOW - 60,
        "exp": NOW + 600,
        "jti": f"{grant}.0",
        "token_use": "refresh",
        "grant": str(grant),
        "generation": 0,
        "scope": "todos:read",
    }


def claiming(**changes: Any) -> bytes:
    """Sign with the right key a refresh token with some claims changed or absent."""
    return signed(changed(HEADER, {}), changed(claims(), changes))


def headed(**changes: Any) -> bytes:
    """Sign with the right key a refresh token with some header parameters changed or absent."""
    return signed(changed(HEADER, changes), changed(claims(), {}))


HEADERS = {
    **{
        f"typ {typ!r}": headed(typ=typ)
        for typ in ("JWT", "at+jwt", "rt+jwt ", "RT+JWT", "application/rt+jwt", "", *NO_STRINGS)
    },
    "typ missing": headed(typ=ABSENT),
    **{f"alg {alg!r}": headed(alg=alg) for alg in ("none", "HS384", "RS256", "EdDSA", None)},
    **{f"kid {kid!r}": headed(kid=kid) for kid in ("", "any", None)},
    "crit": headed(crit=["exp"]),
    "jwk": headed(jwk={"kty": "oct", "k": "AAAA"}),
    "another secret": signed(changed(HEADER, {}), changed(claims(), {}), KEY[::-1]),
}
KINDS = {
    "typ of a refresh token on an access token": signed(changed(HEADER, {}), changed(CLAIMS, {})),
    "typ of an access token": headed(typ="at+jwt"),
    **{
        f"token_use {use!r}": claiming(token_use=use)
        for use in ("access", "Refresh", "", ABSENT, *NO_STRINGS)
    },
    **{
        f"aud {aud!r}": claiming(aud=aud)
        for aud in ("freehold", "freehold/", "/refresh", "freehold/refresh/", ["freehold"], ABSENT)
    },
}
TIMES = {
    **{
        f"{name} {value!r}": claiming(**{name: value})
        for name in ("exp", "iat")
        for value in (*NO_INTEGERS, ABSENT)
    },
    "expired": claiming(exp=NOW),
    "not yet issued": claiming(iat=NOW + 6),
    "not yet valid": claiming(nbf=NOW + 6),
    "lifetime a second too long": claiming(iat=NOW, exp=NOW + MONTH + 1),
}
PLACES = {
    **{
        f"grant {grant!r}": claiming(grant=grant)
        for grant in (
            *(
                "",
                "1",
                "00000000000000000000000000000001",
                "{00000000-0000-0000-0000-000000000001}",
            ),
            *("ABCDEF00-0000-0000-0000-000000000001", "' OR true --", ABSENT, *NO_STRINGS),
        )
    },
    **{
        f"generation {generation!r}": claiming(generation=generation)
        for generation in (-1, 1, 2, 2**31, 2**63, 10**400, "0", ABSENT, *NO_INTEGERS)
    },
    **{f"jti {jti!r}": claiming(jti=jti) for jti in (ABSENT, *NO_STRINGS)},
    **{f"sub {sub!r}": claiming(sub=sub) for sub in ("", "a b", "al\0ice", ABSENT, *NO_STRINGS)},
    **{f"iss {iss!r}": claiming(iss=iss) for iss in ("", "evil", ABSENT, *NO_STRINGS)},
    **{f"scope {scope!r}": claiming(scope=scope) for scope in ("a  b", 'a"b', ABSENT, *NO_STRINGS)},
}
REJECTED = {
    f"refresh token, {name}": token for name, token in (HEADERS | KINDS | TIMES | PLACES).items()
}
ACCEPTED = {
    "plain": claiming(),
    "without scopes": claiming(scope=""),
    "lifetime at its bound": claiming(iat=NOW, exp=NOW + MONTH),
    "aud in a list": claiming(aud=["freehold/refresh"]),
}
