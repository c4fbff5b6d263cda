"""Header fields that prove nothing, most of them around a token that is right."""

from tests.forgeries import GOOD

_MALFORMED: tuple[tuple[bytes, ...], ...] = (
    (b"Authorization: Bearer %s", b"Authorization: Bearer e30.e30.AAAA"),
    (b"Authorization: Bearer e30.e30.AAAA", b"Authorization: Bearer %s"),
    (b"Authorization: Bearer %s", b"Authorization: Bearer %s"),
    (b"Authorization: Bearer %s", b"Authorization: Basic YTpi"),
    (b"Authorization: Bearer %s", b"authorization:"),
    (b"Authorization: Bearer  %s",),
    (b"Authorization: Bearer %s ",),
    (b"Authorization: Bearer\t%s",),
    (b"Authorization: Bearer \t%s",),
    (b"Authorization: Bearer %s, Bearer %s",),
    (b"Authorization: Bearer %s,",),
    (b"Authorization: Bearer %s %s",),
    (b'Authorization: Bearer "%s"',),
    (b"Authorization: Bearer token=%s",),
    (b"Authorization: Bearer:%s",),
    (b"Authorization: Bearer%s",),
    (b"Authorization: Bearer\xa0%s",),
    (b"Authorization: Bearer \xef\xbb\xbf%s",),
    (b"Authorization: %s",),
    (b"Authorization: Token %s",),
    (b"Authorization: JWT %s",),
    (b"Authorization: DPoP %s",),
    (b"Authorization: Basic %s",),
    (b"Authorization: Basic YTpi",),
    (b"Authorization: B\xc4\x93arer %s",),
    (b"Authorization: Bearer",),
    (b"Authorization: Bearer ",),
    (b"Authorization:",),
)
_MISPLACED: tuple[tuple[bytes, ...], ...] = (
    (b"Accept: */*",),
    (b"Cookie: Authorization=%s; access_token=%s",),
    (b"X-Authorization: Bearer %s",),
    (b"X-Forwarded-Authorization: Bearer %s",),
    (b"Proxy-Authorization: Bearer %s",),
)


def _filled(forms: tuple[tuple[bytes, ...], ...]) -> dict[str, tuple[bytes, ...]]:
    return {
        b", then ".join(fields).decode("latin-1"): tuple(
            field.replace(b"%s", GOOD) for field in fields
        )
        for fields in forms
    }


MALFORMED = _filled(_MALFORMED)
"""Fields of which at least one is `Authorization`, by how they are written."""
MISPLACED = _filled(_MISPLACED)
"""Fields of which none is `Authorization`, by how they are written."""
