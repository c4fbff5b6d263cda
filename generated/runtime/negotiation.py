# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""Content negotiation by the Accept header (RFC 9110 §12.5.1)."""

from collections.abc import Sequence
from functools import lru_cache

_KEPT = 256  # answers: the clients of an API send but a few different headers


@lru_cache(_KEPT)
def accepts(header: bytes, offers: frozenset[str]) -> bool:
    """Say whether one of the offered media types is acceptable."""
    ranges = [_range(text) for text in header.decode("latin-1").split(",") if text.strip()]
    if not offers or not ranges:
        return True
    return any(_quality(offer, ranges) > 0 for offer in offers)


@lru_cache(_KEPT)
def best(header: bytes, offers: tuple[str, ...]) -> str:
    """Return the offered media type that is most acceptable, the first among equals."""
    ranges = [_range(text) for text in header.decode("latin-1").split(",") if text.strip()]
    return max(offers, key=lambda offer: _quality(offer, ranges)) if ranges else offers[0]


def covers(media_range: str, media_type: str) -> bool:
    """Say whether a media type is of a range, such as `image/*`."""
    family, _, kind = media_range.partition("/")
    if family == "*":
        return True
    return media_type == media_range or (kind == "*" and media_type.startswith(f"{family}/"))


def _range(text: str) -> tuple[str, float]:
    media_range, *parameters = (part.strip().lower() for part in text.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return media_range, float(parameter[2:])
            except ValueError:
                return media_range, 0.0
    return media_range, 1.0


def _quality(offer: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Let the most specific range decide."""
    media_type = offer.partition(";")[0].strip().lower()
    family = media_type.partition("/")[0] + "/*"
    for candidate in (media_type, family, "*/*"):
        qualities = [quality for media_range, quality in ranges if media_range == candidate]
        if qualities:
            return max(qualities)
    return 0.0
