"""Every forgery as of now.

The tables are dated when they are imported. A server whose clock goes on would refuse, for their
dates alone, those of the tests whose clock stands still.
"""

import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import pytest

from tests.forged_fields import MALFORMED, MISPLACED
from tests.forged_refresh_tokens import ACCEPTED as REFRESH_TOKENS
from tests.forged_refresh_tokens import REJECTED as NO_REFRESH_TOKENS
from tests.forged_signatures import FORGED
from tests.forgeries import GOOD, REJECTED
from tests.key_sets import KEYS, issued, published
from tests.sweep import bearing

TOKENS = FORGED | REJECTED | NO_REFRESH_TOKENS
TOO_EARLY = ("not yet", "beyond the leeway")  # forged no longer, a second later

type Fields = tuple[bytes, ...]


@dataclass(frozen=True)
class Forged:
    """Header fields by what is wrong with them, and the key set of the server to send them to.

    `wrong` proves nothing, `bare` is no credential at all. To compare, `right` are fields of
    access tokens, and `refresh` is of a refresh token.
    """

    key_set: bytes
    wrong: dict[str, Fields]
    bare: dict[str, Fields]
    right: tuple[bytes, ...]
    refresh: bytes


def forged_now() -> Forged:
    """Return what a server can be tried with for the next minutes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORGED_AT", str(int(time.time())))
        with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
            return fresh.submit(_forged).result()


def _forged() -> Forged:
    lasting = {
        name: (bearing(token),)
        for name, token in TOKENS.items()
        if not any(mark in name for mark in TOO_EARLY)
    }
    return Forged(
        key_set=published(KEYS.values()),
        wrong=lasting | MALFORMED,
        bare=MISPLACED,
        right=tuple(map(bearing, (GOOD, *map(issued, KEYS.values())))),
        refresh=bearing(REFRESH_TOKENS["plain"]),
    )
